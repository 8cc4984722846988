//! What was left at the end.

/// What an exporter had not delivered when it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShutdownReport {
    /// Points of metrics.
    pub metric_points: usize,
    /// Events.
    pub logs: usize,
    /// Spans.
    pub spans: usize,
    /// Whether the exporter could say so; if not, nothing is known of what it delivered.
    pub is_known: bool,
}

impl ShutdownReport {
    /// Of an exporter that did not answer, because its intercept did not return or it panicked.
    pub(super) const UNKNOWN: Self = Self { metric_points: 0, logs: 0, spans: 0, is_known: false };

    /// Whether everything was delivered.
    pub fn is_complete(&self) -> bool {
        *self == Self { metric_points: 0, logs: 0, spans: 0, is_known: true }
    }
}
