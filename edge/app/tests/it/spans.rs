//! The spans of requests, from the sender's `traceparent` to the intake's, and to the collector.

use std::net::TcpListener;

use edge_testing::{Intake, Recorded};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{Span, Status, span::SpanKind, status::StatusCode};
use prost::Message as _;

use crate::process::{Running, edge, run, wait};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

fn config(intake: &str, collector: &Intake, spans: bool) -> String {
    let collector = collector.url();
    format!(
        "upstream_url: {intake}\ntelemetry: {{otlp_endpoint: \"{collector}\", interval: 20ms, spans: {spans}}}"
    )
}

fn traceparent(flags: &str) -> String {
    format!("traceparent: 00-{TRACE}-{CALLER}-{flags}\r\ntracestate: vendor=1\r\n")
}

fn spans(collector: &Intake) -> Vec<Span> {
    let requests = collector.requests();
    let traces = requests.iter().filter(|request| request.target == "/v1/traces");
    let decoded = traces.map(|it| ExportTraceServiceRequest::decode(&*it.body).expect("a request of OTLP"));
    let scopes = decoded.flat_map(|it| it.resource_spans).flat_map(|it| it.scope_spans);
    scopes.flat_map(|it| it.spans).collect()
}

fn hex(id: &[u8]) -> String {
    id.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

fn attribute(span: &Span, key: &str) -> Option<Value> {
    let found = span.attributes.iter().find(|attribute| attribute.key == key)?;
    found.value.clone().and_then(|value| value.value)
}

fn text(span: &Span, key: &str) -> String {
    match attribute(span, key) {
        Some(Value::StringValue(text)) => text,
        other => panic!("{key} is {other:?}"),
    }
}

fn end(mut edge: Running) {
    edge.signal("TERM");
    assert!(edge.wait().success());
}

fn last(intake: &Intake) -> Recorded {
    intake.requests().pop().expect("a request arrived")
}

#[test]
fn a_request_that_goes_on_is_a_span_between_its_sender_and_its_intake() {
    let (intake, collector) = (Intake::start(), Intake::start());
    let edge = Running::start(&config(&intake.url(), &collector, true), &[]);
    assert_eq!(edge.request("POST /some/path?token=secret", &traceparent("01"), b"body").0, 200);
    assert_eq!(edge.get("/_health").0, 200);
    end(edge);
    let [span] = &spans(&collector)[..] else { panic!("{:?}", spans(&collector)) };
    assert_eq!((hex(&span.trace_id), hex(&span.parent_span_id)), (TRACE.to_owned(), CALLER.to_owned()));
    assert_eq!((span.name.as_str(), span.kind()), ("edge.http.server.request", SpanKind::Server));
    assert!(span.end_time_unix_nano >= span.start_time_unix_nano);
    assert_eq!(text(span, "http.request.method"), "POST");
    assert_eq!(text(span, "url.path"), "/some/path");
    assert_eq!(text(span, "url.scheme"), "http");
    assert_eq!(text(span, "network.protocol.version"), "1.1");
    assert_eq!(attribute(span, "http.response.status_code"), Some(Value::IntValue(200)));
    assert_eq!(attribute(span, "http.request.body.size"), Some(Value::IntValue(4)));
    assert_eq!(attribute(span, "error.type"), None);
    let sent_on = last(&intake);
    let parent = format!("00-{TRACE}-{}-01", hex(&span.span_id));
    assert_eq!(
        (sent_on.headers("traceparent"), sent_on.headers("tracestate")),
        (vec![&*parent], vec!["vendor=1"])
    );
}

#[test]
fn a_request_that_says_nothing_valid_begins_a_trace_and_one_that_fails_says_so() {
    let gone = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let collector = Intake::start();
    let edge = Running::start(&config(&gone, &collector, true), &[]);
    assert_eq!(edge.request("BREW /", "traceparent: 00-nonsense\r\n", b"").0, 502);
    wait("the span", || !spans(&collector).is_empty());
    end(edge);
    let [span] = &spans(&collector)[..] else { panic!("{:?}", spans(&collector)) };
    assert!(span.parent_span_id.is_empty() && span.trace_id.len() == 16);
    assert_eq!(text(span, "http.request.method"), "_OTHER");
    assert_eq!(text(span, "error.type"), "502");
    assert_eq!(span.status.as_ref().map(Status::code), Some(StatusCode::Error));
}

#[test]
fn what_the_sender_does_not_sample_and_what_is_not_configured_goes_on_as_it_came() {
    for (spans_configured, flags) in [(true, "00"), (false, "01")] {
        let (intake, collector) = (Intake::start(), Intake::start());
        let edge = Running::start(&config(&intake.url(), &collector, spans_configured), &[]);
        assert_eq!(edge.request("GET /", &traceparent(flags), b"").0, 200);
        end(edge);
        let sent_on = last(&intake);
        assert_eq!(sent_on.header("traceparent"), Some(&*format!("00-{TRACE}-{CALLER}-{flags}")));
        assert_eq!(spans(&collector), []);
    }
}

#[test]
fn spans_that_would_go_nowhere_are_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    std::fs::write(&path, "telemetry: {spans: true}").unwrap();
    let (code, _, said) = run(edge().arg(&path));
    assert_ne!(code, 0);
    assert!(said.contains("telemetry.spans: ") && said.contains("telemetry.otlp_endpoint"), "{said}");
}
