//! What the telemetry SDK must reach beside its peers: they are measured by one program and, where that one is
//! not built, named by another.

use std::fmt::Display;

use crate::report;

/// A bar: our side divided by theirs must not be more than the limit.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// As it is printed.
    pub name: &'static str,
    /// The largest ratio that is good enough.
    pub limit: f64,
}

/// A set chosen by two varying enums, beside otel-arrow-dfe's.
pub const VARYING: Goal = Goal { name: "telemetry_varying", limit: 1.0 };
/// A histogram's record, beside otel-arrow-dfe's exponential one.
pub const HISTOGRAM: Goal = Goal { name: "telemetry_histogram", limit: 0.7 };
/// Flush and collection of a thousand sets with one dirty field each, beside otel-arrow-dfe's.
pub const COLLECT: Goal = Goal { name: "telemetry_collect", limit: 0.15 };
/// A metric point as OTLP, beside prost's.
pub const OTLP_POINT: Goal = Goal { name: "telemetry_otlp_point", limit: 0.1 };
/// Twenty thousand series as Prometheus text, beside prometheus-client's.
pub const TEXT: Goal = Goal { name: "telemetry_text", limit: 0.5 };
/// An event on its way to an exporter, beside opentelemetry-appender-tracing with a batch processor.
pub const EVENT: Goal = Goal { name: "telemetry_event", limit: 0.2 };

/// All of them, in the order of printing.
pub const ALL: [Goal; 6] = [VARYING, HISTOGRAM, COLLECT, OTLP_POINT, TEXT, EVENT];

impl Goal {
    /// Prints the verdict.
    pub fn judge(self, measured: Result<f64, impl Display>) {
        report::bar(self.name, measured, self.limit);
    }
}
