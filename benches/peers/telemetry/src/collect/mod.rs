//! What it costs to flush a thousand sets of twenty counters and to add up what they have counted.

mod dfe;
mod ours;

use std::hint::black_box;
use std::time::Duration;

use benches_measure::cpu;
use benches_measure::goal::COLLECT;

use crate::side::{Comparison, Totals};

const ROUNDS: usize = 11;
/// Cycles in a pass.
const CYCLES: u64 = 40;
/// As many as the channel of the peer must hold.
const SETS: usize = 1_000;
const FIELDS: usize = 20;

pub fn run() {
    let dirty =
        Comparison { name: COLLECT.name, rounds: ROUNDS, per_pass: Totals::counted(CYCLES * SETS as u64) };
    let idle = Comparison { per_pass: Totals::counted(0), ..dirty };
    idle.tell(&mut ours::aggregated(Dirt::None), &mut dfe::accumulated(Dirt::None));
    COLLECT.judge(worst(dirty));
}

/// The worse of both ways to end a cycle: with the values added up, and with those for an exporter.
fn worst(dirty: Comparison) -> Result<f64, String> {
    let added_up = dirty.run(&mut ours::aggregated(Dirt::OneField), &mut dfe::accumulated(Dirt::OneField))?;
    let totals = dirty.run(&mut ours::collected(), &mut dfe::exported())?;
    dirty.tell(&mut ours::flushed(Dirt::OneField), &mut dfe::accumulated(Dirt::OneField));
    dirty.tell(&mut ours::read(), &mut dfe::exported());
    Ok(added_up.max(totals))
}

/// What is counted between two cycles.
#[derive(Debug, Clone, Copy)]
enum Dirt {
    /// One field of each set, another one in each.
    OneField,
    /// Nothing: all sets are idle.
    None,
}

/// Times the cycles of a flow alone, neither the counting between them nor `read`, which looks at what they yield.
fn pass<F, T>(
    dirt: Dirt,
    flow: &mut F,
    count: impl Fn(&mut F, usize, usize),
    cycle: impl Fn(&mut F) -> T,
    mut read: impl FnMut(T),
) -> f64 {
    let mut spent = Duration::ZERO;
    for round in 0..CYCLES as usize {
        if let Dirt::OneField = dirt {
            (0..SETS).for_each(|set| count(flow, set, (set + round) % FIELDS));
        }
        let (yielded, cpu) = cpu::time(|| cycle(flow));
        spent += cpu;
        read(black_box(yielded));
    }
    spent.as_nanos() as f64 / CYCLES as f64
}
