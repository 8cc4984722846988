//! `ExportMetricsServiceRequest` (OpenTelemetry protocol, metrics.proto).

use telemetry::{
    Collected, CollectedGroup, CollectedSet, InstrumentKind, MetricsField, Number, Temporality, Value,
};

use super::wire::{LARGE, message, message_if_any, text_field, varint_field};
use super::{attributes, distribution, point};

/// `AggregationTemporality`.
const DELTA: u64 = 1;
const CUMULATIVE: u64 = 2;

/// Appends an `ExportMetricsServiceRequest` with all series; how many points it has.
///
/// The scope of a metric is its set. Nothing is appended if there is no point. Of changes those that are none are left
/// out. Allocates nothing where the buffer is large enough, but for the attributes of series that are new.
///
/// A histogram over a range becomes an exponential one: what lies in its first bucket counts as zero within
/// `zero_threshold`, and what lies beyond its end is in the bucket that follows. An `Mmsc` becomes a histogram without
/// buckets, and its sum is left out once a value was negative, as OTLP wants it. A `u64` beyond `i64`, the only integer
/// that points have, becomes the largest one.
pub fn encode_metrics(collected: &Collected, out: &mut Vec<u8>) -> usize {
    message_if_any::<LARGE>(out, 1, |out| {
        attributes::resource(out, collected.resource());
        collected.groups().map(|group| scope_metrics(out, collected, &group)).sum()
    })
}

fn scope_metrics(out: &mut Vec<u8>, collected: &Collected, group: &CollectedGroup<'_>) -> usize {
    let descriptor = group.descriptor();
    message_if_any::<LARGE>(out, 2, |out| {
        attributes::scope(out, descriptor.name);
        let fields = descriptor.fields.iter().enumerate();
        let times = point::Times::new(collected);
        fields.map(|(index, field)| metric(out, &times, group, index, field)).sum()
    })
}

fn metric(
    out: &mut Vec<u8>,
    times: &point::Times,
    group: &CollectedGroup<'_>,
    index: usize,
    field: &MetricsField,
) -> usize {
    message_if_any::<LARGE>(out, 2, |out| {
        text_field(out, 1, field.name);
        text_field(out, 2, field.brief);
        text_field(out, 3, field.unit);
        let data = Data::of(field);
        let mut count = 0;
        message::<LARGE>(out, data.number(), |out| {
            count = points(out, times, group, index, data);
            data.close(out, times.temporality);
        });
        count
    })
}

/// The variants of `Metric.data`.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Data {
    Gauge,
    Sum,
    /// A sum that goes up and down: a total even among changes.
    UpDown,
    Histogram,
    Exponential,
}

impl Data {
    fn of(field: &MetricsField) -> Self {
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
                Some(telemetry::Buckets::Bounds(_)) => Self::Histogram,
                _ => Self::Exponential,
            },
        }
    }

    fn number(self) -> u8 {
        match self {
            Self::Gauge => 5,
            Self::Sum | Self::UpDown => 7,
            Self::Histogram => 9,
            Self::Exponential => 10,
        }
    }

    /// What comes after the points.
    fn close(self, out: &mut Vec<u8>, temporality: Temporality) {
        if self != Self::Gauge {
            let is_delta = temporality == Temporality::Delta && self != Self::UpDown;
            varint_field(out, 2, if is_delta { DELTA } else { CUMULATIVE });
        }
        if self == Self::Sum {
            varint_field(out, 3, 1);
        }
    }

    /// Whether a value that is zero is one that did not change.
    fn leaves_out_zeros(self, temporality: Temporality) -> bool {
        temporality == Temporality::Delta && !matches!(self, Self::Gauge | Self::UpDown)
    }
}

/// How many there are.
fn points(
    out: &mut Vec<u8>,
    times: &point::Times,
    group: &CollectedGroup<'_>,
    index: usize,
    data: Data,
) -> usize {
    let leaves_out_zeros = data.leaves_out_zeros(times.temporality);
    let mut count = 0;
    for set in group.sets() {
        let value = set.value_at(index);
        if !(leaves_out_zeros && is_zero(&value)) {
            let start = if data == Data::UpDown { set.created() } else { set.start() };
            write_point(out, times.of(start), &set, &value);
            count += 1;
        }
    }
    count
}

fn write_point(out: &mut Vec<u8>, span: point::Span, set: &CollectedSet<'_>, value: &Value<'_>) {
    let attributes = attributes::Rendered::of(set);
    match value {
        Value::Sum(number) | Value::UpDown(number) | Value::Gauge(number) => {
            point::number(out, span, attributes.of_number(), *number);
        }
        Value::Mmsc(mmsc) => distribution::mmsc(out, span, attributes, *mmsc),
        Value::Histogram(histogram) => distribution::histogram(out, span, attributes, histogram),
    }
}

#[inline]
fn is_zero(value: &Value<'_>) -> bool {
    match value {
        Value::Sum(number) | Value::UpDown(number) | Value::Gauge(number) => match number {
            Number::U64(number) => *number == 0,
            Number::I64(number) => *number == 0,
            Number::F64(number) => *number == 0.0,
        },
        Value::Mmsc(mmsc) => mmsc.count == 0,
        Value::Histogram(histogram) => histogram.count() == 0,
    }
}
