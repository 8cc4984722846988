//! Sums of finite numbers that stay finite.

/// `a + b`, or the number nearest to it that is finite. Both must be finite.
pub(crate) fn saturating_add(a: f64, b: f64) -> f64 {
    (a + b).clamp(f64::MIN, f64::MAX)
}
