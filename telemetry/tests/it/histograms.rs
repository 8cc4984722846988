//! Distributions as they are read back.

use telemetry::{Set, Telemetry};

use crate::declarations::{HttpServerMetrics, KindMetrics, route};

const DURATION: &str = "edge.http.server.request_duration";

#[test]
fn quantiles_are_within_a_bucket_of_the_truth() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let set: Set<HttpServerMetrics> = worker.register(route("/"));
    for millis in 1..=1000 {
        set.request_duration.record(f64::from(millis) / 1000.0);
    }
    let histogram = telemetry.collect().histogram(DURATION, &[]).expect("it is registered");
    for (q, truth) in [(0.01, 0.01), (0.5, 0.5), (0.9, 0.9), (0.99, 0.99)] {
        let found = histogram.quantile(q).expect("there are values");
        assert!((found / truth - 1.0).abs() < 0.125, "{q}: {found} instead of {truth}");
    }
    assert_eq!(histogram.count(), 1000);
    assert!((histogram.sum() - 500.5).abs() < 1e-9);
    assert!((histogram.mean().expect("there are values") - 0.5005).abs() < 1e-9);
}

#[test]
fn an_empty_histogram_has_no_quantile() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let _set: Set<HttpServerMetrics> = worker.register(route("/"));
    let histogram = telemetry.collect().histogram(DURATION, &[]).expect("it is registered");
    assert_eq!((histogram.quantile(0.5), histogram.mean(), histogram.count()), (None, None, 0));
}

#[test]
fn explicit_buckets_count_up_to_their_bound() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let set: Set<KindMetrics> = worker.register(());
    for value in [0.5, 1.0, 1.5, 10.0, 11.0, 1e9] {
        set.batch_size.record(value);
    }
    let histogram = telemetry.collect().histogram("edge.batch_size", &[]).expect("it is registered");
    let counts: Vec<u64> = histogram.buckets().map(|(_, count)| count).collect();
    assert_eq!(counts, [2, 2, 1, 1]);
    assert_eq!(histogram.quantile(1.0), Some(100.0));
}

#[test]
fn histograms_of_several_series_merge() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    for path in ["/a", "/b"] {
        let set: Set<HttpServerMetrics> = worker.register(route(path));
        set.request_duration.record_duration(std::time::Duration::from_millis(250));
    }
    let collected = telemetry.collect();
    assert_eq!(collected.histogram(DURATION, &[]).map(|histogram| histogram.count()), Some(2));
    assert_eq!(
        collected.histogram(DURATION, &[("http.route", "/a")]).map(|histogram| histogram.count()),
        Some(1)
    );
    assert_eq!(collected.histogram("edge.unknown", &[]), None);
}
