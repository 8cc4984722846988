//! `edge policy explain`: each policy's part in what became of a record.

use std::path::Path;

use serde_json::{Value, json};

use crate::process::{edge, run};

const POLICIES: &str = "\
- {id: a-debug, log: {match: [{log_field: severity_text, exact: DEBUG}, {resource_attribute: service.name, exact: shop}], keep: none}}
- {id: b-mask, log: {match: [{log_field: body, contains: '@'}], transform: {redact: [{log_field: body, regex: '[a-z]+@[a-z]+'}]}}}
- {id: c-tenth, log: {match: [{log_field: body, exists: true}], keep: 10%, sample_key: {log_attribute: user}}}
- {id: d-limit, log: {match: [{log_attribute: [http, status], gte: 500}], keep: 1/m}}
- {id: e-points, metric: {match: [{datapoint_attribute: k, exists: true}], keep: false}}
- {id: f-spans, trace: {match: [{span_kind: client}], keep: {percentage: 0}}}
- {id: g-bad, log: {match: [{log_field: body, regex: '(['}]}}
";

fn explain(record: &Value, options: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "p.yaml", POLICIES);
    write(folder.path(), "r.json", &record.to_string());
    let arguments = ["policy", "explain", "--policies", "p.yaml", "--record", "r.json"];
    run(edge().current_dir(&folder).args(arguments).args(options))
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

#[allow(clippy::needless_pass_by_value, reason = "`json!` makes values, and tests read better without `&`")]
fn logs(records: Value) -> Value {
    let resource = json!({"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]});
    json!({"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": records}]}]})
}

/// The explanations of a request's records.
fn records(record: &Value) -> Vec<Value> {
    let (code, stdout, stderr) = explain(record, &["--format", "json"]);
    assert_eq!((code, &*stderr), (0, ""));
    let explained: Value = serde_json::from_str(&stdout).unwrap();
    explained["records"].as_array().unwrap().clone()
}

#[test]
fn text_tells_what_became_of_the_record_and_why() {
    let record = json!({"severityText": "DEBUG", "body": {"stringValue": "x"}});
    let (code, stdout, _) = explain(&logs(json!([record])), &[]);
    let expected = "\
record 1 of 1: dropped
  because `a-debug` drops it: `none` wins over every other keep
  `a-debug` matches: keep none, decided
  `b-mask` does not match: match[0]: body contains \"@\"; found \"x\"
  `c-tenth` matches: keep 10%
  `d-limit` does not match: match[0]: attribute [\"http\", \"status\"] >= 500; found nothing
  `e-points` is for the signal metric
  `f-spans` is for the signal trace
";
    assert_eq!((code, &stdout[..expected.len()]), (0, expected), "{stdout}");
    let rest = &stdout[expected.len()..];
    assert!(rest.starts_with("  record {\"resourceLogs\":["), "{rest}");
    assert!(rest.contains("\nnot in force: `g-bad`: log: match[0]: invalid regex"), "{rest}");
}

#[test]
fn the_first_matcher_that_fails_is_told_with_the_value_found() {
    let record = json!({"severityText": "INFO", "body": {"intValue": "7"}});
    let records = records(&logs(json!([record])));
    let policies = &records[0]["policies"];
    let failed = |matcher: u8, condition: &str, found: &str| json!({"matcher": matcher, "condition": condition, "found": [found]});
    assert_eq!(policies[0]["failed"], failed(0, "severity_text equals \"DEBUG\"", "\"INFO\""));
    assert_eq!(policies[1]["failed"], failed(0, "body contains \"@\"", "7"));
}

#[test]
fn what_changes_is_shown_before_and_after() {
    let user = json!([{"key": "user", "value": {"stringValue": "ffffffffffffff"}}]);
    let record = |body: &str| {
        logs(json!([{"severityText": "INFO", "body": {"stringValue": body}, "attributes": user}]))
    };
    let (before, after) = (record("me@here asked"), record("[REDACTED] asked"));
    let records = records(&before);
    assert_eq!(records[0]["outcome"], "changed");
    let why = "`c-tenth` lets it through: of the percentages that match, 10% is the lowest, and the value of attribute \"user\" decides";
    assert_eq!(records[0]["why"], why);
    assert_eq!((&records[0]["before"], &records[0]["after"]), (&before, &after));
    let mask = &records[0]["policies"][1];
    assert_eq!(
        mask["transforms"],
        json!(["redact body where it matches regex \"[a-z]+@[a-z]+\" with \"[REDACTED]\""])
    );
}

#[test]
fn records_of_one_request_are_decided_one_after_the_other() {
    let record = json!({"attributes": [{"key": "http", "value": {"kvlistValue": {"values": [{"key": "status", "value": {"intValue": 503}}]}}}]});
    let records = records(&logs(json!([record, record])));
    let outcomes: Vec<&str> = records.iter().map(|record| record["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["kept", "dropped"]);
    assert_eq!(records[1]["why"], "`d-limit` drops it: its limit of 1/m is used up");
}

#[test]
fn a_record_by_itself_is_explained_by_its_signal() {
    let outcome = |record: Value, signal: &str| {
        let (code, stdout, stderr) = explain(&record, &["--signal", signal]);
        assert_eq!(code, 0, "{stderr}");
        stdout.lines().take(2).map(str::to_owned).collect::<Vec<_>>().join("\n")
    };
    let span = outcome(json!({"name": "s", "kind": 3}), "trace");
    assert!(span.starts_with("record 1 of 1: dropped\n  because `f-spans` drops it"), "{span}");
    let point = json!({"asInt": "1", "attributes": [{"key": "k", "value": {"stringValue": "v"}}]});
    let metric = outcome(json!({"name": "m", "gauge": {"dataPoints": [point, {"asInt": "2"}]}}), "metric");
    assert_eq!(metric, "record 1 of 2: dropped\n  because `e-points` drops it: `keep: false` wins");
    let log = outcome(json!({"severityText": "INFO"}), "log");
    assert_eq!(log, "record 1 of 1: kept\n  because no policy matches");
}

#[test]
fn a_request_without_records_says_so() {
    let (code, stdout, _) = explain(&logs(json!([])), &[]);
    assert_eq!(code, 0);
    assert!(stdout.starts_with("the request holds no records\n"), "{stdout}");
}

#[test]
fn what_is_no_record_ends_with_2() {
    let (code, _, stderr) = explain(&json!({"severityText": "INFO"}), &[]);
    assert!(code == 2 && stderr.contains("r.json: no OTLP request"), "{stderr}");
    let (code, _, stderr) = explain(&logs(json!([{}])), &["--signal", "trace"]);
    assert!(code == 2 && stderr.contains("r.json: a request of the signal log, not trace"), "{stderr}");
}
