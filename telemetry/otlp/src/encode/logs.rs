//! `ExportLogsServiceRequest` (OpenTelemetry protocol, logs.proto).

use std::ops::Range;

use telemetry::logs::{Level, LogView, Taken};

use super::attributes::{self, key_value, text_value};
use super::scopes;
use super::wire::{
    LARGE, SMALL, bytes_field, fixed32_field, fixed64_field, message, message_if_any, text_field,
    varint_field,
};

/// Appends an `ExportLogsServiceRequest` with the events of `taken` at these places; how many those are.
///
/// The scope of an event is its target. Nothing is appended if there is no event. Allocates nothing where the buffer
/// is large enough.
pub fn encode_logs(
    taken: &Taken,
    places: Range<usize>,
    resource: &[(String, String)],
    out: &mut Vec<u8>,
) -> usize {
    let logs = || taken.logs().skip(places.start).take(places.len());
    message_if_any::<LARGE>(out, 1, |out| {
        attributes::resource(out, resource);
        scopes(logs, LogView::target, |target, logs| {
            message_if_any::<LARGE>(out, 2, |out| {
                attributes::scope(out, target);
                logs.inspect(|log| log_record(out, log)).count()
            })
        })
    })
}

fn log_record(out: &mut Vec<u8>, log: &LogView<'_>) {
    message::<SMALL>(out, 2, |out| {
        fixed64_field(out, 1, log.time_unix_nanos);
        let (number, word) = severity(log.level());
        varint_field(out, 2, number);
        text_field(out, 3, word);
        if let Some(message) = log.message() {
            text_value(out, 5, message);
        }
        log.fields().for_each(|(key, value)| key_value(out, 6, key, value));
        if let Some(span) = log.span() {
            fixed32_field(out, 8, u32::from(span.is_sampled));
            bytes_field(out, 9, &span.trace_id.0);
            bytes_field(out, 10, &span.span_id.0);
        }
        // Recorded where it happened: nobody observed it later.
        fixed64_field(out, 11, log.time_unix_nanos);
        text_field(out, 12, log.name());
    });
}

/// `SeverityNumber` and its short name (logs data model, section "Displaying Severity").
fn severity(level: Level) -> (u64, &'static str) {
    match level {
        Level::Trace => (1, "TRACE"),
        Level::Debug => (5, "DEBUG"),
        Level::Info => (9, "INFO"),
        Level::Warn => (13, "WARN"),
        Level::Error => (17, "ERROR"),
    }
}
