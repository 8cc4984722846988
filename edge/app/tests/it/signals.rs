//! Policies of every signal, applied to what goes through the proxy.

use std::io::{Read, Write};

use edge_testing::{Intake, Recorded};
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde::de::DeserializeOwned;

use crate::process::{Running, wait};

const POLICIES: &str = "
- {id: logs, name: x, log: {match: [{log_field: body, exact: drop}], keep: none}}
- {id: metrics, name: x, metric: {match: [{datapoint_attribute: k, exact: drop}], keep: false}}
- {id: spans, name: x, trace: {match: [{trace_field: name, exact: drop}], keep: {percentage: 0}}}
- {id: sampled, name: x, trace: {match: [{span_kind: server}], keep: {percentage: 100}}}
";

const LOGS: [&str; 2] = [
    r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"drop"}},{"body":{"stringValue":"keep"}}]}]}]}"#,
    r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"keep"}}]}]}]}"#,
];

const METRICS: [&str; 2] = [
    r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[{"asInt":"1","attributes":[{"key":"k","value":{"stringValue":"drop"}}]},{"asInt":"2"}]}}]}]}]}"#,
    r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[{"asInt":"2"}]}}]}]}]}"#,
];

const TRACES: [&str; 2] = [
    r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"drop"},{"name":"keep"},{"kind":2}]}]}]}"#,
    r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"keep"},{"traceState":"ot=th:0","kind":2}]}]}]}"#,
];

/// Edge before that intake, its policies in force.
fn start(intake: &Intake) -> Running {
    let config = format!(
        "upstream_url: {}\npolicy_providers: [{{id: test, type: file, path: FOLDER/p.yaml}}]\n",
        intake.url()
    );
    let edge = Running::start(&config, &[("p.yaml", POLICIES)]);
    wait("readiness", || edge.get("/_ready").0 == 200);
    edge
}

/// Sends a request as JSON and as compressed protobuf, and checks what arrives of it.
fn check<R: Message + Default + DeserializeOwned>(
    edge: &Running,
    intake: &Intake,
    path: &str,
    [sent, left]: [&str; 2],
) {
    let protobuf = |text| serde_json::from_str::<R>(text).expect("a request").encode_to_vec();
    let got = post(edge, intake, path, "content-type: application/json\r\n", sent.as_bytes());
    assert_eq!(got.text(), left);
    let headers = "content-type: application/x-protobuf\r\ncontent-encoding: gzip\r\n";
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&protobuf(sent)).unwrap();
    let got = post(edge, intake, path, headers, &encoder.finish().unwrap());
    assert_eq!(got.header("content-encoding"), Some("gzip"));
    let mut body = Vec::new();
    GzDecoder::new(&*got.body).read_to_end(&mut body).unwrap();
    let in_order = R::decode(&*body).expect("a request").encode_to_vec();
    assert_eq!((in_order, body.len()), (protobuf(left), protobuf(left).len()), "{path}");
}

/// What arrives of a request.
fn post(edge: &Running, intake: &Intake, path: &str, headers: &str, body: &[u8]) -> Recorded {
    assert_eq!(edge.request(&format!("POST {path}"), headers, body).0, 200);
    let got = intake.requests().pop().expect("a request");
    assert_eq!(got.target, path);
    got
}

#[test]
fn every_signal_is_filtered_on_its_way_in_both_formats() {
    let intake = Intake::start();
    let edge = start(&intake);
    check::<ExportLogsServiceRequest>(&edge, &intake, "/v1/logs", LOGS);
    check::<ExportMetricsServiceRequest>(&edge, &intake, "/v1/metrics", METRICS);
    check::<ExportTraceServiceRequest>(&edge, &intake, "/v1/traces", TRACES);
    let counted = |line: &str| {
        wait(line, || edge.get("/_edge/metrics").1.lines().any(|known| known == line));
    };
    for signal in ["log", "metric", "trace"] {
        counted(&format!("edge_records_dropped_total{{signal=\"{signal}\"}} 2"));
        counted(&format!("edge_records_kept_total{{signal=\"{signal}\"}} 2"));
    }
    counted("edge_records_rewritten_total{signal=\"trace\"} 2");
}

#[test]
fn a_batch_of_any_signal_that_is_dropped_whole_is_answered_without_the_intake() {
    let intake = Intake::start();
    let edge = start(&intake);
    let json = "content-type: application/json\r\n";
    for (path, body) in [
        ("/v1/metrics", METRICS[0].replace(",{\"asInt\":\"2\"}", "")),
        ("/v1/traces", TRACES[0].replace(",{\"name\":\"keep\"},{\"kind\":2}", "")),
    ] {
        let answer = edge.request(&format!("POST {path}"), json, body.as_bytes());
        assert_eq!(answer, (200, "{}".to_owned()));
    }
    assert_eq!(intake.requests().len(), 0);
}
