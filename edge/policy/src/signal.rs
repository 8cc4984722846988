//! What policies apply to, and when.

/// A point in time in nanoseconds from an origin of the caller's choice that never moves; only differences matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nanos(pub u64);

/// A kind of telemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// Log records.
    Log,
    /// Metrics and their data points.
    Metric,
    /// Spans.
    Trace,
}

impl Signal {
    /// Every signal, in declaration order.
    pub const ALL: [Self; 3] = [Self::Log, Self::Metric, Self::Trace];

    /// The signal as a metric attribute value and a command line word: `log`, `metric`, `trace`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Metric => "metric",
            Self::Trace => "trace",
        }
    }
}
