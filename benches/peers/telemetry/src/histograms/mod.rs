//! What it costs to record a latency.

mod dfe;
mod opentelemetry;
mod ours;
mod prometheus;
mod prometheus_client;

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;

use benches_measure::cpu;
use benches_measure::goal::HISTOGRAM;
use benches_measure::rng::Rng;

use crate::side::{self, Comparison, Side, THREADS, Totals};

const ROUNDS: usize = 21;
const PASSES: usize = 64;
/// Recordings in a stream; also what is recorded between two flushes where the peer starts anew at each.
const STREAM: usize = 4 << 10;

/// Bounds for those who need some, a usual number of them.
const BOUNDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 10.0];

pub fn run() {
    let stream = &stream();
    let per_pass =
        Totals { count: (PASSES * STREAM) as u64, sum: PASSES as f64 * stream.iter().sum::<f64>() };
    let one = Comparison { name: HISTOGRAM.name, rounds: ROUNDS, per_pass };
    let measured = beside_dfe(one, stream);
    for mut peer in [
        dfe::mmsc(stream),
        dfe::detailed(stream),
        prometheus::side_of(stream),
        prometheus_client::side_of(stream),
        opentelemetry::explicit(stream),
        opentelemetry::exponential(stream),
    ] {
        one.tell(&mut ours::range(stream), &mut peer);
    }
    on_two_threads(one, stream);
    HISTOGRAM.judge(measured);
}

/// The worst of all ratios: our side has a declared range or adapts, theirs starts anew at each flush or never.
fn beside_dfe(one: Comparison, stream: &[f64]) -> Result<f64, String> {
    let mut worst: f64 = 0.0;
    for mut ours in [ours::range(stream), ours::adaptive(stream)] {
        for mut theirs in [dfe::normal(stream), dfe::normal_flushed(stream)] {
            worst = worst.max(one.run(&mut ours, &mut theirs)?);
        }
    }
    Ok(worst)
}

fn on_two_threads(one: Comparison, stream: &[f64]) {
    let per_pass =
        Totals { count: one.per_pass.count * THREADS as u64, sum: one.per_pass.sum * THREADS as f64 };
    let two = Comparison { per_pass, ..one };
    let mut ours = ours::on_threads(stream);
    for mut peer in [
        dfe::on_threads(stream),
        prometheus::on_threads(stream),
        prometheus_client::on_threads(stream),
        opentelemetry::on_threads(stream),
    ] {
        two.tell(&mut ours, &mut peer);
    }
}

/// Latencies around 5 ms with a long tail, as of requests.
fn stream() -> Vec<f64> {
    let mut rng = Rng::new(11);
    let mut unit = || rng.below(1 << 30) as f64 / (1 << 30) as f64;
    // The sum of twelve uniform numbers is nearly normal, so that its exponential is nearly log-normal.
    (0..STREAM).map(|_| 0.005 * ((0..12).map(|_| unit()).sum::<f64>() - 6.0).exp()).collect()
}

/// Records the stream `PASSES` times, in a loop of the same shape for everyone.
fn side<'a, T: 'a>(
    name: &'static str,
    stream: &'a [f64],
    histogram: T,
    record: impl Fn(&mut T, f64) + 'a,
    totals: impl Fn(&T) -> Totals + 'a,
) -> Side<'a> {
    let histogram = Rc::new(RefCell::new(histogram));
    let read = Rc::clone(&histogram);
    let pass = move || {
        let histogram = &mut *histogram.borrow_mut();
        cpu::per_item(stream, PASSES, |value| {
            record(histogram, *value);
            black_box(&mut *histogram);
        })
    };
    Side::new(name, pass, move || totals(&read.borrow()))
}

/// Each of several threads records the stream `PASSES` times.
fn threads<'a, T: Send + 'a>(
    name: &'static str,
    stream: &'a [f64],
    histograms: [T; THREADS],
    record: impl Fn(&mut T, f64) + Sync + 'a,
    totals: impl Fn(&mut [T]) -> Totals + 'a,
) -> Side<'a> {
    let whole_stream = move |histogram: &mut T| {
        for value in stream {
            record(histogram, *value);
            black_box(&mut *histogram);
        }
    };
    side::threads(name, (PASSES as u64, STREAM as u64), histograms, whole_stream, totals)
}
