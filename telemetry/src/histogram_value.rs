//! The collected value of a histogram.

use std::borrow::Cow;

use crate::adaptive::{self, Grid};
use crate::buckets::{Buckets, Range, bounds_index};
use crate::exemplar::{self, Exemplar};
use crate::exponential;
use crate::float::saturating_add;

/// Counts below this, so many of them at most, cannot overflow together.
const SMALL_COUNT: u64 = 1 << 48;
const SMALL_LEN: usize = 1 << 15;

/// A distribution: how many values fell into each bucket, and their sum.
#[derive(Debug, Clone, PartialEq)]
pub struct HistogramValue<'a> {
    division: Division,
    counts: Cow<'a, [u64]>,
    /// Values that are zero, where those have no bucket.
    zeros: u64,
    sum: f64,
    exemplars: &'a [u64],
}

/// How the values are divided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Division {
    /// Exponential buckets of a declared range: the first holds everything up to its bound, the last has no bound.
    Range(Range),
    /// Exponential buckets, of which `first` is the index of the first.
    Exponential {
        /// Of which `2^scale` buckets make a power of two.
        scale: i32,
        /// The bucket holds values up to `2^((first + 1) / 2^scale)`.
        first: i32,
    },
    /// Explicit upper bounds; one more bucket has no bound.
    Bounds(&'static [f64]),
}

impl<'a> HistogramValue<'a> {
    pub(crate) fn fixed(buckets: Buckets, counts: &'a [u64], sum: f64, exemplars: &'a [u64]) -> Self {
        let division = match buckets {
            Buckets::Range(range) => Division::Range(range),
            Buckets::Bounds(bounds) => Division::Bounds(bounds),
            Buckets::Adaptive => unreachable!("what adapts is read by `adaptive`"),
        };
        Self { division, counts: counts.into(), zeros: 0, sum, exemplars }
    }

    /// Cells as an adapting histogram has them: zeros, grid, counts.
    pub(crate) fn adaptive(cells: &'a [u64], sum: f64, exemplars: &'a [u64]) -> Self {
        let (zeros, cells) = (cells[0], &cells[1..]);
        let grid = Grid::read(cells);
        let first = adaptive::used(cells).next().map_or(0, |(place, _)| place);
        let end = adaptive::used(cells).next_back().map_or(0, |(place, _)| place + 1);
        let division = Division::Exponential { scale: grid.scale(), first: grid.start + first as i32 };
        let counts = cells[adaptive::GRID_CELLS..][first..end].into();
        Self { division, counts, zeros, sum, exemplars }
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        let all = self.counts.iter().fold(self.zeros, |all, count| all | count);
        if all < SMALL_COUNT && self.counts.len() < SMALL_LEN {
            // Without a look at each sum, which takes several times as long.
            return self.counts.iter().fold(self.zeros, |sum, count| sum.wrapping_add(*count));
        }
        self.counts.iter().fold(self.zeros, |sum, count| sum.saturating_add(*count))
    }

    /// Their sum.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// Values that are zero and have no bucket.
    pub fn zeros(&self) -> u64 {
        self.zeros
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
        if self.zeros > 0 && self.zeros as f64 >= rank {
            return Some(0.0);
        }
        let mut below = self.zeros;
        for (index, &here) in self.counts.iter().enumerate() {
            if here > 0 && (below + here) as f64 >= rank {
                return Some(self.interpolate(index, (rank - below as f64) / here as f64));
            }
            below += here;
        }
        None
    }

    /// Upper bounds with the count of their bucket, in rising order; without the values that are zero if those have no
    /// bucket. The last bound is infinite, but for exponential buckets that adapt.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> {
        self.counts.iter().enumerate().map(|(index, count)| (self.upper(index), *count))
    }

    /// Some of the values with the spans that they were measured in.
    pub fn exemplars(&self) -> impl Iterator<Item = Exemplar> {
        exemplar::read(self.exemplars)
    }

    /// Adds a distribution of the same metric.
    ///
    /// If the two divide differently, this division stays: each bucket of the other moves as a whole to where its
    /// upper bound lies. Count and sum are exact then, quantiles are never too low.
    pub fn merge(&mut self, other: &HistogramValue<'_>) {
        self.zeros = self.zeros.saturating_add(other.zeros);
        self.sum = saturating_add(self.sum, other.sum);
        if let Division::Exponential { scale, first } = self.division {
            return self.merge_adaptive(scale, first, other);
        }
        let (division, same) = (self.division, self.division == other.division);
        let counts = self.counts.to_mut();
        for (index, (upper, more)) in other.buckets().enumerate() {
            let index = if same { index } else { bucket_of_bound(division, upper) };
            counts[index] = counts[index].saturating_add(more);
        }
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> HistogramValue<'static> {
        HistogramValue {
            division: self.division,
            counts: Cow::Owned(self.counts.into_owned()),
            zeros: self.zeros,
            sum: self.sum,
            exemplars: &[],
        }
    }

    /// How the values are divided.
    pub fn division(&self) -> Division {
        self.division
    }

    /// The count of each bucket.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Upper bound of a bucket.
    pub fn upper(&self, index: usize) -> f64 {
        match self.division {
            Division::Range(range) => range.upper(index),
            Division::Exponential { scale, first } => exponential::upper(first + index as i32, scale),
            Division::Bounds(bounds) => bounds.get(index).copied().unwrap_or(f64::INFINITY),
        }
    }

    /// Whether exporters show the bound of this bucket: all explicit ones, but of exponential ones only the last and the
    /// powers of two, because every exported bound is a series in the backend.
    pub fn is_exported(&self, index: usize) -> bool {
        match self.division {
            Division::Range(range) => range.is_exported(index),
            Division::Exponential { scale, first } => {
                scale <= 0
                    || index + 1 == self.counts.len()
                    || (first + index as i32 + 1) & ((1 << scale) - 1) == 0
            }
            Division::Bounds(_) => true,
        }
    }

    fn lower(&self, index: usize) -> f64 {
        match (index.checked_sub(1), self.division) {
            (Some(below), _) => self.upper(below),
            (None, Division::Range(_)) => 0.0,
            (None, Division::Exponential { scale, first }) => exponential::upper(first - 1, scale),
            (None, Division::Bounds(bounds)) => bounds[0].min(0.0),
        }
    }

    /// Buckets of another exponential division keep theirs; those of other divisions go where their bound lies.
    fn merge_adaptive(&mut self, scale: i32, first: i32, other: &HistogramValue<'_>) {
        let mut cells = vec![0; adaptive::CELLS];
        let mut add = |scale: i32, index: i32, n: u64| {
            if n > 0 {
                adaptive::add(&mut cells, (exponential::INDEX_SCALE - scale).cast_unsigned(), index, n);
            }
        };
        (self.counts.iter().zip(first..)).for_each(|(count, index)| add(scale, index, *count));
        if let Division::Exponential { scale, first } = other.division {
            (other.counts.iter().zip(first..)).for_each(|(count, index)| add(scale, index, *count));
        } else {
            for (upper, count) in other.buckets() {
                add(exponential::INDEX_SCALE, exponential::index(upper.min(f64::MAX)), count);
            }
        }
        let zeros = std::iter::once(self.zeros);
        let cells: Vec<u64> = zeros.chain(cells).collect();
        let merged = HistogramValue::adaptive(&cells, self.sum, &[]).into_owned();
        (self.division, self.counts) = (merged.division, merged.counts);
    }

    fn interpolate(&self, index: usize, fraction: f64) -> f64 {
        let (lower, upper) = (self.lower(index), self.upper(index));
        if upper.is_infinite() { lower } else { lower + (upper - lower) * fraction }
    }
}

fn bucket_of_bound(division: Division, upper: f64) -> usize {
    match division {
        Division::Range(range) => range.index(upper),
        Division::Bounds(bounds) => bounds_index(bounds, upper),
        Division::Exponential { .. } => unreachable!("exponential buckets are merged by index"),
    }
}
