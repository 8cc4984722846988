//! The collected value of a histogram.

use std::borrow::Cow;

use crate::buckets::Buckets;
use crate::float::saturating_add;

/// A distribution: how many values fell into each bucket, and their sum.
#[derive(Debug, Clone, PartialEq)]
pub struct HistogramValue<'a> {
    buckets: Buckets,
    counts: Cow<'a, [u64]>,
    sum: f64,
}

impl<'a> HistogramValue<'a> {
    pub(crate) fn new(buckets: Buckets, counts: &'a [u64], sum: f64) -> Self {
        Self { buckets, counts: counts.into(), sum }
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Their sum.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// Their mean; `None` if there are none.
    pub fn mean(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| self.sum / count as f64)
    }

    /// The value below which a fraction `q` of the values lies, interpolated inside its bucket; `None` if there
    /// are none. What fell beyond the last bound is taken to lie on it.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let count = self.count();
        let rank = q.clamp(0.0, 1.0) * count as f64;
        let mut below = 0;
        for (index, &here) in self.counts.iter().enumerate() {
            if here > 0 && (below + here) as f64 >= rank {
                return Some(self.interpolate(index, (rank - below as f64) / here as f64));
            }
            below += here;
        }
        None
    }

    /// Upper bounds with the count of their bucket, in rising order; the last bound is infinite.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> {
        self.counts.iter().enumerate().map(|(index, count)| (self.buckets.upper(index), *count))
    }

    /// Adds a distribution of the same metric.
    ///
    /// If the two divide differently, this division stays: each bucket of the other moves as a whole to where its
    /// upper bound lies. Count and sum are exact then, quantiles are never too low.
    pub fn merge(&mut self, other: &HistogramValue<'_>) {
        let (mine, same) = (self.buckets, self.buckets == other.buckets);
        let counts = self.counts.to_mut();
        for (index, (upper, more)) in other.buckets().enumerate() {
            let index = if same { index } else { bucket_of_bound(mine, upper) };
            counts[index] = counts[index].saturating_add(more);
        }
        self.sum = saturating_add(self.sum, other.sum);
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> HistogramValue<'static> {
        HistogramValue { buckets: self.buckets, counts: Cow::Owned(self.counts.into_owned()), sum: self.sum }
    }

    pub(crate) fn division(&self) -> Buckets {
        self.buckets
    }

    pub(crate) fn counts(&self) -> &[u64] {
        &self.counts
    }

    fn interpolate(&self, index: usize, fraction: f64) -> f64 {
        let (lower, upper) = (self.buckets.lower(index), self.buckets.upper(index));
        if upper.is_infinite() { lower } else { lower + (upper - lower) * fraction }
    }
}

fn bucket_of_bound(buckets: Buckets, upper: f64) -> usize {
    if upper.is_infinite() { buckets.len() - 1 } else { buckets.index(upper) }
}
