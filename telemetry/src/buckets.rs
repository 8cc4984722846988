//! How a histogram divides its values: log-linear over a range, or explicit bounds.

/// Linear steps per power of two, as a count of mantissa bits: 8 steps, so a bucket is at most 12.5 % wide.
const STEP_BITS: u32 = 3;
const SHIFT: u32 = f64::MANTISSA_DIGITS - 1 - STEP_BITS;

/// The buckets of a histogram; upper bounds belong to their bucket, the last bucket is unbounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Buckets {
    /// Log-linear: eight equal steps per power of two.
    Range(LogLinear),
    /// Explicit finite upper bounds, rising.
    Bounds(&'static [f64]),
}

/// Log-linear buckets, whose index is cut straight out of the bits of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLinear {
    /// Cut of the first bucket; smaller values land there too.
    first: i64,
    /// Buckets including the unbounded one.
    len: usize,
}

impl Buckets {
    /// Log-linear buckets from `low` to `high`: values up to `low` share the first, values above `high` the last.
    ///
    /// # Panics
    ///
    /// If the range does not rise from a positive number; in a declaration that is a compile error.
    pub const fn range(low: f64, high: f64) -> Self {
        assert!(low > 0.0 && low < high && high.is_finite(), "range must rise from a positive number");
        let first = cut(low);
        Self::Range(LogLinear { first, len: (cut(high) - first) as usize + 2 })
    }

    /// How many buckets there are, the unbounded one included.
    pub const fn len(&self) -> usize {
        match self {
            Self::Range(log) => log.len,
            Self::Bounds(bounds) => bounds.len() + 1,
        }
    }

    /// Never: there is always the unbounded bucket.
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// The bucket of a finite value.
    #[inline]
    pub fn index(&self, value: f64) -> usize {
        match self {
            Self::Range(log) => log.index(value),
            Self::Bounds(bounds) => bounds.partition_point(|bound| *bound < value),
        }
    }

    /// Upper bound of a bucket; infinity for the last and beyond.
    pub fn upper(&self, index: usize) -> f64 {
        if index + 1 >= self.len() {
            return f64::INFINITY;
        }
        match self {
            Self::Range(log) => upper_of_cut(log.first + index as i64),
            Self::Bounds(bounds) => bounds[index],
        }
    }

    /// Lower bound of a bucket, from which quantiles interpolate; zero for the first of a range.
    pub fn lower(&self, index: usize) -> f64 {
        match (index.checked_sub(1), self) {
            (Some(below), _) => self.upper(below),
            (None, Self::Range(_)) => 0.0,
            (None, Self::Bounds(bounds)) => bounds[0].min(0.0),
        }
    }

    /// Whether exporters show the bound of this bucket: all explicit ones, but of a range only its end and the
    /// powers of two, because every exported bound is a series in the backend.
    pub fn is_exported(&self, index: usize) -> bool {
        let at_end = index + 2 >= self.len();
        match self {
            Self::Range(log) => at_end || (log.first + index as i64 + 1) & ((1 << STEP_BITS) - 1) == 0,
            Self::Bounds(_) => true,
        }
    }
}

impl LogLinear {
    /// Without a branch: clamping happens on integers, and negative values are negative integers.
    #[inline]
    fn index(self, value: f64) -> usize {
        let index = (cut(value) - self.first).max(0) as usize;
        index.min(self.len - 1)
    }
}

/// Sign, exponent and top mantissa bits. One less than the bits keeps an upper bound inside its bucket.
#[inline]
const fn cut(value: f64) -> i64 {
    (value.to_bits() as i64).saturating_sub(1) >> SHIFT
}

fn upper_of_cut(cut: i64) -> f64 {
    f64::from_bits(((cut + 1) as u64) << SHIFT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATENCY: Buckets = Buckets::range(1e-5, 60.0);

    #[test]
    fn a_value_lies_between_the_bounds_of_its_bucket() {
        let mut value = 1.1e-5;
        while value < 60.0 {
            let index = LATENCY.index(value);
            assert!(LATENCY.lower(index) < value && value <= LATENCY.upper(index), "{value} in {index}");
            value *= 1.003;
        }
    }

    #[test]
    fn an_upper_bound_belongs_to_its_bucket() {
        for index in 0..LATENCY.len() - 1 {
            assert_eq!(LATENCY.index(LATENCY.upper(index)), index);
            assert_eq!(LATENCY.index(LATENCY.upper(index).next_up()), index + 1);
        }
    }

    #[test]
    fn values_outside_the_range_land_at_its_ends() {
        for small in [f64::MIN, -1.0, -0.0, 0.0, f64::MIN_POSITIVE, 1e-9, 1e-5] {
            assert_eq!(LATENCY.index(small), 0, "{small}");
        }
        assert_eq!(LATENCY.index(1e9), LATENCY.len() - 1);
        assert_eq!(LATENCY.index(f64::MAX), LATENCY.len() - 1);
        assert!(LATENCY.index(60.0) < LATENCY.len() - 1);
    }

    #[test]
    fn buckets_are_at_most_an_eighth_wide() {
        for index in 1..LATENCY.len() - 1 {
            assert!(LATENCY.upper(index) / LATENCY.lower(index) <= 1.125);
        }
    }

    #[test]
    fn explicit_bounds_are_upper_inclusive() {
        let buckets = Buckets::Bounds(&[1.0, 5.0, 10.0]);
        let indexes = [-1.0, 1.0, 1.5, 5.0, 10.0, 11.0].map(|value| buckets.index(value));
        assert_eq!(indexes, [0, 0, 1, 1, 2, 3]);
        assert!(buckets.upper(3).is_infinite());
    }

    #[test]
    fn a_range_exports_powers_of_two_and_its_end() {
        let bounds: Vec<f64> =
            (0..LATENCY.len()).filter(|i| LATENCY.is_exported(*i)).map(|i| LATENCY.upper(i)).collect();
        assert_eq!(bounds.len(), 24);
        assert_eq!(bounds[..1], [2f64.powi(-16)]);
        assert_eq!(bounds[21..], [32.0, 60.0, f64::INFINITY]);
    }
}
