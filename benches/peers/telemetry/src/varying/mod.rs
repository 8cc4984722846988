//! What it costs to choose by two closed enums per recording, and count.

mod dfe;
mod ours;
mod prometheus;
mod prometheus_client;

use std::hint::black_box;

use ::prometheus_client::encoding::EncodeLabelValue;
use benches_measure::cpu;
use benches_measure::goal::VARYING;
use benches_measure::rng::Rng;
use otel_arrow_dfe_telemetry_macros::AttributeEnum;
use telemetry::AttributeValue;

use crate::side::{self, Comparison, Side, THREADS, Totals};

const ROUNDS: usize = 21;
const PASSES: usize = 64;
/// Recordings in a stream; enough that no branch predictor learns it by heart.
const STREAM: usize = 16 << 10;

/// One enum for every side, so that all choose by the same values in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AttributeEnum, AttributeValue, EncodeLabelValue)]
#[attribute(key = "bench.outcome")]
enum Outcome {
    /// Unchanged.
    Kept,
    /// Left out.
    Dropped,
    /// Changed.
    Rewritten,
    /// Neither.
    Failed,
}

/// The other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AttributeEnum, AttributeValue, EncodeLabelValue)]
#[attribute(key = "bench.signal")]
enum Signal {
    /// Records of events.
    Logs,
    /// Points.
    Metrics,
    /// Spans.
    Traces,
}

const OUTCOMES: [Outcome; 4] = [Outcome::Kept, Outcome::Dropped, Outcome::Rewritten, Outcome::Failed];
const SIGNALS: [Signal; 3] = [Signal::Logs, Signal::Metrics, Signal::Traces];

/// What one recording is of.
type Pair = (Outcome, Signal);

pub fn run() {
    let stream = &stream();
    let one = Comparison {
        name: VARYING.name,
        rounds: ROUNDS,
        per_pass: Totals::counted((PASSES * STREAM) as u64),
    };
    let mut ours = ours::side(stream);
    let measured = one.run(&mut ours, &mut dfe::side(stream));
    one.tell(&mut ours, &mut prometheus::side(stream));
    one.tell(&mut ours, &mut prometheus_client::side(stream));

    let two = Comparison { per_pass: Totals::counted((THREADS * PASSES * STREAM) as u64), ..one };
    let mut ours = ours::on_threads(stream);
    two.tell(&mut ours, &mut dfe::on_threads(stream));
    two.tell(&mut ours, &mut prometheus::on_threads(stream));
    two.tell(&mut ours, &mut prometheus_client::on_threads(stream));
    VARYING.judge(measured);
}

fn stream() -> Vec<Pair> {
    let mut rng = Rng::new(7);
    (0..STREAM).map(|_| (OUTCOMES[rng.below(4) as usize], SIGNALS[rng.below(3) as usize])).collect()
}

/// Every pair there is.
fn pairs() -> impl Iterator<Item = Pair> {
    OUTCOMES.into_iter().flat_map(|outcome| SIGNALS.into_iter().map(move |signal| (outcome, signal)))
}

/// Counts the stream `PASSES` times, in a loop of the same shape for everyone.
fn pass<T>(stream: &[Pair], set: &mut T, count: impl Fn(&mut T, Pair)) -> f64 {
    cpu::per_item(stream, PASSES, |pair| {
        count(set, *pair);
        black_box(&mut *set);
    })
}

/// Each of several threads counts the stream `PASSES` times.
fn threads<'a, T: Send + 'a>(
    name: &'static str,
    stream: &'a [Pair],
    sets: [T; THREADS],
    count: impl Fn(&mut T, Pair) + Sync + 'a,
    total: impl Fn(&mut [T]) -> u64 + 'a,
) -> Side<'a> {
    let whole_stream = move |set: &mut T| {
        for pair in stream {
            count(set, *pair);
            black_box(&mut *set);
        }
    };
    side::threads(name, (PASSES as u64, STREAM as u64), sets, whole_stream, move |sets| {
        Totals::counted(total(sets))
    })
}
