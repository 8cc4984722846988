//! Two sides that record the same, compared only if both have recorded all of it.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use benches_measure::ratio::{Ratio, alternate};
use benches_measure::{cpu, report};

/// How many threads record at once where several do.
pub const THREADS: usize = 2;

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

/// A side of several threads at once, each with a `T` of its own, on which it makes so many calls of so many recordings.
pub fn threads<'a, T: Send + 'a>(
    name: &'static str,
    (calls, recordings): (u64, u64),
    owned: [T; THREADS],
    call: impl Fn(&mut T) + Sync + 'a,
    totals: impl Fn(&mut [T]) -> Totals + 'a,
) -> Side<'a> {
    let owned = Rc::new(RefCell::new(owned));
    let read = Rc::clone(&owned);
    let pass = move || {
        let call = &call;
        let mut owned = owned.borrow_mut();
        let mut workers = owned.each_mut().map(|owned| move || call(owned));
        cpu::per_call_on_threads(calls, &mut workers) / recordings as f64
    };
    Side::new(name, pass, move || totals(&mut *read.borrow_mut()))
}

/// Says what both sides cost.
pub fn tell(name: &str, ours: &str, theirs: &str, measured: Ratio) {
    let Ratio { ours: our_cost, theirs: their_cost, ratio } = measured;
    report::info(
        name,
        format_args!("{ours} {our_cost:.2} ns, {theirs} {their_cost:.2} ns, ratio {ratio:.3}"),
    );
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
        tell(self.name, ours.name, theirs.name, measured);
        Ok(measured.ratio)
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
