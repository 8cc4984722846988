//! `edge [CONFIG]`: serves until a signal ends it.

use std::process::ExitCode;
use std::time::Duration;

use edge_policy::PatternLibrary;
use telemetry::logs;
use telemetry_otlp::{OtlpExporter, ShutdownReport};

use crate::assembly::Edge;
use crate::cli::Failure;
use crate::config::{Loaded, UnknownVariable};
use crate::distribution::Distribution;
use crate::events::{
    ConfigIneffective, FileLimit, FileLimitFailed, FileLimitLow, LibraryInUse, LibraryUnsound,
    ProcessStarted, ServerReady, ServerStopped, ServerStopping, UnknownVariableFound,
};
use crate::output::complain;
use crate::{export, lifecycle};

/// How long the last events may take to be written: a blocked console must not keep the process alive.
const FLUSH_DEADLINE: Duration = Duration::from_secs(1);

/// How long the last export may take.
const EXPORT_DEADLINE: Duration = Duration::from_secs(5);

/// Serves as configured.
pub(crate) fn run(distribution: Distribution, loaded: &Loaded) -> Result<ExitCode, Failure> {
    let stop = lifecycle::stop_requests()?;
    export::start_logs(&loaded.config).map_err(|problems| format!("RUST_LOG: {problems}"))?;
    tell_start(distribution, loaded);
    let edge = Edge::start(distribution, &loaded.config)?;
    ServerReady { address: &edge.address().ip(), port: edge.address().port() }.emit();
    // The sender lives in the thread that listens for signals, which never ends.
    let _ = stop.recv();
    ServerStopping { deadline: loaded.config.server.deadlines.drain.as_secs_f64() }.emit();
    let ended = edge.shutdown();
    ServerStopped.emit();
    end_export(ended.export);
    logs::flush(FLUSH_DEADLINE);
    Ok(if ended.sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Sends what is left. What cannot be sent cannot be sent word of either, so the console has it.
fn end_export(exporter: Option<OtlpExporter>) {
    let Some(report) = exporter.map(|exporter| exporter.shutdown(EXPORT_DEADLINE)) else { return };
    if let Some(loss) = undelivered(report) {
        complain(&format!("own telemetry was not delivered: {loss}"));
    }
}

/// What of it was not delivered, if anything.
fn undelivered(report: ShutdownReport) -> Option<String> {
    let ShutdownReport { metric_points, logs, spans, is_known } = report;
    if !is_known {
        return Some("the exporter did not end in time, and nobody knows what it sent".to_owned());
    }
    let counts = format!("{metric_points} points of metrics, {logs} events, {spans} spans");
    (!report.is_complete()).then_some(counts)
}

fn tell_start(distribution: Distribution, loaded: &Loaded) {
    let origin = loaded.origin.as_ref().map_or("embedded defaults".into(), |path| path.to_string_lossy());
    ProcessStarted { build_name: distribution.name, build_version: crate::VERSION, config_origin: &origin }
        .emit();
    for key in loaded.ineffective() {
        ConfigIneffective { key }.emit();
    }
    for UnknownVariable { name, nearest } in &loaded.unknown_variables {
        UnknownVariableFound { name, nearest }.emit();
    }
    match PatternLibrary::in_use() {
        PatternLibrary { version, is_sound: true } => LibraryInUse { version }.emit(),
        PatternLibrary { version, is_sound: false } => {
            LibraryUnsound { version, consequence: "patterns are matched one by one" }.emit();
        }
    }
    tell_file_limit(loaded.config.server.limits.connections_max);
}

fn tell_file_limit(connections_max: usize) {
    let needed = lifecycle::files_needed(connections_max);
    match lifecycle::raise_file_limit() {
        Ok(limit) if limit < needed => FileLimitLow {
            limit,
            needed,
            key: "max_connections",
            consequence: "connections are refused before max_connections is reached",
        }
        .emit(),
        Ok(limit) => FileLimit { limit }.emit(),
        Err(error) => FileLimitFailed { error: &error }.emit(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exporter_that_does_not_answer_is_not_said_to_have_lost_nothing() {
        let all = ShutdownReport { metric_points: 0, logs: 0, spans: 0, is_known: true };
        assert_eq!(undelivered(all), None);
        let some = undelivered(ShutdownReport { logs: 2, ..all });
        assert_eq!(some.as_deref(), Some("0 points of metrics, 2 events, 0 spans"));
        let unknown = undelivered(ShutdownReport { is_known: false, ..all });
        assert!(unknown.is_some_and(|said| said.contains("nobody knows")));
    }
}
