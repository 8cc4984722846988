//! Edge's own telemetry over OTLP.

use std::net::TcpListener;

use edge_testing::{Intake, Recorded};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message as _;

use crate::process::{Running, edge, run, wait};

/// Lets a worker have something to say: its intake is not there.
fn config(collector: &Intake, more: &str) -> String {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    format!(
        "upstream_url: http://{gone}
telemetry:
  otlp_endpoint: {}
  otlp_headers: [{{name: api-key, value: secret}}]
  interval: 20ms
  logs: {{providers: {{engine: its}}}}
{more}",
        collector.url()
    )
}

fn of(requests: &[Recorded], target: &str) -> Vec<Recorded> {
    requests.iter().filter(|request| request.target == target).cloned().collect()
}

/// The names of all events, with the service that they are of.
fn events(requests: &[Recorded]) -> Vec<(String, String)> {
    let mut names = Vec::new();
    for request in of(requests, "/v1/logs") {
        let message = ExportLogsServiceRequest::decode(&*request.body).expect("a request of OTLP");
        for resource in message.resource_logs {
            let service = format!("{:?}", resource.resource.expect("there is one").attributes[0].value);
            let records = resource.scope_logs.into_iter().flat_map(|scope| scope.log_records);
            names.extend(records.map(|record| (record.event_name, service.clone())));
        }
    }
    names
}

#[test]
fn metrics_and_events_reach_the_collector_and_the_last_ones_at_the_end() {
    let collector = Intake::start();
    let mut edge = Running::start(&config(&collector, ""), &[]);
    let metrics = || of(&collector.requests(), "/v1/metrics");
    wait("metrics", || metrics().len() > 1);
    assert_eq!(edge.get("/anything").0, 502);
    edge.signal("TERM");
    assert!(edge.wait().success());
    let said = edge.rest_of_stderr();
    assert!(!said.contains("edge.upstream.failing") && !said.contains("not delivered"), "{said}");
    let names = events(&collector.requests());
    assert_eq!(names.iter().filter(|(name, _)| name == "edge.upstream.failing").count(), 1, "{names:?}");
    assert!(names.iter().all(|(_, service)| service.contains("\"edge\"")), "{names:?}");
    let last = metrics().pop().expect("there are metrics");
    assert_eq!(last.header("api-key"), Some("secret"));
    let text = String::from_utf8_lossy(&last.body).into_owned();
    assert!(text.contains("edge.upstream.failures") && text.contains("edge.http.server.requests"), "{text}");
}

#[test]
fn policies_apply_to_own_telemetry_if_they_shall() {
    let collector = Intake::start();
    let is_edge = "match: [{resource_attribute: [service.name], exact: edge}";
    let own = format!(
        "- {{id: events, name: x, log: {{{is_edge}], keep: none}}}}
- {{id: metrics, name: x, metric: {{{is_edge}, {{metric_field: name, starts_with: edge.upstream}}], keep: false}}}}
- {{id: spans, name: x, trace: {{{is_edge}], keep: {{percentage: 0}}}}}}"
    );
    let more = "  policies: true
  spans: true
policy_providers: [{id: test, type: file, path: FOLDER/p.yaml}]";
    let mut edge = Running::start(&config(&collector, more), &[("p.yaml", &own)]);
    wait("readiness", || edge.get("/_ready").0 == 200);
    let before = collector.requests().len();
    assert_eq!(edge.get("/anything").0, 502);
    edge.signal("TERM");
    assert!(edge.wait().success());
    let requests = collector.requests();
    assert_eq!(events(&requests), []);
    assert!(of(&requests, "/v1/traces").is_empty());
    let sent = of(&requests[before..], "/v1/metrics");
    let text: String = sent.iter().map(|sent| String::from_utf8_lossy(&sent.body).into_owned()).collect();
    assert!(text.contains("edge.http.server.requests") && !text.contains("edge.upstream"), "{text}");
}

#[test]
fn what_a_collector_that_is_gone_missed_is_told_at_the_end() {
    let gone = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let mut edge = Running::start(&format!("telemetry: {{otlp_endpoint: \"{gone}\"}}"), &[]);
    edge.signal("TERM");
    assert!(edge.wait().success(), "telemetry is no reason to fail");
    let said = edge.rest_of_stderr();
    assert!(said.contains("own telemetry was not delivered: "), "{said}");
}

#[test]
fn events_that_would_go_nowhere_are_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    std::fs::write(&path, "telemetry: {logs: {providers: {admin: its}}}").unwrap();
    let (code, _, said) = run(edge().arg(&path));
    assert_ne!(code, 0);
    assert!(
        said.contains("telemetry.logs.providers.admin") && said.contains("telemetry.otlp_endpoint"),
        "{said}"
    );
}

#[cfg(unix)]
#[test]
fn directives_that_are_no_text_are_a_mistake_like_any_other() {
    let bytes: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"info,a\xff=debug");
    let (code, _, said) = run(edge().env("RUST_LOG", bytes).env("EDGE_LISTEN_PORT", "0"));
    assert_ne!(code, 0);
    assert!(said.contains("RUST_LOG: ") && said.contains("is no target"), "{said}");
}
