//! `edge policy simulate` on recorded requests: figures, differences and samples.

use edge_stream::encoding::{Codec, Codings};
use serde_json::{Value, json};

use crate::process::{edge, run};

const NEW: &str = "\
- {id: drop-debug, log: {match: [{log_field: severity_text, exact: DEBUG}], keep: none}}
- {id: mask, log: {match: [{log_field: body, contains: '@'}], transform: {redact: [{log_field: body}]}}}
- {id: server, trace: {match: [{span_kind: server}], keep: {percentage: 0}}}
- {id: bad, log: {match: [{log_field: body, regex: '(['}]}}
";

const CURRENT: &str =
    "- {id: drop-info, log: {match: [{log_field: severity_text, exact: INFO}], keep: none}}\n";

fn record(severity: &str, body: &str) -> Value {
    json!({"severityText": severity, "body": {"stringValue": body}})
}

fn logs(records: &[Value]) -> Value {
    json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]})
}

fn simulate(recorded: impl AsRef<[u8]>, options: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("new.yaml", NEW.as_bytes()), ("current.yaml", CURRENT.as_bytes()), ("r.json", recorded.as_ref())]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let against = if options.contains(&"--against") { &[][..] } else { &["--against", "r.json"] };
    let arguments = ["policy", "simulate", "--policies", "new.yaml"];
    run(edge().current_dir(&folder).args(arguments).args(against).args(options))
}

fn report(recorded: impl AsRef<[u8]>, options: &[&str]) -> Value {
    let (code, stdout, stderr) = simulate(recorded, &[&["--format", "json"], options].concat());
    assert_eq!((code, &*stderr), (0, ""));
    serde_json::from_str(&stdout).unwrap()
}

fn recorded() -> String {
    let debug = logs(&[record("DEBUG", "x"), record("DEBUG", "y"), record("DEBUG", "z")]);
    let info = logs(&[record("INFO", "me@here"), record("INFO", "ready")]);
    let spans = json!({"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "s", "kind": 2}, {"name": "t", "kind": 3}]}]}]});
    format!("{debug}\n{info}\n\n{spans}\n")
}

#[test]
fn records_and_bytes_are_counted_by_policy_and_outcome() {
    let report = report(recorded(), &[]);
    let records = |outcome: &str| report["total"][outcome]["records"].as_u64().unwrap();
    let bytes = |outcome: &str| report["total"][outcome]["bytes"].as_u64().unwrap();
    assert_eq!(["seen", "kept", "changed", "dropped"].map(records), [7, 2, 1, 4]);
    assert_eq!(bytes("seen"), bytes("kept") + bytes("changed") + bytes("dropped"));
    let debug = record("DEBUG", "x").to_string().len() * 3;
    let row = |index: usize| &report["policies"][index];
    assert_eq!(
        (&row(0)["id"], &row(0)["dropped"]),
        (&json!("drop-debug"), &json!({"records": 3, "bytes": debug}))
    );
    assert_eq!((&row(1)["id"], &row(1)["changed"]["records"]), (&json!("mask"), &json!(1)));
    assert_eq!((&row(2)["id"], &row(2)["dropped"]["records"]), (&json!("server"), &json!(1)));
    assert_eq!(report["rejected"][0]["id"], "bad");
    assert_eq!(report["differences"], json!([]));
    let samples = report["samples"].as_array().unwrap();
    let shown: Vec<&Value> = samples.iter().map(|sample| &sample["policy"]).collect();
    assert_eq!(shown, ["drop-debug", "drop-debug", "mask", "server"]);
    assert_eq!(samples[0]["record"], logs(&[record("DEBUG", "x")]));
}

#[test]
fn what_differs_from_the_current_policies_is_told() {
    let report = report(recorded(), &["--current", "current.yaml"]);
    let difference = |index: usize| {
        let row = &report["differences"][index];
        (row["now"].as_str().unwrap(), row["then"].as_str().unwrap(), row["records"].as_u64().unwrap())
    };
    assert_eq!(
        [0, 1, 2].map(difference),
        [("kept", "dropped", 4), ("dropped", "kept", 1), ("dropped", "changed", 1)]
    );
    let sample = &report["samples"][3];
    assert_eq!((&sample["now"], &sample["then"]), (&json!("dropped"), &json!("kept")), "{report:#}");
    assert_eq!(
        (&sample["policy"], &sample["record"]),
        (&json!("drop-info"), &logs(&[record("INFO", "ready")]))
    );
}

#[test]
fn text_says_the_same_in_lines() {
    let (code, stdout, _) = simulate(recorded(), &["--current", "current.yaml"]);
    assert_eq!(code, 0);
    let lines: Vec<Vec<&str>> = stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["seen", "bytes", "kept", "bytes", "changed", "bytes", "dropped", "bytes"]);
    assert_eq!((lines[1][0], lines[1][1], lines[1][7]), ("all", "7", "4"));
    assert!(
        stdout.contains("records of ") && stdout.contains(" bytes are kept now and would be dropped\n"),
        "{stdout}"
    );
    assert!(
        stdout.contains("for example, kept now, then dropped (`drop-debug`): {\"resourceLogs\""),
        "{stdout}"
    );
    assert!(stdout.contains("not in force: {\"id\":\"bad\""), "{stdout}");
}

#[test]
fn a_whole_request_and_what_a_tail_says_are_recordings_too() {
    let request = logs(&[record("DEBUG", "x")]);
    let pretty = format!("{request:#}");
    assert_eq!(report(&pretty, &[])["total"]["dropped"]["records"], 1);
    let tail = format!("{}\n\n{}\n", json!({"decision": "kept", "record": request}), json!({"skipped": 7}));
    assert_eq!(report(&tail, &[])["total"]["dropped"]["records"], 1);
}

#[test]
fn a_compressed_recording_is_read() {
    let recorded = recorded();
    let expected = report(&recorded, &[]);
    for coding in ["gzip", "zstd"] {
        let codings = Codings::parse([coding.as_bytes()]).unwrap();
        let encoded = Codec::new().encode(&codings, recorded.clone().into_bytes()).unwrap();
        assert_eq!(report(&encoded, &[]), expected, "{coding}");
        let (code, _, stderr) = simulate(&encoded[..encoded.len() / 2], &[]);
        assert_eq!((code, &*stderr), (2, "edge: r.json: cannot be decompressed: encoded body is corrupt\n"));
    }
}

#[test]
fn where_no_edge_listens_is_told_with_the_url() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let ask = || simulate("", &["--against", &url]);
    let closing = std::thread::spawn(move || drop(listener.accept().unwrap()));
    for _ in 0..2 {
        let (code, _, stderr) = ask();
        assert!(
            code == 2 && stderr.contains(&url) && stderr.contains("a running edge is expected"),
            "{stderr}"
        );
    }
    closing.join().unwrap();
}

#[test]
fn what_is_no_recording_ends_with_2_and_names_the_line() {
    let (code, _, stderr) = simulate(format!("{}\n{{broken\n", logs(&[record("INFO", "x")])), &[]);
    assert!(code == 2 && stderr.starts_with("edge: r.json:2: not JSON: "), "{stderr}");
}
