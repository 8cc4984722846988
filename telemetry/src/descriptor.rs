//! Constant descriptions of what a declaration declares, for everything that reads values without knowing types.

use std::ops::Range;

use telemetry_schema::Instrument;

use crate::adaptive;
use crate::buckets::Buckets;
use crate::cells::HEAD_CELLS_FIXED;
use crate::exemplar;
use crate::instrument::mmsc;

/// Describes a metric set.
#[derive(Debug, PartialEq)]
pub struct MetricsDescriptor {
    /// Name of the set, the namespace of its metrics.
    pub name: &'static str,
    /// What the set is about.
    pub brief: &'static str,
    /// Its metrics in the order of declaration.
    pub fields: &'static [MetricsField],
    /// The attributes that every metric of the set carries, given at registration.
    pub attributes: &'static AttributesDescriptor,
    /// The attributes chosen per recording, closed enums all; empty for most sets.
    pub varying: &'static [AttributeField],
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
    /// How far its declaration can be relied on.
    pub stability: Stability,
    /// Why it should not be used any more, and what to use instead.
    pub deprecated: Option<&'static str>,
    /// Whether a histogram keeps exemplars.
    pub exemplars: bool,
}

/// How far a declaration can be relied on; the words of OpenTelemetry's document status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stability {
    /// May change or go at any time.
    #[default]
    Development,
    /// May change.
    Alpha,
    /// Will hardly change.
    Beta,
    /// Will not change unless it has to.
    ReleaseCandidate,
    /// Does not change.
    Stable,
}

impl Stability {
    /// The word of the registry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::ReleaseCandidate => "release_candidate",
            Self::Stable => "stable",
        }
    }
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
    /// `UpDownCounter<f64>`.
    UpDownCounterF64,
    /// `ObserveCounter<u64>`.
    ObserveCounterU64,
    /// `ObserveCounter<f64>`.
    ObserveCounterF64,
    /// `ObserveUpDownCounter<i64>`.
    ObserveUpDownCounterI64,
    /// `ObserveUpDownCounter<f64>`.
    ObserveUpDownCounterF64,
    /// `Gauge<u64>`.
    GaugeU64,
    /// `Gauge<i64>`.
    GaugeI64,
    /// `Gauge<f64>`.
    GaugeF64,
    /// `Mmsc`.
    Mmsc,
    /// `Histogram`.
    Histogram,
}

impl InstrumentKind {
    /// Whether it is a sum that goes up and down; always a total, whatever the temporality.
    pub fn goes_up_and_down(self) -> bool {
        matches!(self.instrument(), Instrument::UpDownCounter | Instrument::ObserveUpDownCounter)
    }

    /// The instrument without its number type, as naming rules see it.
    pub(crate) fn instrument(self) -> Instrument {
        match self {
            Self::CounterU64 | Self::CounterF64 => Instrument::Counter,
            Self::UpDownCounterI64 | Self::UpDownCounterF64 => Instrument::UpDownCounter,
            Self::ObserveCounterU64 | Self::ObserveCounterF64 => Instrument::ObserveCounter,
            Self::ObserveUpDownCounterI64 | Self::ObserveUpDownCounterF64 => Instrument::ObserveUpDownCounter,
            Self::Mmsc => Instrument::Mmsc,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeField {
    /// Full key, such as `http.route`.
    pub key: &'static str,
    /// What values it takes.
    pub kind: AttributeKind,
    /// What the attribute means.
    pub brief: &'static str,
    /// How far its declaration can be relied on.
    pub stability: Stability,
    /// Why it should not be used any more, and what to use instead.
    pub deprecated: Option<&'static str>,
}

/// The values an attribute takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeKind {
    /// Any text.
    Text,
    /// A whole number.
    Int,
    /// A fraction.
    Double,
    /// True or false.
    Bool,
    /// One of these words.
    Enum(&'static [EnumMember]),
    /// Any text, but of each metric set no more than `max` different ones; what comes after those is `_OTHER`.
    Open {
        /// How many different texts become series of their own.
        max: usize,
    },
    /// Not known when the program was compiled.
    Any,
}

/// One word that an attribute can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnumMember {
    /// The variant in snake case.
    pub id: &'static str,
    /// The word that exporters show.
    pub value: &'static str,
    /// What it means; may be empty.
    pub brief: &'static str,
}

impl MetricsDescriptor {
    /// How many cells one instance of the set needs.
    pub(crate) const fn cells(&self) -> usize {
        self.body_start(self.fields.len())
    }

    /// Cells that change whenever anything changes: one per field, in field order, the count of rejected recordings,
    /// and whether the owner is gone.
    pub(crate) const fn head_cells(&self) -> usize {
        self.fields.len() + HEAD_CELLS_FIXED
    }

    /// The head cell that counts rejected recordings.
    pub(crate) fn rejected_cell(&self) -> usize {
        self.fields.len()
    }

    /// The head cell that says whether the owner is gone and will not write again.
    pub(crate) fn retired_cell(&self) -> usize {
        self.fields.len() + 1
    }

    /// First body cell of a field.
    pub(crate) const fn body_start(&self, field: usize) -> usize {
        let (mut start, mut before) = (self.head_cells(), 0);
        while before < field {
            start += self.fields[before].body_cells();
            before += 1;
        }
        start
    }

    /// The body cells of a field; most instruments have none.
    pub(crate) fn body(&self, field: usize) -> Range<usize> {
        let start = self.body_start(field);
        start..start + self.fields[field].body_cells()
    }

    /// Every attribute of a series: those of the registration, then the varying ones.
    pub(crate) fn attribute_fields(&self) -> impl Iterator<Item = &'static AttributeField> {
        self.attributes.attributes.iter().chain(self.varying)
    }
}

impl MetricsField {
    /// Cells of the field beside its head.
    pub(crate) const fn body_cells(&self) -> usize {
        match self.kind {
            InstrumentKind::ObserveCounterU64 | InstrumentKind::ObserveCounterF64 => 1,
            InstrumentKind::Mmsc => mmsc::CELLS,
            InstrumentKind::Histogram => HistogramLayout::of(self).cells(),
            _ => 0,
        }
    }
}

/// The body of a histogram: its sum, its counts, its exemplars.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HistogramLayout {
    counts: usize,
    exemplars: usize,
}

impl HistogramLayout {
    pub(crate) const fn of(field: &MetricsField) -> Self {
        let counts = match field.buckets {
            // Zeros have no exponential bucket.
            Some(Buckets::Adaptive) => 1 + adaptive::CELLS,
            Some(buckets) => buckets.len(),
            None => 0,
        };
        Self { counts, exemplars: if field.exemplars { exemplar::CELLS } else { 0 } }
    }

    pub(crate) fn counts(self) -> Range<usize> {
        1..1 + self.counts
    }

    pub(crate) fn exemplars(self) -> Range<usize> {
        1 + self.counts..self.cells()
    }

    const fn cells(self) -> usize {
        1 + self.counts + self.exemplars
    }
}

/// The buckets of a field: a histogram that declares none adapts to its values.
pub const fn buckets_of(kind: InstrumentKind, declared: Option<Buckets>) -> Option<Buckets> {
    match (kind, declared) {
        (InstrumentKind::Histogram, None) => Some(Buckets::Adaptive),
        (_, declared) => declared,
    }
}

#[cfg(test)]
mod tests {
    use super::HistogramLayout;
    use crate::exemplar;
    use crate::{Histogram, MetricSet, Telemetry, metric_set};

    /// Sizes.
    #[metric_set(name = "test.descriptor")]
    struct Sizes {
        /// Sizes.
        #[metric(unit = "By", range = "1B..1MiB")]
        size: Histogram,
    }

    /// Sizes with exemplars.
    #[metric_set(name = "test.descriptor.exemplars")]
    struct SizesWithExemplars {
        /// Sizes.
        #[metric(unit = "By", range = "1B..1MiB", exemplars)]
        size: Histogram,
    }

    #[test]
    fn only_who_keeps_exemplars_has_cells_for_them() {
        let worker = Telemetry::default().worker();
        worker.register::<Sizes>(()).size.record(1.0);
        worker.register::<SizesWithExemplars>(()).size.record(1.0);
        let [without, with] = [Sizes::DESCRIPTOR, SizesWithExemplars::DESCRIPTOR];
        assert_eq!(with.cells() - without.cells(), exemplar::CELLS);
        assert!(HistogramLayout::of(&without.fields[0]).exemplars().is_empty());
    }
}
