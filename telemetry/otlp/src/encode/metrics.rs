//! `ExportMetricsServiceRequest` (OpenTelemetry protocol, metrics.proto).

use telemetry::{Collected, CollectedGroup, CollectedSet, MetricsField, Number, Value};

use super::data::Data;
use super::wire::{LARGE, message, message_if_any, text_field};
use super::{attributes, distribution, merged, point};

/// Appends an `ExportMetricsServiceRequest` with all series; how many points it has.
///
/// The scope of a metric is its set; of sets that share a name, equal metrics are one and equal series added up. Nothing
/// is appended if there is no point. Of changes those that are none are left out. Allocates nothing where the buffer is
/// large enough, but for the attributes of series that are new and for sets that share a name.
///
/// A histogram over a range becomes an exponential one: what lies in its first bucket counts as zero within
/// `zero_threshold`, and what lies beyond its end is in the bucket that follows. An `Mmsc` becomes a histogram without
/// buckets, and its sum is left out once a value was negative, as OTLP wants it. A `u64` beyond `i64`, the only integer
/// that points have, becomes the largest one.
pub fn encode_metrics(collected: &Collected, out: &mut Vec<u8>) -> usize {
    message_if_any::<LARGE>(out, 1, |out| {
        attributes::resource(out, collected.resource());
        let times = point::Times::new(collected);
        let (mut count, mut groups) = (0, collected.groups().peekable());
        while let Some(group) = groups.next() {
            let is_same = |other: &CollectedGroup<'_>| other.descriptor().name == group.descriptor().name;
            count += if groups.peek().is_some_and(is_same) {
                let others = std::iter::from_fn(|| groups.next_if(is_same));
                merged::scope_metrics(out, &times, &std::iter::once(group).chain(others).collect::<Vec<_>>())
            } else {
                scope_metrics(out, &times, &group)
            };
        }
        count
    })
}

fn scope_metrics(out: &mut Vec<u8>, times: &point::Times, group: &CollectedGroup<'_>) -> usize {
    let descriptor = group.descriptor();
    message_if_any::<LARGE>(out, 2, |out| {
        attributes::scope(out, descriptor.name);
        let fields = descriptor.fields.iter().enumerate();
        fields
            .map(|(index, field)| {
                metric(out, times, field, |out, data| points(out, times, group, index, data))
            })
            .sum()
    })
}

/// A metric with the points that `points` writes; how many those are.
pub(super) fn metric(
    out: &mut Vec<u8>,
    times: &point::Times,
    field: &MetricsField,
    points: impl FnOnce(&mut Vec<u8>, Data) -> usize,
) -> usize {
    message_if_any::<LARGE>(out, 2, |out| {
        text_field(out, 1, field.name);
        text_field(out, 2, field.brief);
        text_field(out, 3, field.unit);
        let data = Data::of(field);
        let mut count = 0;
        message::<LARGE>(out, data.number(), |out| {
            count = points(out, data);
            data.close(out, times.temporality);
        });
        count
    })
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
            write_point(out, times.of(data.start(&set)), &set, &value);
            count += 1;
        }
    }
    count
}

pub(super) fn write_point(out: &mut Vec<u8>, span: point::Span, set: &CollectedSet<'_>, value: &Value<'_>) {
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
pub(super) fn is_zero(value: &Value<'_>) -> bool {
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
