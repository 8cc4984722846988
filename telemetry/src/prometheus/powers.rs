//! The bounds of histograms that adapt to their values: powers of two, the same ones for all series of a family.
//!
//! Equal bounds are what makes series add up in a query. They reach from the smallest to the largest value of any
//! series; as totals only grow, bounds are added and hardly ever taken away: only values of more than [`BOUNDS_MAX`]
//! magnitudes leave out every other one.

use std::sync::OnceLock;

use super::number;
use super::sample::last_label;
use crate::histogram_value::{Division, HistogramValue};

/// Most finite bounds of a series, as each is a series in the backend.
const BOUNDS_MAX: i32 = 64;
/// The powers of two that are bounds. Numbers that are smaller and have fewer digits all count as just below the first,
/// as the data model of OpenTelemetry allows; a bound among them would not have what is below it.
const EXPONENTS: std::ops::RangeInclusive<i32> = -1022..=1023;
const LABELS_MAX: usize = (*EXPONENTS.end() - *EXPONENTS.start() + 1) as usize;

/// Which powers of two are bounds: every `2^step`th from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Powers {
    low: i32,
    high: i32,
    step: u32,
}

/// No bounds.
impl Default for Powers {
    fn default() -> Self {
        Self { low: i32::MAX, high: i32::MIN, step: 0 }
    }
}

impl Powers {
    /// Widens to the buckets of a value.
    pub(super) fn include(&mut self, value: &HistogramValue<'_>) {
        if let Division::Exponential { scale, first } = value.division()
            && !value.counts().is_empty()
        {
            self.widen(scale, first, first + value.counts().len() as i32);
        }
    }

    /// Widens to the buckets from `first` up to but not `end`; bucket `i` starts at `2^(i / 2^scale)`.
    fn widen(&mut self, scale: i32, first: i32, end: i32) {
        let (low, high) = match u32::try_from(scale) {
            Ok(fine) => (first >> fine, -((-end) >> fine)),
            Err(_) => (first << -scale, end << -scale),
        };
        self.low = self.low.min(low);
        self.high = self.high.max(high);
        self.step = self.step.max((-scale).max(0).cast_unsigned());
    }

    /// Without more than the most there may be, and all at whole steps.
    pub(super) fn limited(mut self) -> Self {
        if self.low > self.high {
            return self;
        }
        loop {
            let (low, high) = (self.low >> self.step, -((-self.high) >> self.step));
            if high - low < BOUNDS_MAX {
                return Self { low: low << self.step, high: high << self.step, ..self };
            }
            self.step += 1;
        }
    }

    /// The exponents of the bounds.
    pub(super) fn exponents(self) -> impl Iterator<Item = i32> {
        (self.low..=self.high).step_by(1 << self.step).filter(|exponent| EXPONENTS.contains(exponent))
    }
}

/// How many of the buckets, of which `first` is the index of the first, are at or below a power of two.
pub(super) fn buckets_up_to(exponent: i32, scale: i32, first: i32) -> usize {
    let end = match u32::try_from(scale) {
        Ok(fine) => exponent << fine,
        Err(_) => exponent >> -scale,
    };
    (end - first).max(0) as usize
}

/// The `le` label of a power of two, written the first time that it is a bound.
pub(super) fn label(exponent: i32) -> &'static str {
    static LABELS: [OnceLock<Box<str>>; LABELS_MAX] = [const { OnceLock::new() }; LABELS_MAX];
    let written = &LABELS[(exponent - EXPONENTS.start()) as usize];
    written.get_or_init(|| last_label("le", &number::bound(2f64.powi(exponent))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(buckets: &[(i32, i32, i32)], expected: &[i32]) {
        let mut powers = Powers::default();
        for (scale, first, end) in buckets {
            powers.widen(*scale, *first, *end);
        }
        assert_eq!(powers.limited().exponents().collect::<Vec<_>>(), expected, "{buckets:?}");
    }

    #[test]
    fn bounds_reach_from_below_the_first_bucket_to_the_end_of_the_last() {
        check(&[], &[]);
        check(&[(0, 0, 1)], &[0, 1]);
        check(&[(3, 1, 2)], &[0, 1]);
        check(&[(3, -1, 9)], &[-1, 0, 1, 2]);
        check(&[(3, 0, 8), (0, 3, 4)], &[0, 1, 2, 3, 4]);
    }

    #[test]
    fn coarse_buckets_and_many_magnitudes_take_larger_steps() {
        check(&[(-2, -1, 1)], &[-4, 0, 4]);
        check(&[(-2, 0, 1), (0, 5, 6)], &[0, 4, 8]);
        let mut powers = Powers::default();
        powers.widen(-4, -65, 64);
        let exponents: Vec<i32> = powers.limited().exponents().collect();
        assert!(exponents.len() <= BOUNDS_MAX as usize, "{exponents:?}");
        assert!(exponents.iter().all(|exponent| exponent % 64 == 0), "{exponents:?}");
    }

    #[test]
    fn no_bound_is_among_the_numbers_with_fewer_digits() {
        for buckets in [(-4, -64, 64), (0, -1023, 1024), (5, -1023 << 5, 1024 << 5)] {
            let mut powers = Powers::default();
            powers.widen(buckets.0, buckets.1, buckets.2);
            let bounds: Vec<f64> = powers.limited().exponents().map(|exponent| 2f64.powi(exponent)).collect();
            assert!(bounds.iter().all(|bound| bound.is_normal()), "{bounds:?}");
            assert!(bounds.len() > 16, "{bounds:?}");
        }
    }

    #[test]
    fn a_bound_has_the_buckets_that_end_at_it() {
        assert_eq!(buckets_up_to(1, 3, 0), 8);
        assert_eq!(buckets_up_to(1, 3, 5), 3);
        assert_eq!(buckets_up_to(0, 3, 5), 0);
        assert_eq!(buckets_up_to(-4, -2, -3), 2);
        assert_eq!(label(-20), "le=\"9.5367431640625e-07\"} ");
    }
}
