//! Distributions as they are read back.

use telemetry::{Division, Histogram, Set, Telemetry, metric_set};

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

/// Sizes of anything.
#[metric_set(name = "edge.anything")]
struct AnythingMetrics {
    /// Size of something, of which nobody knows how large it gets.
    #[metric(unit = "By")]
    size: Histogram,
}

#[test]
fn without_buckets_a_histogram_adapts_to_what_comes() {
    let telemetry = Telemetry::default();
    let workers = [telemetry.worker(), telemetry.worker()];
    let sets: Vec<Set<AnythingMetrics>> = workers.iter().map(|worker| worker.register(())).collect();
    let scale =
        || match telemetry.collect().histogram("edge.anything.size", &[]).map(|value| value.division()) {
            Some(Division::Exponential { scale, .. }) => scale,
            other => panic!("{other:?} does not adapt"),
        };
    (100..200).for_each(|size| sets[0].size.record(f64::from(size)));
    let fine = scale();
    for value in [0.0, 1e-9, 1e9] {
        sets[1].size.record(value);
    }
    assert!(scale() < fine, "a wider range takes coarser buckets");
    let value = telemetry.collect().histogram("edge.anything.size", &[]).expect("it is registered");
    assert_eq!((value.count(), value.zeros()), (103, 1));
    assert_eq!(value.quantile(0.0), Some(0.0));
    let median = value.quantile(0.5).expect("there are values");
    assert!((100.0..200.0).contains(&median), "{median}");
}
