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
        _ => exponential(out, span, attributes.of_exponential(), histogram),
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

/// A distribution as exponential buckets have it.
struct Exponential<'a> {
    scale: i32,
    /// Index of the first bucket.
    first: i32,
    counts: &'a [u64],
    /// Values that are zero, or as near to it as the threshold.
    zeros: u64,
    threshold: f64,
}

impl<'a> Exponential<'a> {
    fn of(histogram: &'a HistogramValue<'_>) -> Self {
        let counts = histogram.counts();
        match histogram.division() {
            Division::Exponential { scale, first } => {
                Self { scale, first, counts, zeros: histogram.zeros(), threshold: 0.0 }
            }
            Division::Range(range) => {
                let (zeros, counts) = counts.split_first().expect("a range has two buckets or more");
                let (scale, first) = (range.scale(), range.first() + 1);
                Self { scale, first, counts, zeros: *zeros, threshold: histogram.upper(0) }
            }
            Division::Bounds(_) => unreachable!("explicit bounds are written by `explicit`"),
        }
    }
}

fn exponential(out: &mut Vec<u8>, span: Span, attributes: &[u8], histogram: &HistogramValue<'_>) {
    let shape = Exponential::of(histogram);
    message::<SMALL>(out, 1, |out| {
        out.extend_from_slice(attributes);
        out.extend_from_slice(&span);
        fixed64_field(out, 4, histogram.count());
        fixed64_field(out, 5, histogram.sum().to_bits());
        varint_field(out, 6, zigzag(shape.scale));
        fixed64_field(out, 7, shape.zeros);
        positive_buckets(out, &shape);
        histogram.exemplars().for_each(|it| exemplar(out, 11, &it));
        if shape.threshold > 0.0 {
            fixed64_field(out, 14, shape.threshold.to_bits());
        }
    });
}

/// Without the empty buckets at either end.
fn positive_buckets(out: &mut Vec<u8>, shape: &Exponential<'_>) {
    let skipped = empty_in_front(shape.counts.chunks_exact(STRIDE), shape.counts.iter());
    if skipped == shape.counts.len() {
        return;
    }
    let end =
        shape.counts.len() - empty_in_front(shape.counts.rchunks_exact(STRIDE), shape.counts.iter().rev());
    message::<SMALL>(out, 8, |out| {
        varint_field(out, 1, zigzag(shape.first + skipped as i32));
        packed_varints(out, 2, &shape.counts[skipped..end]);
    });
}

/// Buckets looked at together.
const STRIDE: usize = 16;

/// How many counts are zero before the first that is not: most of a range, so many are looked at together.
fn empty_in_front<'a>(
    strides: impl Iterator<Item = &'a [u64]>,
    counts: impl Iterator<Item = &'a u64>,
) -> usize {
    let is_empty = |stride: &&[u64]| stride.iter().fold(0, |all, count| all | count) == 0;
    let skipped = STRIDE * strides.take_while(is_empty).count();
    skipped + counts.skip(skipped).take_while(|count| **count == 0).count()
}

/// Most counts are small, and then a byte each.
fn packed_varints(out: &mut Vec<u8>, number: u8, values: &[u64]) {
    if values.iter().fold(0, |all, value| all | value) < 0x80 {
        message_of(out, number, values.len());
        out.extend(values.iter().map(|value| *value as u8));
    } else {
        message_of(out, number, values.iter().map(|value| varint_len(*value)).sum());
        for value in values {
            varint(out, *value);
        }
    }
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
