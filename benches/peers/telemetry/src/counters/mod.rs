//! What an increment costs, with 0, 1 and 4 attributes, and by two threads at once.

mod dfe;
mod metrics;
mod opentelemetry;
mod ours;
mod plain;
mod prometheus;
mod prometheus_client;

use std::hint::black_box;

use benches_measure::cpu;

use crate::side::{Comparison, Side, Totals};

const NAME: &str = "telemetry_counters";
const ROUNDS: usize = 11;
const CALLS: u64 = 300_000;
const THREADS: usize = 2;
/// So many that starting the threads is lost in them, and that both count at once for most of the time.
const CALLS_ON_THREADS: u64 = 10 * CALLS;

/// What the attributes are wherever there are four; where there is one it is the first.
const ATTRIBUTES: [(&str, &str); 4] =
    [("route", "/v1/logs"), ("method", "POST"), ("status", "200"), ("zone", "eu-central-1a")];

/// Only the keys.
const KEYS: [&str; 4] = [ATTRIBUTES[0].0, ATTRIBUTES[1].0, ATTRIBUTES[2].0, ATTRIBUTES[3].0];
/// Only the values.
const VALUES: [&str; 4] = [ATTRIBUTES[0].1, ATTRIBUTES[1].1, ATTRIBUTES[2].1, ATTRIBUTES[3].1];

pub fn run() {
    let comparison = Comparison { name: NAME, rounds: ROUNDS, per_pass: Totals::counted(CALLS) };
    let mut ours = ours::registered_with_4();
    let peers = plain::sides()
        .into_iter()
        .chain(dfe::sides())
        .chain(prometheus::sides())
        .chain(prometheus_client::sides())
        .chain(metrics::sides())
        .chain(opentelemetry::sides());
    for mut peer in peers {
        comparison.tell(&mut ours, &mut peer);
    }
    on_two_threads();
}

fn on_two_threads() {
    let per_pass = Totals::counted(CALLS_ON_THREADS * THREADS as u64);
    let comparison = Comparison { name: NAME, rounds: ROUNDS, per_pass };
    let mut ours = ours::on_threads();
    for mut peer in [prometheus::on_threads(), prometheus_client::on_threads(), opentelemetry::on_threads()] {
        comparison.tell(&mut ours, &mut peer);
    }
}

/// Times `count` in a loop of the same shape for everyone: whatever it counts with is in a black box at the end of
/// each turn, so that every single increment has to happen.
fn side<'a, T: 'a>(
    name: &'static str,
    mut counter: T,
    count: impl Fn(&mut T) + 'a,
    total: impl Fn() -> u64 + 'a,
) -> Side<'a> {
    let pass = move || {
        cpu::per_call(CALLS, || {
            count(&mut counter);
            black_box(&mut counter);
        })
    };
    Side::new(name, pass, move || Totals::counted(total()))
}

/// The same by several threads at once, with a counter for each.
fn threads<'a, T: Send + 'a>(
    name: &'static str,
    mut counters: [T; THREADS],
    count: impl Fn(&mut T) + Sync + 'a,
    total: impl Fn() -> u64 + 'a,
) -> Side<'a> {
    let pass = move || {
        let count = &count;
        let mut workers = counters.each_mut().map(|counter| {
            move || {
                count(counter);
                black_box(&mut *counter);
            }
        });
        cpu::per_call_on_threads(CALLS_ON_THREADS, &mut workers)
    };
    Side::new(name, pass, move || Totals::counted(total()))
}
