//! prometheus: explicit bounds, shared between threads.

use prometheus::{Histogram, HistogramOpts};

use super::{BOUNDS, side, threads};
use crate::side::{Side, THREADS, Totals};

pub fn side_of(stream: &[f64]) -> Side<'_> {
    side("prometheus", stream, histogram(), |it, value| it.observe(value), totals)
}

pub fn on_threads(stream: &[f64]) -> Side<'_> {
    let histogram = histogram();
    let histograms = [(); THREADS].map(|()| histogram.clone());
    let record = |it: &mut Histogram, value| it.observe(value);
    threads("prometheus on 2 threads", stream, histograms, record, move |_| totals(&histogram))
}

fn histogram() -> Histogram {
    let options = HistogramOpts::new("latency", "Latencies.").buckets(BOUNDS.to_vec());
    Histogram::with_opts(options).expect("the name is valid and the bounds rise")
}

fn totals(histogram: &Histogram) -> Totals {
    Totals { count: histogram.get_sample_count(), sum: histogram.get_sample_sum() }
}
