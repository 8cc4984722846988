//! Start, readiness, reload and end of the real binary.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::process::{Running, wait};

const DROP_ALL: &str = "- {id: all, name: x, log: {match: [{log_field: body, exists: true}], keep: none}}";

const PROVIDER: &str = "policy_providers: [{id: test, type: file, path: FOLDER/p.yaml}]";

const LOGS: &[u8] = br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}}]}]}]}"#;

const JSON: &str = "content-type: application/json\r\n";

#[test]
fn probes_and_admin_routes_answer() {
    let edge = Running::start(PROVIDER, &[("p.yaml", DROP_ALL)]);
    assert_eq!(edge.get("/_health"), (200, r#"{"status":"ok"}"#.to_owned()));
    wait("readiness", || edge.get("/_ready").0 == 200);
    assert_eq!(edge.request("POST /v1/logs", JSON, LOGS), (200, "{}".to_owned()));
    let (status, policies) = edge.get("/_edge/policies?format=json");
    assert_eq!(status, 200);
    assert!(policies.contains(r#"{"id":"all","hits":1,"misses":0,"bytes_saved":"#), "{policies}");
    let (_, metrics) = edge.get("/_edge/metrics");
    assert!(metrics.contains("edge_records_dropped_total{signal=\"log\"} 1\n"), "{metrics}");
    assert!(metrics.contains("edge_policy_active 1\n"), "{metrics}");
    let (status, schema) = edge.get("/_edge/schema");
    assert_eq!((status, schema.contains("name: edge.http.server.requests\n")), (200, true), "{schema}");
    assert_eq!(edge.request("DELETE /_edge/metrics", "", b"").0, 405);
    assert_eq!(edge.request("HEAD /_edge/metrics", "", b""), (200, String::new()));
    // The sink would have said 200.
    assert_eq!(edge.get("/_edge/none").0, 404);
}

#[test]
fn without_upstream_everything_ends_in_the_sink() {
    let edge = Running::start("", &[]);
    assert_eq!(edge.request("POST /v1/logs", JSON, LOGS).0, 200);
    assert_eq!(edge.request("PUT /anything", "", b"x").0, 200);
}

#[test]
fn a_missing_policy_file_is_ready_all_the_same() {
    let edge = Running::start(PROVIDER, &[]);
    wait("readiness", || edge.get("/_ready").0 == 200);
}

#[test]
fn sigterm_and_sigint_end_with_0() {
    for name in ["TERM", "INT"] {
        let mut edge = Running::start("", &[]);
        edge.signal(name);
        assert_eq!(edge.wait().code(), Some(0), "{name}");
        let stderr = edge.rest_of_stderr();
        assert!(stderr.contains("edge.server.stopped"), "{stderr}");
    }
}

/// An intake that has taken a request and has not answered yet, and edge in front of it.
fn with_request_in_flight(config: &str) -> (Running, std::net::TcpStream, std::net::TcpStream) {
    let intake = TcpListener::bind("127.0.0.1:0").unwrap();
    let upstream = format!("upstream_url: http://{}\n{config}", intake.local_addr().unwrap());
    let edge = Running::start(&upstream, &[]);
    let mut sender = edge.connect();
    sender.write_all(b"GET /slow HTTP/1.1\r\nhost: edge\r\n\r\n").unwrap();
    let (mut taken, _) = intake.accept().unwrap();
    assert!(taken.read(&mut [0; 1024]).unwrap() > 0);
    (edge, sender, taken)
}

#[test]
fn what_is_in_flight_is_finished_before_the_end() {
    let (mut edge, mut sender, mut intake) = with_request_in_flight("");
    edge.signal("TERM");
    wait("the listener to close", || std::net::TcpStream::connect(("127.0.0.1", edge.port)).is_err());
    intake.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate").unwrap();
    let mut answer = String::new();
    sender.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("late"), "{answer}");
    assert_eq!(edge.wait().code(), Some(0));
}

#[test]
fn the_drain_has_a_deadline() {
    let (mut edge, _sender, _intake) = with_request_in_flight("deadlines: {drain: 300ms}");
    edge.signal("TERM");
    assert_eq!(edge.wait().code(), Some(0));
}

#[test]
fn a_second_signal_ends_with_1_at_once() {
    let (mut edge, _sender, _intake) = with_request_in_flight("");
    edge.signal("TERM");
    wait("the listener to close", || std::net::TcpStream::connect(("127.0.0.1", edge.port)).is_err());
    edge.signal("INT");
    assert_eq!(edge.wait().code(), Some(1));
}

#[test]
fn a_console_that_nobody_reads_does_not_block_the_data_path() {
    // The pipe of standard error is never read after the start: events beyond its 64 KiB have nowhere to go.
    let mut edge = Running::start("log_level: trace\nupstream_url: http://127.0.0.1:1", &[]);
    let mut sender = edge.connect();
    for _ in 0..2000 {
        sender.write_all(b"GET / HTTP/1.1\r\nhost: edge\r\n\r\n").unwrap();
        let mut answer = [0; 4096];
        assert!(sender.read(&mut answer).unwrap() > 0);
    }
    assert_eq!(edge.get("/_health").0, 200);
    drop(sender);
    edge.signal("TERM");
    assert_eq!(edge.wait().code(), Some(0));
}

/// What edge says of itself until it is ready, with these variables and at most this many open files.
fn said_at_start(variables: &[(&str, &str)], files: &str) -> String {
    let script = "ulimit -n $1 && exec \"$0\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_edge"), files]).env("TERO_LISTEN_PORT", "0");
    command.current_dir(std::env::temp_dir()).envs(variables.iter().copied()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let said: Vec<String> = lines.take_while(|line| !line.contains("edge.server.ready")).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    said.join("\n")
}

#[test]
fn too_few_files_for_the_connections_are_told() {
    let said = said_at_start(&[("TERO_MAX_CONNECTIONS", "100")], "327");
    assert!(said.contains("edge.process.file_limit_low") && said.contains("files.needed=328"), "{said}");
    let said = said_at_start(&[("TERO_MAX_CONNECTIONS", "100")], "328");
    assert!(said.contains("edge.process.file_limit ") && !said.contains("file_limit_low"), "{said}");
}

#[test]
fn a_variable_that_overrides_nothing_is_told() {
    let said = said_at_start(&[("TERO_LOG_LEVLE", "debug")], "1024");
    assert!(said.contains("edge.config.unknown_variable"), "{said}");
    assert!(said.contains("TERO_LOG_LEVLE") && said.contains("TERO_LOG_LEVEL"), "{said}");
}

#[test]
fn a_changed_policy_file_is_in_force_within_five_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.yaml");
    let config = format!("policy_providers: [{{id: t, type: file, path: {}}}]", path.display());
    let edge = Running::start(&config, &[]);
    std::fs::write(&path, DROP_ALL).unwrap();
    let start = std::time::Instant::now();
    wait("the policy", || edge.get("/_edge/policies?format=json").1.contains(r#""id":"all""#));
    assert!(start.elapsed() < Duration::from_secs(5));
}
