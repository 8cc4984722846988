//! Two sides measured in turns, so that whatever slows the machine down slows both.

/// What the turns say together.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    /// Median of our side.
    pub ours: f64,
    /// Median of the other side.
    pub theirs: f64,
    /// Median of the rounds' ratios, which is not the ratio of the medians.
    pub ratio: f64,
}

/// Measures `ours` and `theirs` once per round, and once before the first to warm up.
pub fn alternate(rounds: usize, mut ours: impl FnMut() -> f64, mut theirs: impl FnMut() -> f64) -> Ratio {
    ours();
    theirs();
    let measured: Vec<(f64, f64)> = (0..rounds).map(|_| (ours(), theirs())).collect();
    Ratio {
        ours: median(measured.iter().map(|(ours, _)| *ours)),
        theirs: median(measured.iter().map(|(_, theirs)| *theirs)),
        ratio: median(measured.iter().map(|(ours, theirs)| ours / theirs)),
    }
}

/// The middle value, the higher one of two.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_disturbed_round_does_not_change_the_ratio() {
        let mut disturbance = [1.0, 1.0, 50.0, 1.0].into_iter();
        let measured = alternate(3, || 3.0 * disturbance.next().unwrap_or(1.0), || 6.0);
        assert_eq!((measured.ours, measured.theirs, measured.ratio), (3.0, 6.0, 0.5));
    }
}
