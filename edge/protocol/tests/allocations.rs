//! No allocation per record: a body of many records takes hardly more of them than a body of few.

use std::sync::Arc;

use edge_policy::{Nanos, PolicySet, Snapshot, Worker};
use edge_protocol::{
    BodyFilter, LogsJson, LogsProtobuf, MetricsJson, MetricsProtobuf, Outcome, TracesJson, TracesProtobuf,
};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const FEW: usize = 100;
const MANY: usize = 10 * FEW;

/// How often the lists of changes, and the memory of what is decoded, may grow on the way from few to many.
const GROWTH_MAX: u64 = 24;

/// Policies that look at everything, drop some and write trace states.
const POLICIES: &[u8] = br#"[
    {"id":"log","log":{"match":[{"log_field":"trace_id","exists":true},{"log_attribute":["k"],"exact":"x"}],"keep":"none"}},
    {"id":"metric","metric":{"match":[{"metric_type":"gauge"},{"datapoint_attribute":["k"],"exact":"x"}]}},
    {"id":"event","trace":{"match":[{"event_attribute":["k"],"exact":"x"},{"span_status":"unset"}],"keep":{"percentage":0}}},
    {"id":"span","trace":{"match":[{"span_attribute":["k"],"exact":"y"}],"keep":{"percentage":100}}}]"#;

/// Checks a body made of these two records in turn, in both spellings.
fn check<R: Message + Default + Serialize + DeserializeOwned>(
    [json, protobuf]: [&dyn BodyFilter; 2],
    request: impl Fn(Vec<Value>) -> Value,
    records: &[Value; 2],
) {
    let set = PolicySet::parse(POLICIES).expect("a policy document");
    let mut worker = Worker::new(Arc::new(Snapshot::compile(&set, None)), 1);
    let body = |count: usize| {
        let records = records.iter().cycle().take(count).cloned().collect();
        serde_json::from_value::<R>(request(records)).expect("a request")
    };
    for (name, filter, few, many) in [
        ("json", json, text(&body(FEW)), text(&body(MANY))),
        ("protobuf", protobuf, body(FEW).encode_to_vec(), body(MANY).encode_to_vec()),
    ] {
        // What is allocated once is, by then.
        let mut allocations = |body: &[u8], count: usize| {
            filter.filter(body, &mut worker, Nanos(0));
            let mut dropped = 0;
            let info = allocation_counter::measure(|| {
                let filtered = filter.filter(body, &mut worker, Nanos(0));
                dropped = filtered.records.dropped;
                assert!(matches!(filtered.outcome, Outcome::Replaced(_)));
            });
            assert_eq!(dropped, count as u64 / 2);
            info.count_total
        };
        let (few, many) = (allocations(&few, FEW), allocations(&many, MANY));
        assert!(many <= few + GROWTH_MAX, "{name}: {few} for {FEW} records, {many} for {MANY}");
    }
}

fn text(request: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(request).expect("OTLP has a JSON form")
}

fn attributes(text: &str) -> Value {
    json!([{"key": "a", "value": {"intValue": "1"}}, {"key": "k", "value": {"stringValue": text}}])
}

#[test]
fn of_logs() {
    let record = |text| json!({"traceId": "0a".repeat(16), "attributes": attributes(text)});
    check::<ExportLogsServiceRequest>(
        [&LogsJson, &LogsProtobuf],
        |records| json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}),
        &[record("x"), record("y")],
    );
}

#[test]
fn of_metrics_and_their_points() {
    let point = |text| json!({"attributes": attributes(text), "asInt": "1"});
    let request = |metrics: Value| json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]});
    check::<ExportMetricsServiceRequest>(
        [&MetricsJson, &MetricsProtobuf],
        |points| request(json!([{"name": "m", "gauge": {"dataPoints": points}}])),
        &[point("x"), point("y")],
    );
    let metric = |text| json!({"name": "m", "gauge": {"dataPoints": [point(text)]}});
    check::<ExportMetricsServiceRequest>(
        [&MetricsJson, &MetricsProtobuf],
        |metrics| request(metrics.into()),
        &[metric("x"), metric("y")],
    );
}

#[test]
fn of_spans_and_their_events_and_trace_states() {
    let event = |text| json!({"name": "e", "attributes": attributes(text)});
    let span = |text| {
        json!({"traceId": "0a".repeat(16), "spanId": "0b".repeat(8), "traceState": "v=1", "status": {},
            "attributes": attributes("y"), "events": [event("z"), event(text)]})
    };
    check::<ExportTraceServiceRequest>(
        [&TracesJson, &TracesProtobuf],
        |spans| json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}),
        &[span("x"), span("y")],
    );
}
