//! The command line: what it prints, what it writes, how it ends.

use std::path::Path;
use std::process::Stdio;

use crate::process::{edge, run};

const BODY: &str = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[
    {"severityText":"DEBUG","body":{"stringValue":"noise"}},
    {"severityText":"INFO","body":{"stringValue":"mail to ada@example.com"}}
]}]}]}"#;

const POLICIES: &str = r#"
- {id: drop, name: x, log: {match: [{log_field: severity_text, exact: DEBUG}], keep: none}}
- {id: redact, name: x, log: {match: [{log_field: body, contains: "@"}], transform: {redact: [{log_field: body}]}}}
- {id: broken, name: x, log: {match: [{log_field: body, regex: "(["}], keep: none}}
"#;

/// Runs `policy eval` in `folder`: exit code, output, stats, standard error.
fn eval(folder: &Path, policies: &str, input: &str, signal: &str) -> (i32, String, String, String) {
    std::fs::write(folder.join("p"), policies).unwrap();
    std::fs::write(folder.join("i"), input).unwrap();
    let arguments =
        ["policy", "eval", "--policies", "p", "--input", "i", "--output", "o", "--stats", "s", "--signal"];
    let (code, _, stderr) = run(edge().current_dir(folder).args(arguments).arg(signal));
    let read = |name| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    (code, read("o"), read("s"), stderr)
}

#[test]
fn eval_filters_as_the_proxy_does_and_counts() {
    let folder = tempfile::tempdir().unwrap();
    let (code, output, stats, stderr) = eval(folder.path(), POLICIES, BODY, "log");
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(output.contains("[REDACTED]") && !output.contains("noise"), "{output}");
    let stats: serde_json::Value = serde_json::from_str(&stats).unwrap();
    assert_eq!(stats["policies"][0]["policy_id"], "broken");
    assert!(stats["policies"][0]["errors"][0].as_str().unwrap().starts_with("log: match[0]: invalid regex"));
    let counted = serde_json::json!([
        {"policy_id": "drop", "hits": 1, "misses": 0},
        {"policy_id": "redact", "hits": 1, "misses": 0},
    ]);
    assert_eq!(stats["policies"].as_array().unwrap()[1..], *counted.as_array().unwrap());
}

#[test]
fn eval_writes_an_empty_object_when_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let policies = "- {id: all, name: x, log: {match: [{log_field: body, exists: true}], keep: none}}";
    let (code, output, ..) = eval(folder.path(), policies, BODY, "log");
    assert_eq!((code, output.as_str()), (0, "{}"));
}

#[test]
fn eval_passes_what_it_cannot_read_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (code, output, _, stderr) = eval(folder.path(), POLICIES, "{broken", "log");
    assert_eq!((code, output.as_str()), (0, "{broken"));
    assert_eq!(stderr, "i: passed unevaluated: malformed\n");
}

#[test]
fn mistakes_end_with_2_and_name_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, _, stderr) = eval(folder.path(), "policies: [", BODY, "log");
    assert_eq!(code, 2);
    assert!(stderr.starts_with("edge: p: not YAML: "), "{stderr}");
    let (code, _, _, stderr) = eval(folder.path(), POLICIES, BODY, "profile");
    assert_eq!(code, 2);
    assert!(stderr.contains("invalid value 'profile' for '--signal <SIGNAL>'"), "{stderr}");
    let (code, _, stderr) = run(edge().arg("/nope.yaml"));
    assert_eq!(code, 2);
    assert!(stderr.starts_with("edge: cannot read configuration file /nope.yaml: "), "{stderr}");
}

#[test]
fn an_invalid_configuration_ends_with_2_and_all_its_problems() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.yaml"), "listen_prot: 1\nworkers: many\n").unwrap();
    let (code, _, stderr) = run(edge().current_dir(&folder).arg("c.yaml"));
    let expected = "\
edge: invalid configuration in c.yaml:
  listen_prot: unknown key; the nearest known one is `listen_port`
  workers: `many` is not `auto` or a number from 1 to 1024
";
    assert_eq!((code, stderr.as_str()), (2, expected));
}

#[test]
fn a_taken_port_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let (code, _, stderr) = run(edge().current_dir(&folder).env("TERO_LISTEN_PORT", port.to_string()));
    assert_eq!(code, 2);
    assert!(stderr.contains(&format!("edge: cannot listen on 127.0.0.1:{port}: ")), "{stderr}");
}

#[test]
fn config_prints_what_is_in_force() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.json"), r#"{"listen_port": 9}"#).unwrap();
    let mut command = edge();
    command.current_dir(&folder).arg("config").env("EDGE_LOG_LEVEL", "${LEVEL}").env("LEVEL", "warn");
    let (code, stdout, _) = run(&mut command);
    let printed: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &printed["listen_port"], &printed["log_level"]), (0, &9.into(), &"warn".into()));
}

#[test]
fn a_misspelled_command_is_told_from_a_file() {
    let (code, _, stderr) = run(edge().args(["confg", "nope.yaml"]));
    assert_eq!((code, &*stderr), (2, "edge: `confg` is no file and no command; did you mean `config`?\n"));
}

/// Exit code and standard error of `edge arguments` with this standard output.
fn run_into(stdout: impl Into<Stdio>, arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.yaml"), POLICIES).unwrap();
    let child = edge().current_dir(&folder).args(arguments).stdout(stdout).stderr(Stdio::piped()).spawn();
    let output = child.unwrap().wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

const DEMO: [&str; 5] = ["demo", "--for", "100ms", "--port", "0"];

#[test]
fn a_reader_that_has_gone_away_is_no_error() {
    let closed = || std::io::pipe().unwrap().1;
    assert_eq!(run_into(closed(), &["config"]), (Some(0), String::new()));
    assert_eq!(run_into(closed(), &["policy", "check", "p.yaml"]), (Some(1), String::new()));
    assert_eq!(run_into(closed(), &DEMO), (Some(0), String::new()));
}

#[test]
fn a_full_disk_is_told_in_a_line() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let start = "edge: cannot write to standard output: ";
    for arguments in [&["config"][..], &["policy", "check", "p.yaml"], &DEMO] {
        let (code, stderr) = run_into(full(), arguments);
        assert_eq!((code, stderr.lines().count()), (Some(2), 1), "{stderr}");
        assert!(stderr.starts_with(start), "{stderr}");
    }
}
