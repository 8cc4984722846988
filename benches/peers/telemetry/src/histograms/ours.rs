//! Our side: exponential buckets over a declared range, and those that adapt.

use telemetry::{Histogram, Telemetry, metric_set};

use super::{side, threads};
use crate::side::{Side, THREADS, Totals};

/// What is recorded into.
#[metric_set(name = "bench.histograms")]
struct Latencies {
    /// Latencies in a declared range.
    #[metric(unit = "s", range = "10us..60s")]
    range: Histogram,
    /// Latencies of any size.
    #[metric(unit = "s")]
    adaptive: Histogram,
}

const RANGE: &str = "bench.histograms.range";
const ADAPTIVE: &str = "bench.histograms.adaptive";

pub fn range(stream: &[f64]) -> Side<'_> {
    let telemetry = Telemetry::default();
    let set = telemetry.worker().register::<Latencies>(());
    side("ours", stream, set, |set, value| set.range.record(value), move |_| totals(&telemetry, RANGE))
}

pub fn adaptive(stream: &[f64]) -> Side<'_> {
    let telemetry = Telemetry::default();
    let set = telemetry.worker().register::<Latencies>(());
    let totals = move |_: &_| totals(&telemetry, ADAPTIVE);
    side("ours adapting", stream, set, |set, value| set.adaptive.record(value), totals)
}

pub fn on_threads(stream: &[f64]) -> Side<'_> {
    let telemetry = Telemetry::default();
    let sets = [(); THREADS].map(|()| telemetry.worker().register::<Latencies>(()));
    let totals = move |_: &mut [_]| totals(&telemetry, RANGE);
    threads("ours on 2 threads", stream, sets, |set, value| set.range.record(value), totals)
}

fn totals(telemetry: &Telemetry, metric: &str) -> Totals {
    let collected = telemetry.collect();
    let histogram = collected.histogram(metric, &[]).expect("it is registered");
    Totals { count: histogram.count(), sum: histogram.sum() }
}
