//! `edge [CONFIG]`: serves until a signal ends it.

use std::process::ExitCode;
use std::time::Duration;

use edge_policy::PatternLibrary;
use telemetry::logs::{self, LogConfig, Provider};
use telemetry::{otel_error, otel_info, otel_warn};

use crate::assembly::Edge;
use crate::cli::Failure;
use crate::config::{Config, Loaded, LogProvider, UnknownVariable};
use crate::distribution::Distribution;
use crate::lifecycle;

/// How long the last events may take to be written: a blocked console must not keep the process alive.
const FLUSH_DEADLINE: Duration = Duration::from_secs(1);

/// Serves as configured.
pub(crate) fn run(distribution: Distribution, loaded: &Loaded) -> Result<ExitCode, Failure> {
    let stop = lifecycle::stop_requests()?;
    start_logs(&loaded.config);
    tell_start(distribution, loaded);
    let edge = Edge::start(distribution, &loaded.config)?;
    otel_info!(
        "edge.server.ready",
        server.address = edge.address().ip(),
        server.port = edge.address().port()
    );
    // The sender lives in the thread that listens for signals, which never ends.
    let _ = stop.recv();
    otel_info!("edge.server.stopping", drain.deadline = loaded.config.server.deadlines.drain.as_secs_f64());
    let ended = edge.shutdown();
    otel_info!("edge.server.stopped");
    logs::flush(FLUSH_DEADLINE);
    Ok(if ended.sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn start_logs(config: &Config) {
    let provider = match config.telemetry.logs {
        LogProvider::ConsoleAsync => Provider::ConsoleAsync,
        LogProvider::ConsoleDirect => Provider::ConsoleDirect,
        LogProvider::Noop => Provider::Noop,
    };
    logs::init(LogConfig { level: config.log_level, provider });
}

fn tell_start(distribution: Distribution, loaded: &Loaded) {
    let origin = loaded.origin.as_ref().map_or("embedded defaults".into(), |path| path.to_string_lossy());
    otel_info!(
        "edge.process.started",
        build.name = distribution.name,
        build.version = crate::VERSION,
        config.origin = origin
    );
    for key in loaded.ineffective() {
        otel_warn!("edge.config.ineffective", config.key = key);
    }
    for UnknownVariable { name, nearest } in &loaded.unknown_variables {
        otel_warn!("edge.config.unknown_variable", variable.name = name, variable.nearest = nearest);
    }
    match PatternLibrary::in_use() {
        PatternLibrary { version, is_sound: true } => {
            otel_info!("edge.policy.library", library.version = version);
        }
        PatternLibrary { version, is_sound: false } => otel_error!(
            "edge.policy.library.unsound",
            library.version = version,
            consequence = "patterns are matched one by one"
        ),
    }
    tell_file_limit(loaded.config.server.limits.connections_max);
}

fn tell_file_limit(connections_max: usize) {
    let needed = lifecycle::files_needed(connections_max);
    match lifecycle::raise_file_limit() {
        Ok(limit) if limit < needed => otel_warn!(
            "edge.process.file_limit_low",
            files.limit = limit,
            files.needed = needed,
            config.key = "max_connections",
            consequence = "connections are refused before max_connections is reached"
        ),
        Ok(limit) => otel_info!("edge.process.file_limit", files.limit = limit),
        Err(error) => otel_warn!("edge.process.file_limit_failed", error.message = error),
    }
}
