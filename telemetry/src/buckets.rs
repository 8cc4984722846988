//! How a histogram divides its values: exponentially over a range, adapting to what comes, or by explicit bounds.

use crate::exponential::{self, INDEX_SCALE};

/// Buckets per power of two of a declared range, as a power of two itself: eight, each at most 9.1 % wide.
const RANGE_SCALE: i32 = 3;

/// The buckets of a histogram; upper bounds belong to their bucket, the last bucket is unbounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Buckets {
    /// Exponential over a declared range.
    Range(Range),
    /// Exponential, as fine as 160 buckets allow for the values seen so far.
    Adaptive,
    /// Explicit finite upper bounds, rising.
    Bounds(&'static [f64]),
}

/// Exponential buckets of a fixed scale, whose index is cut out of the bits of the value.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// Index of the first bucket; smaller values land there too.
    first: i32,
    /// Buckets including the unbounded one.
    len: usize,
    /// The range as declared, which its buckets only approach.
    low: f64,
    high: f64,
}

/// Ranges are equal whose buckets are.
impl PartialEq for Range {
    fn eq(&self, other: &Self) -> bool {
        (self.first, self.len) == (other.first, other.len)
    }
}

impl Eq for Range {}

impl Buckets {
    /// Buckets from `low` to `high`: values up to `low` share the first, values above `high` the last.
    ///
    /// # Panics
    ///
    /// If the range does not rise from a positive number; in a declaration that is a compile error.
    pub const fn range(low: f64, high: f64) -> Self {
        assert!(low > 0.0 && low < high && high.is_finite(), "range must rise from a positive number");
        let first = range_index(low);
        Self::Range(Range { first, len: (range_index(high) - first) as usize + 2, low, high })
    }

    /// How many cells the counts take; of those that adapt, the most that there can be.
    pub const fn len(&self) -> usize {
        match self {
            Self::Range(range) => range.len,
            Self::Adaptive => exponential::BUCKETS_MAX,
            Self::Bounds(bounds) => bounds.len() + 1,
        }
    }

    /// Never: there is always the unbounded bucket.
    pub const fn is_empty(&self) -> bool {
        false
    }
}

impl Range {
    /// The bucket of a value. Without a branch: clamping happens on integers, and negative values are negative integers.
    #[inline]
    pub(crate) fn index(self, value: f64) -> usize {
        let index = (range_index(value) - self.first).max(0) as usize;
        index.min(self.len - 1)
    }

    /// Upper bound of a bucket; infinity for the last and beyond.
    pub(crate) fn upper(self, index: usize) -> f64 {
        if index + 1 >= self.len {
            f64::INFINITY
        } else {
            exponential::upper(self.first + index as i32, RANGE_SCALE)
        }
    }

    /// Of which `2^scale` buckets make a power of two.
    pub fn scale(self) -> i32 {
        RANGE_SCALE
    }

    /// Where the range starts, as declared.
    pub fn low(self) -> f64 {
        self.low
    }

    /// Where the range ends, as declared.
    pub fn high(self) -> f64 {
        self.high
    }

    /// Exponential index of the first bucket, which holds all values up to `2^((first + 1) / 2^scale)`.
    pub fn first(self) -> i32 {
        self.first
    }

    /// Whether exporters show the bound of this bucket: its end and the powers of two, because every exported bound is
    /// a series in the backend.
    pub(crate) fn is_exported(self, index: usize) -> bool {
        index + 2 >= self.len || (self.first + index as i32 + 1) & ((1 << RANGE_SCALE) - 1) == 0
    }
}

#[inline]
const fn range_index(value: f64) -> i32 {
    exponential::index(value) >> (INDEX_SCALE - RANGE_SCALE)
}

/// The bucket of a value among explicit bounds.
#[inline]
pub(crate) fn bounds_index(bounds: &[f64], value: f64) -> usize {
    bounds.partition_point(|bound| *bound < value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATENCY: Range = match Buckets::range(1e-5, 60.0) {
        Buckets::Range(range) => range,
        _ => panic!("a range is a range"),
    };

    #[test]
    fn a_value_lies_between_the_bounds_of_its_bucket() {
        let mut value = 1.1e-5;
        while value < 60.0 {
            let index = LATENCY.index(value);
            let lower = if index == 0 { 0.0 } else { LATENCY.upper(index - 1) };
            assert!(lower < value && value <= LATENCY.upper(index), "{value} in {index}");
            value *= 1.003;
        }
    }

    #[test]
    fn an_upper_bound_belongs_to_its_bucket() {
        for index in 0..LATENCY.len - 1 {
            assert_eq!(LATENCY.index(LATENCY.upper(index)), index);
            assert_eq!(LATENCY.index(LATENCY.upper(index).next_up()), index + 1);
        }
    }

    #[test]
    fn values_outside_the_range_land_at_its_ends() {
        for small in [f64::MIN, -1.0, -0.0, 0.0, f64::MIN_POSITIVE, 1e-9, 1e-5] {
            assert_eq!(LATENCY.index(small), 0, "{small}");
        }
        assert_eq!(LATENCY.index(1e9), LATENCY.len - 1);
        assert_eq!(LATENCY.index(f64::MAX), LATENCY.len - 1);
        assert!(LATENCY.index(60.0) < LATENCY.len - 1);
    }

    #[test]
    fn explicit_bounds_are_upper_inclusive() {
        let indexes = [-1.0, 1.0, 1.5, 5.0, 10.0, 11.0].map(|value| bounds_index(&[1.0, 5.0, 10.0], value));
        assert_eq!(indexes, [0, 0, 1, 1, 2, 3]);
    }

    #[test]
    fn a_range_exports_powers_of_two_and_its_end() {
        let bounds: Vec<f64> =
            (0..LATENCY.len).filter(|i| LATENCY.is_exported(*i)).map(|i| LATENCY.upper(i)).collect();
        assert_eq!(bounds.len(), 24);
        assert_eq!(bounds[..1], [2f64.powi(-16)]);
        assert_eq!(bounds[21..], [32.0, 64.0, f64::INFINITY]);
    }
}
