//! Signals: metrics, events and spans.

use super::annotation;
use super::attribute::AttributeUse;
use super::deprecated::Deprecated;
use super::word::{MetricInstrument, Number, Severity, SpanKind, Stability};

/// The definition of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricDef {
    /// Full name, such as `edge.http.server.requests`.
    pub name: String,
    /// What it means.
    pub brief: String,
    /// What else there is to know.
    pub note: Option<String>,
    /// How values are recorded.
    pub instrument: MetricInstrument,
    /// UCUM unit.
    pub unit: String,
    /// How much it may still change.
    pub stability: Stability,
    /// Why it should not be used.
    pub deprecated: Option<Deprecated>,
    /// What tells its series apart.
    pub attributes: Vec<AttributeUse>,
    /// The type of its numbers; a distribution has none to choose.
    pub number: Option<Number>,
    /// Whether totals are observed, instead of changes being added.
    pub observed: bool,
    /// How a histogram divides its values.
    pub distribution: Option<Distribution>,
    /// Whether samples of what was recorded are kept.
    pub exemplars: bool,
}

impl MetricDef {
    /// A metric in development, with nothing that is optional.
    pub fn new(
        name: impl Into<String>,
        instrument: MetricInstrument,
        unit: impl Into<String>,
        brief: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            brief: brief.into(),
            note: None,
            instrument,
            unit: unit.into(),
            stability: Stability::Development,
            deprecated: None,
            attributes: Vec::new(),
            number: None,
            observed: false,
            distribution: None,
            exemplars: false,
        }
    }
}

/// How a histogram divides its values.
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// By the values it sees.
    Adaptive,
    /// Not at all: minimum, maximum, sum and count.
    Mmsc,
    /// Evenly on a logarithmic scale, in the unit of the metric.
    Range {
        /// Where the first bucket ends.
        low: f64,
        /// Where the last one starts.
        high: f64,
    },
    /// At these upper bounds.
    Bounds(Vec<f64>),
}

impl Distribution {
    /// The kind of distribution, in one word.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Adaptive => annotation::ADAPTIVE,
            Self::Mmsc => annotation::MMSC,
            Self::Range { .. } => annotation::RANGE,
            Self::Bounds(_) => annotation::BUCKETS,
        }
    }
}

/// The definition of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct EventDef {
    /// Full name, such as `edge.server.ready`.
    pub name: String,
    /// What it means.
    pub brief: String,
    /// What else there is to know.
    pub note: Option<String>,
    /// How much it may still change.
    pub stability: Stability,
    /// Why it should not be used.
    pub deprecated: Option<Deprecated>,
    /// What it says.
    pub attributes: Vec<AttributeUse>,
    /// How much it matters.
    pub severity: Option<Severity>,
    /// The crate that emits it.
    pub target: Option<String>,
}

impl EventDef {
    /// An event in development, with nothing that is optional.
    pub fn new(name: impl Into<String>, brief: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            brief: brief.into(),
            note: None,
            stability: Stability::Development,
            deprecated: None,
            attributes: Vec::new(),
            severity: None,
            target: None,
        }
    }
}

/// The definition of a span.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanDef {
    /// Which spans, such as `edge.request`: the `type` of the format.
    pub id: String,
    /// Which side of a call it is on.
    pub kind: SpanKind,
    /// How the name of such a span is made.
    pub name: String,
    /// What it means.
    pub brief: String,
    /// What else there is to know.
    pub note: Option<String>,
    /// How much it may still change.
    pub stability: Stability,
    /// Why it should not be used.
    pub deprecated: Option<Deprecated>,
    /// What it says.
    pub attributes: Vec<AttributeUse>,
    /// The crate that emits it.
    pub target: Option<String>,
}

impl SpanDef {
    /// A span in development whose name is its type, with nothing that is optional.
    pub fn new(id: impl Into<String>, kind: SpanKind, brief: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            kind,
            name: id.clone(),
            id,
            brief: brief.into(),
            note: None,
            stability: Stability::Development,
            deprecated: None,
            attributes: Vec::new(),
            target: None,
        }
    }
}
