//! An OTLP request in JSON, whatever its signal.

use edge_policy::Signal;
use edge_protocol::BodyFilter;
use serde_json::Value;

use crate::formats;

/// A request, and what filters it.
pub(super) struct Request {
    pub(super) value: Value,
    pub(super) signal: Signal,
    pub(super) filter: &'static dyn BodyFilter,
}

/// What requests of each signal call their list, in the JSON mapping and in the message.
const KEYS: [(&str, &str, Signal); 3] = [
    ("resourceLogs", "resource_logs", Signal::Log),
    ("resourceMetrics", "resource_metrics", Signal::Metric),
    ("resourceSpans", "resource_spans", Signal::Trace),
];

impl Request {
    /// Tells the signal by the member that holds the resources.
    pub(super) fn read(text: &[u8]) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(text).map_err(|error| format!("not JSON: {error}"))?;
        let is_there = |(camel, snake, _): &&(&str, &str, Signal)| {
            [camel, snake].iter().any(|key| value.get(key).is_some())
        };
        let Some((_, _, signal)) = KEYS.iter().find(is_there) else {
            let names = KEYS.map(|(camel, ..)| format!("`{camel}`")).join(", ");
            return Err(format!("no OTLP request: one of {names} is needed"));
        };
        Ok(Self { value, signal: *signal, filter: formats::filter(*signal, text) })
    }
}

/// The lists of a signal's requests, from the outermost to the innermost.
pub(super) fn names(signal: Signal) -> (&'static str, &'static str, &'static str) {
    match signal {
        Signal::Log => ("resourceLogs", "scopeLogs", "logRecords"),
        Signal::Metric => ("resourceMetrics", "scopeMetrics", "metrics"),
        Signal::Trace => ("resourceSpans", "scopeSpans", "spans"),
    }
}
