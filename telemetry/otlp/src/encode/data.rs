//! The kinds of metrics that OTLP has.

use std::time::SystemTime;

use telemetry::{Buckets, CollectedSet, InstrumentKind, MetricsField, Temporality};

use super::wire::varint_field;

/// `AggregationTemporality`.
const DELTA: u64 = 1;
const CUMULATIVE: u64 = 2;

/// The variants of `Metric.data`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Data {
    Gauge,
    Sum,
    /// A sum that goes up and down: a total even among changes.
    UpDown,
    Histogram,
    Exponential,
}

impl Data {
    pub(super) fn of(field: &MetricsField) -> Self {
        match field.kind {
            InstrumentKind::CounterU64
            | InstrumentKind::CounterF64
            | InstrumentKind::ObserveCounterU64
            | InstrumentKind::ObserveCounterF64 => Self::Sum,
            InstrumentKind::UpDownCounterI64
            | InstrumentKind::UpDownCounterF64
            | InstrumentKind::ObserveUpDownCounterI64
            | InstrumentKind::ObserveUpDownCounterF64 => Self::UpDown,
            InstrumentKind::GaugeU64 | InstrumentKind::GaugeI64 | InstrumentKind::GaugeF64 => Self::Gauge,
            InstrumentKind::Mmsc => Self::Histogram,
            InstrumentKind::Histogram => match field.buckets {
                Some(Buckets::Bounds(_)) => Self::Histogram,
                _ => Self::Exponential,
            },
        }
    }

    pub(super) fn number(self) -> u8 {
        match self {
            Self::Gauge => 5,
            Self::Sum | Self::UpDown => 7,
            Self::Histogram => 9,
            Self::Exponential => 10,
        }
    }

    /// What comes after the points.
    pub(super) fn close(self, out: &mut Vec<u8>, temporality: Temporality) {
        if self != Self::Gauge {
            let is_delta = temporality == Temporality::Delta && self != Self::UpDown;
            varint_field(out, 2, if is_delta { DELTA } else { CUMULATIVE });
        }
        if self == Self::Sum {
            varint_field(out, 3, 1);
        }
    }

    /// Whether a value that is zero is one that did not change.
    pub(super) fn leaves_out_zeros(self, temporality: Temporality) -> bool {
        temporality == Temporality::Delta && !matches!(self, Self::Gauge | Self::UpDown)
    }

    /// When a value of a series starts: of a total with the series, even among changes.
    #[inline]
    pub(super) fn start(self, set: &CollectedSet<'_>) -> SystemTime {
        if self == Self::UpDown { set.created() } else { set.start() }
    }
}
