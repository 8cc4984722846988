//! prometheus-client: explicit bounds behind a lock.

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::{BOUNDS, side, threads};
use crate::side::{Side, THREADS, Totals};

pub fn side_of(stream: &[f64]) -> Side<'_> {
    side("prometheus-client", stream, Histogram::new(BOUNDS), |it, value| it.observe(value), totals)
}

pub fn on_threads(stream: &[f64]) -> Side<'_> {
    let histogram = Histogram::new(BOUNDS);
    let histograms = [(); THREADS].map(|()| histogram.clone());
    let record = |it: &mut Histogram, value| it.observe(value);
    threads("prometheus-client on 2 threads", stream, histograms, record, move |_| totals(&histogram))
}

/// It can be read only as text.
fn totals(histogram: &Histogram) -> Totals {
    let mut registry = Registry::default();
    registry.register("latency", "Latencies", histogram.clone());
    let mut text = String::new();
    encode(&mut text, &registry).expect("a string takes everything");
    let value = |sample: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(sample)).expect("histograms have it");
        line.trim().to_owned()
    };
    Totals {
        count: value("latency_count").parse().expect("a count is a whole number"),
        sum: value("latency_sum").parse().expect("a sum is a number"),
    }
}
