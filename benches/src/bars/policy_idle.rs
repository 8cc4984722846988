//! What policies cost that match nothing: a thousand of the mix beside the same with three thousand idle ones.

use benches_measure::ratio::{Ratio, alternate};
use benches_measure::report;

use crate::engine::Engine;
use crate::{corpus, mix};

const NAME: &str = "policy_idle";
const LIMIT: f64 = 1.5;
const ROUNDS: usize = 15;
const ACTIVE: usize = 1_000;
const IDLE: usize = 3_000;

pub(super) fn run() {
    report::bar(NAME, measure().map(|measured| measured.ratio), LIMIT);
}

fn measure() -> Result<Ratio, String> {
    let requests = corpus::requests();
    let mut few = Engine::new(mix::policies(ACTIVE).to_string().as_bytes(), &requests)?;
    let mut many = Engine::new(mix::with_idle(ACTIVE, IDLE).to_string().as_bytes(), &requests)?;
    if few.findings()? != many.findings()? {
        return Err("policies that should match nothing do".to_owned());
    }
    let measured = alternate(ROUNDS, || many.pass(), || few.pass());
    let Ratio { ours, theirs, .. } = measured;
    report::info(
        NAME,
        format_args!("{ours:.0} ns per record with {IDLE} idle policies, {theirs:.0} ns without"),
    );
    Ok(measured)
}
