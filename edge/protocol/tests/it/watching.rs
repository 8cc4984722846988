//! Whoever looks on is told of each decision, with the record as a request of its own.

use std::sync::{Arc, Mutex};

use edge_policy::{Decision, Evidence, Watch};
use edge_protocol::{FailOpen, Outcome};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use serde_json::{Value, json};

use crate::request::Request;
use crate::wire::message;

/// Writes down what it is told.
#[derive(Debug, Clone, Default)]
struct Notes(Arc<Mutex<(Vec<Told>, Vec<bool>)>>);

/// A decision, what it was about, and its size.
type Told = (Decision, Vec<u8>, usize);

impl Watch for Notes {
    fn decided(&mut self, evidence: &Evidence<'_>) {
        let told = (evidence.decision(), evidence.record(), evidence.bytes());
        self.0.lock().expect("no panic before").0.push(told);
    }

    fn batch_ended(&mut self, failed: bool) {
        self.0.lock().expect("no panic before").1.push(failed);
    }
}

/// Checks what is told of a request: decisions, and records each as a request of its own.
fn check<R: Request>(policies: &Value, request: Value, expected: &[(Decision, Value)]) {
    let request: R = serde_json::from_value(request).expect("a request");
    for (name, filter, body) in request.spellings() {
        let mut worker = crate::worker(policies.to_string().as_bytes());
        let notes = Notes::default();
        assert!(worker.watch(Some(Box::new(notes.clone()))).is_none());
        let outcome = crate::filter(filter, &body, &mut worker).outcome;
        assert!(!matches!(outcome, Outcome::FailOpen(_)), "{name}");
        let (told, ended) = std::mem::take(&mut *notes.0.lock().expect("no panic before"));
        assert_eq!(ended, [false]);
        assert!(told.iter().all(|(_, record, bytes)| 0 < *bytes && *bytes < record.len()));
        let told: Vec<_> =
            told.into_iter().map(|(decision, record, _)| (decision, R::read(name, &record))).collect();
        let expected = expected.iter().map(|(decision, record)| {
            (*decision, serde_json::from_value(record.clone()).expect("a request"))
        });
        assert_eq!(told, expected.collect::<Vec<_>>(), "{name}");
    }
}

fn text(key: &str, text: &str) -> Value {
    json!({"key": key, "value": {"stringValue": text}})
}

#[test]
fn of_logs_each_record_is_told_before_it_is_changed() {
    let request = |records: Value| {
        json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records, "scope": {"name": "s"}}],
            "resource": {"attributes": [text("service.name", "a")]}, "schemaUrl": "url"}]})
    };
    let policies = json!([
        {"id": "drop", "log": {"match": [{"log_field": "body", "exact": "x"}], "keep": "none"}},
        {"id": "redact", "log": {"match": [{"log_field": "body", "exact": "y"}], "transform": {"redact": [{"log_field": "body"}]}}},
    ]);
    let record = |text: &str| json!({"body": {"stringValue": text}});
    check::<ExportLogsServiceRequest>(
        &policies,
        request(json!([record("x"), record("y"), record("z")])),
        &[
            (Decision::Drop, request(json!([record("x")]))),
            (Decision::Rewrite, request(json!([record("y")]))),
            (Decision::Keep, request(json!([record("z")]))),
        ],
    );
}

#[test]
fn of_metrics_each_point_is_told_with_its_metric_or_the_metric_alone() {
    let request = |metric: Value| json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric], "schemaUrl": "url"}]}]});
    let policies = json!([
        {"id": "point", "metric": {"match": [{"datapoint_attribute": ["k"], "exact": "x"}]}},
        {"id": "whole", "metric": {"match": [{"metric_field": "name", "exact": "dropped"}]}},
    ]);
    let point = |value: &str| json!({"attributes": [text("k", value)], "asInt": "1"});
    let sum = |name: &str, points: Value| {
        json!({"name": name, "unit": "s", "metadata": [text("k", "x")],
            "sum": {"aggregationTemporality": 2, "dataPoints": points, "isMonotonic": true}})
    };
    let points = json!([point("x"), point("y")]);
    let scope = |metrics: Value| json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics, "schemaUrl": "url"}]}]});
    check::<ExportMetricsServiceRequest>(
        &policies,
        scope(json!([sum("dropped", points.clone()), sum("kept", points.clone()), sum("empty", json!([]))])),
        &[
            (Decision::Drop, request(sum("dropped", points))),
            (Decision::Drop, request(sum("kept", json!([point("x")])))),
            (Decision::Keep, request(sum("kept", json!([point("y")])))),
            (Decision::Keep, request(sum("empty", json!([])))),
        ],
    );
}

/// Were all points walked over for each, this would not end.
#[test]
fn many_points_are_told_one_by_one() {
    const POINTS: usize = 200_000;
    let policies =
        br#"[{"id":"p","metric":{"match":[{"datapoint_attribute":"k","exists":true}],"keep":true}}]"#;
    let mut worker = crate::worker(policies);
    let notes = Notes::default();
    assert!(worker.watch(Some(Box::new(notes.clone()))).is_none());
    let request = |points: usize| {
        let points = message(&[(1, b"")]).repeat(points);
        let metric = message(&[(1, b"m"), (7, &[&[0x10, 2][..], &points].concat())]);
        message(&[(1, &message(&[(2, &message(&[(2, &metric)]))]))])
    };
    let outcome = crate::filter(ExportMetricsServiceRequest::PROTOBUF, &request(POINTS), &mut worker).outcome;
    assert_eq!(outcome, Outcome::Unchanged);
    let (told, _) = std::mem::take(&mut *notes.0.lock().expect("no panic before"));
    assert_eq!(told.len(), POINTS);
    let alone = request(1);
    assert!(told.iter().all(|(_, record, _)| *record == alone));
}

#[test]
fn of_traces_each_span_is_told_before_its_trace_state_is_written() {
    let request = |resource: &str, spans: Value| json!({"resourceSpans": [{"resource": {"attributes": [text("r", resource)]}, "scopeSpans": [{"spans": spans}]}]});
    let policies = json!([
        {"id": "drop", "trace": {"match": [{"trace_field": "name", "exact": "x"}], "keep": {"percentage": 0}}},
        {"id": "all", "trace": {"match": [{"trace_field": "name", "exact": "y"}], "keep": {"percentage": 100}}},
    ]);
    let span = |name: &str| json!({"name": name, "traceState": "v=1"});
    let both = json!({"resourceSpans": [
        request("1", json!([span("x"), span("z")]))["resourceSpans"][0],
        request("2", json!([span("y")]))["resourceSpans"][0],
    ]});
    check::<ExportTraceServiceRequest>(
        &policies,
        both,
        &[
            (Decision::Drop, request("1", json!([span("x")]))),
            (Decision::Keep, request("1", json!([span("z")]))),
            (Decision::Rewrite, request("2", json!([span("y")]))),
        ],
    );
}

#[test]
fn a_batch_that_fails_is_told_to_have_failed() {
    let policies =
        br#"[{"id":"p","trace":{"match":[{"trace_field":"name","exact":"x"}],"keep":{"percentage":0}}}]"#;
    let mut worker = crate::worker(policies);
    let notes = Notes::default();
    assert!(worker.watch(Some(Box::new(notes.clone()))).is_none());
    let body = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"},{"name":1}]}]}]}"#;
    let outcome = crate::filter(ExportTraceServiceRequest::JSON, body, &mut worker).outcome;
    assert_eq!(outcome, Outcome::FailOpen(FailOpen::Malformed));
    let (told, ended) = std::mem::take(&mut *notes.0.lock().expect("no panic before"));
    assert_eq!((told.len(), ended.as_slice()), (1, &[true][..]));
}
