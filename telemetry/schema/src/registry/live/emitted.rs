//! What a program has emitted.

use crate::registry::literal::Literal;
use crate::registry::word::{MetricInstrument, Severity, SpanKind};

/// What a program has emitted. The same signal may be there many times, once for each of its series.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Emitted {
    /// Series of metrics.
    pub metrics: Vec<EmittedMetric>,
    /// Events.
    pub events: Vec<EmittedEvent>,
    /// Spans.
    pub spans: Vec<EmittedSpan>,
}

/// One series of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct EmittedMetric {
    /// Name of the metric.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Its kind of data.
    pub instrument: MetricInstrument,
    /// What tells the series apart.
    pub attributes: Vec<EmittedAttribute>,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct EmittedEvent {
    /// Name of the event.
    pub name: String,
    /// How much it matters, if that is said.
    pub severity: Option<Severity>,
    /// What it says.
    pub attributes: Vec<EmittedAttribute>,
}

/// One span.
#[derive(Debug, Clone, PartialEq)]
pub struct EmittedSpan {
    /// Name of the span.
    pub name: String,
    /// Which side of a call it is on.
    pub kind: SpanKind,
    /// What it says.
    pub attributes: Vec<EmittedAttribute>,
}

/// An attribute with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct EmittedAttribute {
    /// Full key.
    pub key: String,
    /// Its value; `None` for lists, maps and bytes.
    pub value: Option<Literal>,
}
