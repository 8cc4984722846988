//! A counter's increment beside the plain add; a histogram's record for information.

use std::hint::black_box;

use benches_measure::ratio::{Ratio, alternate};
use benches_measure::{cpu, report};
use telemetry::{Counter, Histogram, Telemetry, TelemetryOptions, metric_set};

const NAME: &str = "counter_add";
const LIMIT: f64 = 1.05;
const ROUNDS: usize = 41;
const CALLS: u64 = 4_000_000;

/// What is measured.
#[metric_set(name = "edge.bench")]
struct Bench {
    /// Increments.
    #[metric(unit = "{call}")]
    increments: Counter<u64>,
    /// Values recorded.
    #[metric(unit = "s", range = "10us..60s")]
    values: Histogram,
}

pub(super) fn run() {
    let telemetry = Telemetry::new(TelemetryOptions::default());
    let set = telemetry.worker().register::<Bench>(());
    let mut cell = 0;

    let counter = alternate(ROUNDS, || increment(&set.increments), || add(&mut cell));
    tell("Counter::inc", counter);
    report::bar(NAME, Ok::<_, String>(counter.ratio), LIMIT);
    tell("Histogram::record", alternate(ROUNDS, || record(&set.values), || add(&mut cell)));
}

// All three loops have one shape: the handle is resolved before, as hot paths do, and each turn ends with the
// handle in a black box, so that every single store has to happen.

#[inline(never)]
fn add(cell: &mut u64) -> f64 {
    cpu::per_call(CALLS, || {
        *cell += 1;
        black_box(&mut *cell);
    })
}

#[inline(never)]
fn increment(counter: &Counter<u64>) -> f64 {
    cpu::per_call(CALLS, || {
        counter.inc();
        black_box(counter);
    })
}

#[inline(never)]
fn record(histogram: &Histogram) -> f64 {
    let mut value = 0.001;
    cpu::per_call(CALLS, || {
        value = if value > 1.0 { 0.001 } else { value * 1.01 };
        histogram.record(value);
        black_box(histogram);
    })
}

fn tell(what: &str, Ratio { ours, theirs, ratio }: Ratio) {
    report::info(NAME, format_args!("{what} {ours:.3} ns, plain add {theirs:.3} ns, ratio {ratio:.3}"));
}
