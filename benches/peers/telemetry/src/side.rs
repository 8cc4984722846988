//! Two sides that record the same, compared only if both have recorded all of it.

use std::fmt;

use benches_measure::ratio::{Ratio, alternate};
use benches_measure::report;

/// Sums agree up to what rounding does in another order of additions.
const ROUNDING: f64 = 1e-9;

/// What a side has recorded: how often, and the sum of the values.
#[derive(Debug, Clone, Copy)]
pub struct Totals {
    pub count: u64,
    pub sum: f64,
}

/// One side of a comparison.
pub struct Side<'a> {
    name: &'static str,
    pass: Box<dyn FnMut() -> f64 + 'a>,
    totals: Box<dyn Fn() -> Totals + 'a>,
}

impl<'a> Side<'a> {
    /// `pass` records once all that is to be recorded and says what a recording costs; `totals` reads it all back.
    pub fn new(name: &'static str, pass: impl FnMut() -> f64 + 'a, totals: impl Fn() -> Totals + 'a) -> Self {
        Self { name, pass: Box::new(pass), totals: Box::new(totals) }
    }
}

/// How two sides are compared.
#[derive(Debug, Clone, Copy)]
pub struct Comparison {
    /// The bar or the question.
    pub name: &'static str,
    /// Passes of either side that are timed; one more warms up.
    pub rounds: usize,
    /// What one pass records.
    pub per_pass: Totals,
}

impl Comparison {
    /// Says what both sides cost, and returns the ratio if both have recorded everything.
    pub fn run(&self, ours: &mut Side<'_>, theirs: &mut Side<'_>) -> Result<f64, String> {
        let before = [(ours.totals)(), (theirs.totals)()];
        let measured = alternate(self.rounds, &mut ours.pass, &mut theirs.pass);
        self.check(ours, before[0])?;
        self.check(theirs, before[1])?;
        let Ratio { ours: our_cost, theirs: their_cost, ratio } = measured;
        report::info(
            self.name,
            format_args!(
                "{} {our_cost:.2} ns, {} {their_cost:.2} ns, ratio {ratio:.3}",
                ours.name, theirs.name
            ),
        );
        Ok(ratio)
    }

    /// Compares for information.
    pub fn tell(&self, ours: &mut Side<'_>, theirs: &mut Side<'_>) {
        if let Err(reason) = self.run(ours, theirs) {
            report::info(self.name, reason);
        }
    }

    fn check(&self, side: &Side<'_>, before: Totals) -> Result<(), String> {
        let passes = self.rounds as u64 + 1;
        let expected = Totals { count: self.per_pass.count * passes, sum: self.per_pass.sum * passes as f64 };
        let after = (side.totals)();
        let recorded = Totals { count: after.count - before.count, sum: after.sum - before.sum };
        if recorded.agrees(expected) {
            return Ok(());
        }
        Err(format!("{} has recorded {recorded} instead of {expected}", side.name))
    }
}

impl Totals {
    /// Of a counter that has counted this far.
    pub fn counted(count: u64) -> Self {
        Self { count, sum: count as f64 }
    }

    fn agrees(self, other: Self) -> bool {
        self.count == other.count && (self.sum - other.sum).abs() <= ROUNDING * other.sum.abs()
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} recordings of {} together", self.count, self.sum)
    }
}
