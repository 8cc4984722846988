//! The samples of a histogram: cumulative buckets with their exemplars, sum and count.

use super::bounds::{Bound, Bounds};
use super::plan::Parts;
use super::powers::{self, Powers};
use super::sample::Sample;
use super::text::push_number;
use super::{TextFormat, number};
use crate::collected::Number;
use crate::exemplar::Exemplar;
use crate::histogram_value::{Division, HistogramValue};

/// How the series of a histogram's family are shown.
pub(super) struct Distribution<'a> {
    pub(super) bucket: &'a Sample,
    pub(super) parts: &'a Parts,
    pub(super) bounds: &'a [Bounds],
    pub(super) powers: Powers,
    pub(super) format: TextFormat,
}

/// The buckets of one series as they are written, in rising order.
struct Buckets<'a> {
    out: &'a mut String,
    bucket: &'a Sample,
    labels: &'a str,
    histogram: &'a HistogramValue<'a>,
    has_exemplars: bool,
    /// How many values the buckets written so far hold, and how many of the histogram's buckets those are.
    below: u64,
    next: usize,
    /// Bound of the bucket before.
    lower: f64,
}

impl Distribution<'_> {
    pub(super) fn push(&self, out: &mut String, labels: &str, histogram: &HistogramValue<'_>) {
        let count = self.push_buckets(out, labels, histogram);
        push_number(out, &self.parts.sum, labels, Number::F64(histogram.sum()));
        push_number(out, &self.parts.count, labels, Number::U64(count));
    }

    /// Returns how many values there are.
    fn push_buckets(&self, out: &mut String, labels: &str, histogram: &HistogramValue<'_>) -> u64 {
        let has_exemplars = self.format == TextFormat::OpenMetrics && histogram.exemplars().next().is_some();
        let mut buckets = Buckets {
            out,
            bucket: self.bucket,
            labels,
            histogram,
            has_exemplars,
            below: histogram.zeros(),
            next: 0,
            lower: f64::NEG_INFINITY,
        };
        match histogram.division() {
            Division::Exponential { scale, first } => buckets.push_powers(self.powers, scale, first),
            division => buckets.push_bounds(Bounds::find(self.bounds, division)),
        }
        buckets.below
    }
}

impl Buckets<'_> {
    fn push_bounds(&mut self, bounds: &[Bound]) {
        for bound in bounds {
            self.push(bound.index + 1, bound.upper, &bound.label);
        }
    }

    fn push_powers(&mut self, powers: Powers, scale: i32, first: i32) {
        for exponent in powers.exponents() {
            let end = powers::buckets_up_to(exponent, scale, first);
            self.push(end, 2f64.powi(exponent), powers::label(exponent));
        }
        self.push(self.histogram.counts().len(), f64::INFINITY, "le=\"+Inf\"} ");
    }

    /// Appends the bucket that ends with the histogram's bucket before `end`.
    fn push(&mut self, end: usize, upper: f64, label: &str) {
        let counts = self.histogram.counts();
        let end = end.min(counts.len());
        self.below = counts[self.next..end].iter().fold(self.below, |sum, count| sum.saturating_add(*count));
        self.next = end;
        self.bucket.push_with(self.out, self.labels, label);
        number::push_u64(self.out, self.below);
        if self.has_exemplars {
            self.push_exemplar(upper);
        }
        self.out.push('\n');
        self.lower = upper;
    }

    /// A bucket shows its largest exemplar.
    fn push_exemplar(&mut self, upper: f64) {
        let inside = |it: &Exemplar| self.lower < it.value && it.value <= upper;
        let largest = self.histogram.exemplars().filter(inside).max_by(|a, b| a.value.total_cmp(&b.value));
        if let Some(exemplar) = largest {
            push_exemplar(self.out, &exemplar);
        }
    }
}

/// The labels have 63 characters, of 128 that there may be.
fn push_exemplar(out: &mut String, exemplar: &Exemplar) {
    out.push_str(" # {trace_id=\"");
    push_hexadecimal(out, &exemplar.span.trace_id.0);
    out.push_str("\",span_id=\"");
    push_hexadecimal(out, &exemplar.span.span_id.0);
    out.push_str("\"} ");
    number::push_f64(out, exemplar.value);
    out.push(' ');
    number::push_time(out, exemplar.time);
}

fn push_hexadecimal(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}
