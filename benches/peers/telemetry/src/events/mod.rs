//! What an event with three fields costs on its way to an exporter, and one that is disabled.

mod ours;
mod tracing;

use std::hint::black_box;
use std::sync::Barrier;

use benches_measure::cpu;
use benches_measure::goal::EVENT;

use crate::side::{self, Comparison, Side, THREADS, Totals};

const ROUNDS: usize = 21;
/// Events in a pass: fewer than the queue of either side holds, so that none is dropped.
const EVENTS: u64 = 512;
/// Events of each of several threads in a turn: all together fewer than the peer's queue holds, which they share, and
/// each fewer than ours, of which each has one.
const EVENTS_ON_THREADS: u64 = 1000;
/// Turns in a pass of several threads, so many that starting the threads is lost in them.
const TURNS: u64 = 64;
/// The same where nothing is emitted.
const TURNS_DISABLED: u64 = 4096;

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
    on_two_threads(comparison, disabled);
    EVENT.judge(measured);
}

fn on_two_threads(enabled: Comparison, disabled: Comparison) {
    let per_pass = Totals::counted(TURNS * EVENTS_ON_THREADS * THREADS as u64);
    let enabled = Comparison { per_pass, ..enabled };
    enabled.tell(&mut ours::taken_on_threads(), &mut tracing::exported_on_threads());
    enabled.tell(&mut ours::encoded_on_threads(), &mut tracing::encoded_on_threads());
    disabled.tell(&mut ours::disabled_on_threads(), &mut tracing::disabled_on_threads());
}

/// The worse of both ends of the way: in the hands of an exporter, and as the bytes of an OTLP message.
fn worst(comparison: Comparison) -> Result<f64, String> {
    let taken = comparison.run(&mut ours::taken(), &mut tracing::exported())?;
    let encoded = comparison.run(&mut ours::encoded(), &mut tracing::encoded())?;
    Ok(taken.max(encoded))
}

/// Times `EVENTS` calls of `emit` together with what `export` then does with all of them.
fn pass(emit: impl Fn(&str, i64, f64), export: impl FnOnce()) -> f64 {
    let ((), cpu) = cpu::time(|| {
        emit_all(EVENTS, emit);
        export();
    });
    cpu.as_nanos() as f64 / EVENTS as f64
}

/// In each turn all threads emit at once, and the last one to be done calls `export`.
fn threads<'a>(
    name: &'static str,
    emit: impl Fn(&str, i64, f64) + Sync + 'a,
    export: impl Fn() + Sync + 'a,
    exported: impl Fn() -> Totals + 'a,
) -> Side<'a> {
    let all = Barrier::new(THREADS);
    let turn = move |(): &mut ()| {
        emit_all(EVENTS_ON_THREADS, &emit);
        if all.wait().is_leader() {
            export();
        }
        all.wait();
    };
    side::threads(name, (TURNS, EVENTS_ON_THREADS), [(); THREADS], turn, move |_| exported())
}

/// Threads whose events go nowhere, so that none waits for another.
fn threads_disabled<'a>(
    name: &'static str,
    emit: impl Fn(&str, i64, f64) + Sync + 'a,
    exported: impl Fn() -> Totals + 'a,
) -> Side<'a> {
    let turn = move |(): &mut ()| emit_all(EVENTS_ON_THREADS, &emit);
    side::threads(name, (TURNS_DISABLED, EVENTS_ON_THREADS), [(); THREADS], turn, move |_| exported())
}

fn emit_all(events: u64, emit: impl Fn(&str, i64, f64)) {
    let (route, status, duration) = black_box((ROUTE, STATUS, DURATION));
    (0..events).for_each(|_| emit(route, status, duration));
}
