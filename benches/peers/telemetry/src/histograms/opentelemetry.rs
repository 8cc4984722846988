//! `opentelemetry_sdk`: explicit bounds and base-2 exponential buckets, shared between threads.

use opentelemetry::metrics::Histogram;
use opentelemetry_sdk::metrics::Aggregation;

use super::{BOUNDS, side, threads};
use crate::otel::Otel;
use crate::side::{Side, THREADS};

pub fn explicit(stream: &[f64]) -> Side<'_> {
    side_with("opentelemetry_sdk explicit", stream, bounds())
}

/// With the most buckets and the scale that the specification names as defaults.
pub fn exponential(stream: &[f64]) -> Side<'_> {
    let aggregation =
        Aggregation::Base2ExponentialHistogram { max_size: 160, max_scale: 20, record_min_max: true };
    side_with("opentelemetry_sdk exponential", stream, aggregation)
}

pub fn on_threads(stream: &[f64]) -> Side<'_> {
    let (otel, histogram) = histogram(bounds());
    let histograms = [(); THREADS].map(|()| histogram.clone());
    threads("opentelemetry_sdk explicit on 2 threads", stream, histograms, record, move |_| otel.totals())
}

fn bounds() -> Aggregation {
    Aggregation::ExplicitBucketHistogram { boundaries: BOUNDS.to_vec(), record_min_max: true }
}

fn side_with<'a>(name: &'static str, stream: &'a [f64], aggregation: Aggregation) -> Side<'a> {
    let (otel, histogram) = histogram(aggregation);
    side(name, stream, histogram, record, move |_| otel.totals())
}

fn histogram(aggregation: Aggregation) -> (Otel, Histogram<f64>) {
    let otel = Otel::with(aggregation);
    let histogram = otel.meter().f64_histogram("latency").build();
    (otel, histogram)
}

fn record(histogram: &mut Histogram<f64>, value: f64) {
    histogram.record(value, &[]);
}
