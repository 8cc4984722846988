//! Looking at the traffic of a running edge: tails of it, and dry runs beside it.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message;
use serde_json::{Value, json};

use crate::process::{Running, edge, run, wait};

const CONFIG: &str = "policy_providers: [{id: p, type: file, path: p.yaml}]\n";

const POLICIES: &str = "\
- {id: drop-debug, log: {match: [{log_field: severity_text, exact: DEBUG}], keep: none}}
- {id: mask, log: {match: [{log_field: body, contains: '@'}], transform: {redact: [{log_field: body}]}}}
";

const JSON: &str = "content-type: application/json\r\n";

fn start(config: &str, policies: &str) -> Running {
    let edge = Running::start(&format!("{CONFIG}{config}"), &[("p.yaml", policies)]);
    wait("readiness", || edge.get("/_ready").0 == 200);
    edge
}

fn logs(severity: &str, body: &str) -> Value {
    let record = json!({"severityText": severity, "body": {"stringValue": body}});
    json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]})
}

fn send(edge: &Running, request: &Value) {
    let (status, _) = edge.request("POST /v1/logs", JSON, request.to_string().as_bytes());
    assert_eq!(status, 200);
}

/// The lines of a tail, once it looks on.
fn tail(edge: &Running, query: &str) -> BufReader<TcpStream> {
    let mut stream = edge.connect();
    write!(stream, "GET /_edge/tail{query} HTTP/1.0\r\nhost: edge\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(lines.read_line(&mut head).unwrap() > 0, "{head}");
    }
    assert!(head.starts_with("HTTP/1.0 200 "), "{head}");
    lines
}

/// The next line that tells of a record.
fn next(lines: &mut impl BufRead) -> Value {
    loop {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).unwrap() > 0, "the tail has ended");
        if !line.trim().is_empty() {
            return serde_json::from_str(&line).unwrap();
        }
    }
}

#[test]
fn a_tail_shows_what_is_asked_for_with_the_policy_that_decided() {
    let edge = start("", POLICIES);
    let mut dropped = tail(&edge, "?decision=dropped");
    let mut masked = tail(&edge, "?policy=mask");
    let mut all = tail(&edge, "");
    let (debug, mail, info) = (logs("DEBUG", "x"), logs("INFO", "me@here"), logs("INFO", "ready"));
    for request in [&debug, &mail, &info] {
        send(&edge, request);
    }
    let of = |decision: &str, policy: Value, matched: &[&str], record: &Value| json!({"signal": "log", "decision": decision, "policy": policy, "matched": matched, "record": record});
    let expected = [
        of("dropped", json!("drop-debug"), &["drop-debug"], &debug),
        of("changed", Value::Null, &["mask"], &logs("INFO", "[REDACTED]")),
        of("kept", Value::Null, &[], &info),
    ];
    assert_eq!(next(&mut dropped), expected[0]);
    assert_eq!(next(&mut masked), expected[1]);
    let mut seen = [next(&mut all), next(&mut all), next(&mut all)];
    // Of several workers each shows what it decided when it did.
    seen.sort_by_key(|line| expected.iter().position(|expected| expected == line));
    assert_eq!(seen, expected);
}

#[test]
fn a_tail_shows_protobuf_in_json_and_signals_without_policies() {
    let edge = start("", POLICIES);
    let mut lines = tail(&edge, "");
    let request: ExportLogsServiceRequest = serde_json::from_value(logs("DEBUG", "x")).unwrap();
    let headers = "content-type: application/x-protobuf\r\n";
    assert_eq!(edge.request("POST /v1/logs", headers, &request.encode_to_vec()).0, 200);
    let line = next(&mut lines);
    assert_eq!((&line["decision"], &line["policy"]), (&json!("dropped"), &json!("drop-debug")));
    let record = &line["record"]["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0];
    assert_eq!(record["body"]["stringValue"], "x");
    let spans = json!({"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "s"}]}]}]});
    assert_eq!(edge.request("POST /v1/traces", JSON, spans.to_string().as_bytes()).0, 200);
    let line = next(&mut lines);
    assert_eq!((&line["signal"], &line["decision"]), (&json!("trace"), &json!("kept")));
}

#[test]
fn a_tail_ends_with_the_process() {
    let mut edge = start("", POLICIES);
    let mut lines = tail(&edge, "?decision=dropped");
    edge.signal("TERM");
    let mut line = String::new();
    while lines.read_line(&mut line).unwrap() > 0 {}
    assert!(edge.wait().success());
}

#[test]
fn records_are_shown_to_nobody_if_the_configuration_says_so() {
    let edge = start("admin: {records: never}\n", POLICIES);
    assert_eq!(edge.get("/_edge/tail").0, 403);
    assert_eq!(edge.request("POST /_edge/simulate?seconds=1", "", b"[]").0, 403);
}

#[test]
fn mistakes_are_told() {
    let edge = start("", POLICIES);
    let (status, body) = edge.get("/_edge/tail?decision=lost");
    assert_eq!(status, 400);
    assert!(body.contains("decision=lost is none of kept, changed and dropped"), "{body}");
    let (status, body) = edge.request("POST /_edge/simulate?seconds=1", "", b"a: [");
    assert_eq!(status, 400);
    assert!(body.contains("not YAML: "), "{body}");
    assert_eq!(edge.get("/_edge/simulate").0, 405);
}

#[test]
fn a_dry_run_beside_traffic_tells_what_would_differ_and_changes_nothing() {
    let edge = start("", POLICIES);
    let new = "- {id: drop-info, log: {match: [{log_field: severity_text, exact: INFO}], keep: none}}\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("new.yaml"), new).unwrap();
    let url = format!("http://127.0.0.1:{}", edge.port);
    let over = AtomicBool::new(false);
    let (code, stdout, stderr) = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                send(&edge, &logs("INFO", "ready"));
                send(&edge, &logs("DEBUG", "x"));
            }
        });
        let arguments =
            ["policy", "simulate", "--policies", "new.yaml", "--seconds", "2", "--format", "json"];
        let ended =
            run(crate::process::edge().current_dir(&folder).args(arguments).args(["--against", &url]));
        over.store(true, Ordering::Relaxed);
        ended
    });
    assert_eq!((code, &*stderr), (0, ""));
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let moves: Vec<(&str, &str)> = report["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["now"].as_str().unwrap(), row["then"].as_str().unwrap()))
        .collect();
    assert_eq!(moves, [("kept", "dropped"), ("dropped", "kept")], "{report:#}");
    let total = |name: &str| report["total"][name]["records"].as_u64().unwrap();
    assert!(total("seen") > 1 && total("seen") == total("kept") + total("dropped"), "{report:#}");
    assert_eq!(report["policies"][0]["dropped"]["records"], total("dropped"));
    let policies = edge.get("/_edge/policies?format=json").1;
    assert!(policies.contains("\"id\":\"drop-debug\"") && !policies.contains("drop-info"), "{policies}");
}

#[test]
fn an_edge_that_is_not_there_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("new.yaml"), "[]").unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let arguments = ["policy", "simulate", "--policies", "new.yaml", "--against", &url];
    let (code, _, stderr) = run(edge().current_dir(&folder).args(arguments));
    assert!(code == 2 && stderr.contains(&format!("cannot ask {url}: ")), "{stderr}");
}

#[test]
fn what_policies_mask_is_masked_for_readers_too_even_if_it_is_dropped() {
    let edge = start("", POLICIES);
    let mut dropped = tail(&edge, "?decision=dropped");
    let mut changed = tail(&edge, "?decision=changed");
    send(&edge, &logs("DEBUG", "mail of joe@example.org"));
    send(&edge, &logs("INFO", "mail of joe@example.org"));
    for lines in [&mut dropped, &mut changed] {
        let seen = next(lines);
        let record = &seen["record"]["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0];
        assert_eq!(record["body"]["stringValue"], "[REDACTED]", "{seen}");
    }
}
