//! Metrics as a receiver decodes them.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{Metric, exponential_histogram_data_point::Buckets, metric};
use proptest::prelude::*;
use prost::Message;
use telemetry::{Collected, Reader, Telemetry, TelemetryOptions, Temporality};
use telemetry_otlp::encode_metrics;

use crate::expected;
use crate::sets::{EveryMetrics, Recorder, VaryingMetrics, attributes};

fn telemetry() -> Telemetry {
    let resource = vec![("service.name".to_owned(), "test".to_owned()), ("empty".to_owned(), String::new())];
    Telemetry::new(TelemetryOptions { resource, ..TelemetryOptions::default() })
}

fn check(collected: &Collected) -> ExportMetricsServiceRequest {
    let mut out = vec![1, 2, 3];
    let points = encode_metrics(collected, &mut out);
    assert_eq!(out[..3], [1, 2, 3], "what was there stays");
    let decoded = ExportMetricsServiceRequest::decode(&out[3..]).expect("it is a message");
    assert_eq!(decoded, expected::metrics(collected));
    assert_eq!(points, all(&decoded).map(points_of).sum::<usize>());
    decoded
}

fn all(request: &ExportMetricsServiceRequest) -> impl Iterator<Item = &Metric> {
    request.resource_metrics.iter().flat_map(|it| &it.scope_metrics).flat_map(|it| &it.metrics)
}

fn points_of(metric: &Metric) -> usize {
    match metric.data.as_ref().expect("a metric has data") {
        metric::Data::Gauge(it) => it.data_points.len(),
        metric::Data::Sum(it) => it.data_points.len(),
        metric::Data::Histogram(it) => it.data_points.len(),
        metric::Data::ExponentialHistogram(it) => it.data_points.len(),
        metric::Data::Summary(it) => it.data_points.len(),
    }
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(-3.0),
        -1000.0..1000.0,
        0.0..1e-3,
        Just(1e300),
        Just(f64::from(u32::MAX) * 1e10),
        Just(f64::NAN)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_decoded_is_what_was_collected(
        rounds in prop::collection::vec(prop::collection::vec((0..3_u8, 0..14_u8, value()), 0..40), 1..4),
        is_delivered in any::<bool>(),
    ) {
        let telemetry = telemetry();
        let (mut changes, mut totals) =
            (telemetry.reader(Temporality::Delta), telemetry.reader(Temporality::Cumulative));
        let recorder = Recorder::new(&telemetry.worker());
        for round in rounds {
            for (series, instrument, value) in round {
                recorder.record(series, instrument, value);
            }
            check(changes.collect());
            check(totals.collect());
            if is_delivered {
                changes.delivered();
                totals.delivered();
            }
        }
    }
}

fn names(reader: &mut Reader) -> Vec<String> {
    let mut names: Vec<String> = all(&check(reader.collect())).map(|metric| metric.name.clone()).collect();
    names.retain(|name| name.starts_with("test."));
    reader.delivered();
    names
}

#[test]
fn of_changes_only_what_changed_is_sent_and_of_totals_everything() {
    let telemetry = telemetry();
    let (mut changes, mut totals) =
        (telemetry.reader(Temporality::Delta), telemetry.reader(Temporality::Cumulative));
    let set = telemetry.worker().register::<EveryMetrics>(attributes(1));
    set.requests.inc();
    let levels = [
        "test.every.active",
        "test.every.share",
        "test.every.files",
        "test.every.memory",
        "test.every.balance",
        "test.every.kept",
    ];
    assert_eq!(names(&mut changes), [&["test.every.requests"], &levels[..]].concat());
    assert_eq!(names(&mut changes), levels);
    assert_eq!(names(&mut totals).len(), 13);
    drop(telemetry.worker().register::<VaryingMetrics>(()));
    assert_eq!(names(&mut changes), levels, "nobody counted an outcome");
}

#[test]
fn without_a_point_there_is_no_message() {
    let telemetry = telemetry();
    let mut changes = telemetry.reader(Temporality::Delta);
    let mut out = Vec::new();
    assert_eq!((encode_metrics(changes.collect(), &mut out), out), (0, Vec::new()));
}

#[test]
fn a_range_becomes_exponential_buckets_and_what_lies_below_it_counts_as_zero() {
    let telemetry = telemetry();
    let set = telemetry.worker().register::<EveryMetrics>(attributes(0));
    for value in [0.0, 1e-9, 1.0, 1.0, 1e9] {
        set.range.record(value);
    }
    let request = check(&telemetry.collect());
    let metric = all(&request).find(|metric| metric.name == "test.every.range").expect("it is there");
    let Some(metric::Data::ExponentialHistogram(data)) = &metric.data else { panic!("{metric:?}") };
    let point = &data.data_points[0];
    assert_eq!((point.count, point.zero_count, point.scale), (5, 2, 3));
    assert!(point.zero_threshold >= 1e-3 && point.zero_threshold < 1.1e-3, "{}", point.zero_threshold);
    // 2^(-1/8) < 1 <= 2^0: index -1. Beyond 10: index 8 * log2(10.37) = 27, the bucket after the range.
    let Some(Buckets { offset, bucket_counts }) = &point.positive else { panic!("{point:?}") };
    assert_eq!((*offset, bucket_counts[0], bucket_counts.last()), (-1, 2, Some(&1)));
    assert_eq!(*offset + bucket_counts.len() as i32 - 1, 27);
}

#[test]
fn what_is_rendered_once_stays_in_a_buffer_that_is_used_again() {
    let telemetry = telemetry();
    let recorder = Recorder::new(&telemetry.worker());
    let mut out = Vec::new();
    let mut reader = telemetry.reader(Temporality::Cumulative);
    encode_metrics(reader.collect(), &mut out);
    out.reserve(1024);
    let (place, capacity) = (out.as_ptr(), out.capacity());
    for value in 0..100_u8 {
        recorder.record(value, value, 1.0);
        out.clear();
        encode_metrics(reader.collect(), &mut out);
    }
    assert_eq!((place, capacity), (out.as_ptr(), out.capacity()));
}
