//! Constant descriptions of what a declaration declares, for everything that reads values without knowing types.

use telemetry_schema::Instrument;

use crate::buckets::Buckets;
use crate::cells::{HEAD_CELLS_FIXED, HISTOGRAM_CELLS_FIXED};

/// Describes a metric set.
#[derive(Debug, PartialEq)]
pub struct MetricsDescriptor {
    /// Name of the set, the namespace of its metrics.
    pub name: &'static str,
    /// What the set is about.
    pub brief: &'static str,
    /// Its metrics in the order of declaration.
    pub fields: &'static [MetricsField],
    /// The attributes that every metric of the set carries.
    pub attributes: &'static AttributesDescriptor,
}

/// Describes one metric.
#[derive(Debug, PartialEq)]
pub struct MetricsField {
    /// Full name, such as `edge.http.server.requests`.
    pub name: &'static str,
    /// UCUM unit.
    pub unit: &'static str,
    /// Instrument and number type.
    pub kind: InstrumentKind,
    /// How a histogram divides its values; `None` for the other instruments.
    pub buckets: Option<Buckets>,
    /// What the metric means.
    pub brief: &'static str,
}

/// The instruments with their number types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstrumentKind {
    /// `Counter<u64>`.
    CounterU64,
    /// `Counter<f64>`.
    CounterF64,
    /// `UpDownCounter<i64>`.
    UpDownCounterI64,
    /// `Gauge<u64>`.
    GaugeU64,
    /// `Gauge<i64>`.
    GaugeI64,
    /// `Gauge<f64>`.
    GaugeF64,
    /// `Histogram`.
    Histogram,
}

impl InstrumentKind {
    /// The instrument without its number type, as naming rules see it.
    pub(crate) fn instrument(self) -> Instrument {
        match self {
            Self::CounterU64 | Self::CounterF64 => Instrument::Counter,
            Self::UpDownCounterI64 => Instrument::UpDownCounter,
            Self::GaugeU64 | Self::GaugeI64 | Self::GaugeF64 => Instrument::Gauge,
            Self::Histogram => Instrument::Histogram,
        }
    }
}

/// Describes an attribute set.
#[derive(Debug, PartialEq, Eq)]
pub struct AttributesDescriptor {
    /// Name of the set; empty for `()`.
    pub name: &'static str,
    /// What the set is about.
    pub brief: &'static str,
    /// Its attributes in the order of declaration.
    pub attributes: &'static [AttributeField],
}

/// Describes one attribute.
#[derive(Debug, PartialEq, Eq)]
pub struct AttributeField {
    /// Full key, such as `http.route`.
    pub key: &'static str,
    /// What values it takes.
    pub kind: AttributeKind,
    /// What the attribute means.
    pub brief: &'static str,
}

/// The values an attribute takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeKind {
    /// Any text.
    Text,
    /// A whole number.
    Int,
    /// True or false.
    Bool,
    /// One of these words.
    Enum(&'static [&'static str]),
}

impl MetricsDescriptor {
    /// How many cells one instance of the set needs.
    pub(crate) fn cells(&self) -> usize {
        self.body_start(self.fields.len())
    }

    /// Cells that change whenever anything changes: one per field, in field order, and the count of rejected
    /// recordings as the last.
    pub(crate) fn head_cells(&self) -> usize {
        self.fields.len() + HEAD_CELLS_FIXED
    }

    /// The head cell that counts rejected recordings.
    pub(crate) fn rejected_cell(&self) -> usize {
        self.fields.len()
    }

    /// First body cell of a field; only histograms have a body.
    pub(crate) fn body_start(&self, field: usize) -> usize {
        self.head_cells() + self.fields[..field].iter().map(MetricsField::body_cells).sum::<usize>()
    }
}

impl MetricsField {
    /// Cells of the field beside its head.
    pub(crate) fn body_cells(&self) -> usize {
        self.buckets.as_ref().map_or(0, |buckets| HISTOGRAM_CELLS_FIXED + buckets.len())
    }
}

/// What is wrong with a field if not exactly the histograms have buckets.
///
/// The macros already say this on the user's word; this is for an instrument behind a type alias, and `const` so
/// that it is said when the declaration compiles.
pub const fn field_problem(kind: InstrumentKind, has_buckets: bool) -> Option<&'static str> {
    match (kind, has_buckets) {
        (InstrumentKind::Histogram, false) => {
            Some("a histogram needs `range = \"10us..60s\"` or `buckets = [..]`")
        }
        (InstrumentKind::Histogram, true) | (_, false) => None,
        (_, true) => Some("only a histogram has buckets"),
    }
}
