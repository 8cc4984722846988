//! Points that are a distribution.

use telemetry::{Division, Exemplar, HistogramValue, MmscValue};

use super::attributes::Rendered;
use super::point::Span;
use super::unix_nanos;
use super::wire::{
    FIXED64_LEN, SMALL, bytes_field, fixed64_field, message, message_of, varint, varint_field, varint_len,
    zigzag,
};

/// A `HistogramDataPoint` without buckets.
pub(super) fn mmsc(out: &mut Vec<u8>, span: Span, attributes: Rendered<'_>, value: MmscValue) {
    message::<SMALL>(out, 1, |out| {
        out.extend_from_slice(attributes.of_histogram());
        out.extend_from_slice(&span);
        fixed64_field(out, 4, value.count);
        if value.count == 0 || value.min >= 0.0 {
            fixed64_field(out, 5, value.sum.to_bits());
        }
        if value.count > 0 {
            fixed64_field(out, 11, value.min.to_bits());
            fixed64_field(out, 12, value.max.to_bits());
        }
    });
}

/// A `HistogramDataPoint` if it has bounds of its own, an `ExponentialHistogramDataPoint` if not.
pub(super) fn histogram(
    out: &mut Vec<u8>,
    span: Span,
    attributes: Rendered<'_>,
    histogram: &HistogramValue<'_>,
) {
    match histogram.division() {
        Division::Bounds(bounds) => explicit(out, span, attributes.of_histogram(), histogram, bounds),
        Division::Exponential { scale, first } => {
            let buckets = Buckets { scale, first, counts: histogram.counts() };
            exponential(out, span, attributes.of_exponential(), histogram, &buckets, Zeros::exact(histogram));
        }
        Division::Range(range) => {
            let (below, counts) = histogram.counts().split_first().expect("a range has two buckets or more");
            let buckets = Buckets { scale: range.scale(), first: range.first() + 1, counts };
            let zeros = Zeros { count: *below, threshold: histogram.upper(0) };
            exponential(out, span, attributes.of_exponential(), histogram, &buckets, zeros);
        }
    }
}

fn explicit(
    out: &mut Vec<u8>,
    span: Span,
    attributes: &[u8],
    histogram: &HistogramValue<'_>,
    bounds: &[f64],
) {
    message::<SMALL>(out, 1, |out| {
        out.extend_from_slice(attributes);
        out.extend_from_slice(&span);
        fixed64_field(out, 4, histogram.count());
        fixed64_field(out, 5, histogram.sum().to_bits());
        packed_fixed64(out, 6, histogram.counts().iter().copied());
        packed_fixed64(out, 7, bounds.iter().map(|bound| bound.to_bits()));
        histogram.exemplars().for_each(|it| exemplar(out, 8, &it));
    });
}

fn packed_fixed64(out: &mut Vec<u8>, number: u8, values: impl ExactSizeIterator<Item = u64>) {
    message_of(out, number, values.len() * size_of::<u64>());
    values.for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
}

/// Positive exponential buckets.
struct Buckets<'a> {
    scale: i32,
    /// Index of the first.
    first: i32,
    counts: &'a [u64],
}

/// Values that are zero, or as near to it as the threshold.
struct Zeros {
    count: u64,
    threshold: f64,
}

impl Zeros {
    fn exact(histogram: &HistogramValue<'_>) -> Self {
        Self { count: histogram.zeros(), threshold: 0.0 }
    }
}

fn exponential(
    out: &mut Vec<u8>,
    span: Span,
    attributes: &[u8],
    histogram: &HistogramValue<'_>,
    positive: &Buckets<'_>,
    zeros: Zeros,
) {
    message::<SMALL>(out, 1, |out| {
        out.extend_from_slice(attributes);
        out.extend_from_slice(&span);
        fixed64_field(out, 4, histogram.count());
        fixed64_field(out, 5, histogram.sum().to_bits());
        varint_field(out, 6, zigzag(positive.scale));
        fixed64_field(out, 7, zeros.count);
        positive_buckets(out, positive);
        histogram.exemplars().for_each(|it| exemplar(out, 11, &it));
        if zeros.threshold > 0.0 {
            fixed64_field(out, 14, zeros.threshold.to_bits());
        }
    });
}

/// Without the empty buckets at either end.
fn positive_buckets(out: &mut Vec<u8>, buckets: &Buckets<'_>) {
    let is_used = |count: &u64| *count != 0;
    let Some(skipped) = buckets.counts.iter().position(is_used) else { return };
    let end = buckets.counts.iter().rposition(is_used).map_or(0, |last| last + 1);
    let counts = &buckets.counts[skipped..end];
    message::<SMALL>(out, 8, |out| {
        varint_field(out, 1, zigzag(buckets.first + skipped as i32));
        message_of(out, 2, counts.iter().map(|count| varint_len(*count)).sum());
        counts.iter().for_each(|count| varint(out, *count));
    });
}

/// Always as long: a time, a value, two ids.
const EXEMPLAR_LEN: usize = 2 * FIXED64_LEN + 2 + 8 + 2 + 16;

fn exemplar(out: &mut Vec<u8>, number: u8, exemplar: &Exemplar) {
    message_of(out, number, EXEMPLAR_LEN);
    fixed64_field(out, 2, unix_nanos(exemplar.time));
    fixed64_field(out, 3, exemplar.value.to_bits());
    bytes_field(out, 4, &exemplar.span.span_id.0);
    bytes_field(out, 5, &exemplar.span.trace_id.0);
}
