//! What an event with three fields costs on its way to an exporter, and one that is disabled.

mod ours;
mod tracing;

use std::hint::black_box;

use benches_measure::cpu;
use benches_measure::goal::EVENT;

use crate::side::{Comparison, Totals};

const ROUNDS: usize = 21;
/// Events in a pass: fewer than the queue of either side holds, so that none is dropped.
const EVENTS: u64 = 512;

/// What the events say.
const ROUTE: &str = "/orders";
const STATUS: i64 = 200;
const DURATION: f64 = 0.0125;

pub fn run() {
    tracing::set_up();
    ours::set_up();
    let comparison = Comparison { name: EVENT.name, rounds: ROUNDS, per_pass: Totals::counted(EVENTS) };
    let measured = worst(comparison);
    comparison.tell(&mut ours::encoded(), &mut tracing::exported());
    comparison.tell(&mut ours::taken(), &mut tracing::written());
    let disabled = Comparison { per_pass: Totals::counted(0), ..comparison };
    disabled.tell(&mut ours::disabled(), &mut tracing::disabled());
    EVENT.judge(measured);
}

/// The worse of both ends of the way: in the hands of an exporter, and as the bytes of an OTLP message.
fn worst(comparison: Comparison) -> Result<f64, String> {
    let taken = comparison.run(&mut ours::taken(), &mut tracing::exported())?;
    let encoded = comparison.run(&mut ours::encoded(), &mut tracing::encoded())?;
    Ok(taken.max(encoded))
}

/// Times `EVENTS` calls of `emit` together with what `export` then does with all of them.
fn pass(mut emit: impl FnMut(&str, i64, f64), export: impl FnOnce()) -> f64 {
    let (route, status, duration) = black_box((ROUTE, STATUS, DURATION));
    let ((), cpu) = cpu::time(|| {
        (0..EVENTS).for_each(|_| emit(route, status, duration));
        export();
    });
    cpu.as_nanos() as f64 / EVENTS as f64
}
