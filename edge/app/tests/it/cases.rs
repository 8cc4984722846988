//! `edge policy test`: cases of every signal, what differs, and what `--update` writes.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::process::{edge, run};

const POLICIES: &str = "\
- {id: drop, log: {match: [{log_field: severity_text, exact: DEBUG}], keep: none}}
- {id: mask, log: {match: [{log_field: body, contains: '@'}], transform: {redact: [{log_field: body}]}}}
- {id: half, log: {match: [{log_attribute: sampled, exists: true}], keep: 50%}}
- {id: spans, trace: {match: [{span_kind: client}], keep: {percentage: 0}}}
- {id: sums, metric: {match: [{metric_type: sum}], keep: false}}
";

#[allow(clippy::needless_pass_by_value, reason = "`json!` makes values, and tests read better without `&`")]
fn logs(records: Value) -> Value {
    json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]})
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn test(folder: &Path, options: &[&str]) -> (i32, String, String) {
    run(edge().args(["policy", "test"]).arg(folder).args(options))
}

#[test]
fn cases_of_every_signal_are_told_apart_and_updated() {
    let folder = tempfile::tempdir().unwrap();
    let records = json!([
        {"severityText": "DEBUG", "body": {"stringValue": "x"}},
        {"severityText": "INFO", "body": {"stringValue": "me@here"}},
    ]);
    let spans = json!({"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "s", "kind": 3}, {"name": "t", "kind": 2}]}]}]});
    let metrics = json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "m", "sum": {"dataPoints": [{"asInt": "1"}]}}]}]}]});
    write(
        folder.path(),
        &[
            ("policies.yaml", POLICIES),
            ("logs/input.json", &logs(records).to_string()),
            ("traces/input.json", &spans.to_string()),
            ("deep/metrics/input.json", &metrics.to_string()),
        ],
    );
    let (code, stdout, _) = test(folder.path(), &[]);
    assert_eq!((code, stdout.lines().last()), (1, Some("0 of 3 cases passed")), "{stdout}");
    let (code, stdout, _) = test(folder.path(), &["--update"]);
    assert_eq!((code, stdout.lines().last()), (0, Some("3 cases")), "{stdout}");
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(folder.path().join(name)).unwrap()).unwrap()
    };
    assert_eq!(
        read("logs/expected.json"),
        logs(json!([{"severityText": "INFO", "body": {"stringValue": "[REDACTED]"}}]))
    );
    assert_eq!(read("deep/metrics/expected.json"), json!({}));
    assert_eq!(read("traces/expected.json")["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"], "t");
    assert_eq!(
        read("traces/expected_stats.json"),
        json!({"policies": [{"policy_id": "spans", "hits": 1, "misses": 0}]})
    );
    let (code, stdout, _) = test(folder.path(), &[]);
    let expected = "ok        deep/metrics\nok        logs\nok        traces\n3 of 3 cases passed\n";
    assert_eq!((code, &*stdout), (0, expected));
}

#[test]
fn a_difference_is_told_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let record =
        |text: &str| logs(json!([{"severityText": "INFO", "body": {"stringValue": text}}])).to_string();
    write(
        folder.path(),
        &[
            ("policies.yaml", POLICIES),
            ("input.json", &record("me@here")),
            ("expected.json", &record("me@here")),
            ("expected_stats.json", "{\"policies\": [{\"policy_id\": \"drop\", \"hits\": 1}]}"),
        ],
    );
    let (code, stdout, _) = test(folder.path(), &[]);
    let expected = "\
FAILED    .
  resourceLogs[0].scopeLogs[0].logRecords[0].body.stringValue: expected \"me@here\", got \"[REDACTED]\"
  policy `drop`: expected 1 hits, got 0
  policy `mask`: expected nothing, got {\"policy_id\":\"mask\",\"hits\":1,\"misses\":0}
0 of 1 cases passed
";
    assert_eq!((code, &*stdout), (1, expected));
}

#[test]
fn chance_decides_alike_in_every_run() {
    let folder = tempfile::tempdir().unwrap();
    let record = json!({"attributes": [{"key": "sampled", "value": {"boolValue": true}}]});
    let input = logs(Value::from(vec![record; 64])).to_string();
    write(folder.path(), &[("policies.yaml", POLICIES), ("input.json", &input)]);
    assert_eq!(test(folder.path(), &["--update"]).0, 0);
    let expected = fs::read_to_string(folder.path().join("expected.json")).unwrap();
    let kept = expected.matches("sampled").count();
    assert!((16..48).contains(&kept), "{kept}");
    assert_eq!(test(folder.path(), &[]).0, 0);
}

#[test]
fn rejected_policies_fail_a_case_that_does_not_expect_them() {
    let folder = tempfile::tempdir().unwrap();
    let input = logs(json!([{"body": {"stringValue": "x"}}])).to_string();
    let policies = "- {id: bad, log: {match: [{log_field: body, regex: '(['}]}}";
    write(folder.path(), &[("policies.yaml", policies), ("input.json", &input), ("expected.json", &input)]);
    let (code, stdout, _) = test(folder.path(), &[]);
    assert!(
        code == 1 && stdout.contains("policy `bad` is not in force: log: match[0]: invalid regex"),
        "{stdout}"
    );
    let stats = "{\"policies\": [{\"policy_id\": \"bad\", \"errors\": [\"log: match[0]: invalid regex\"]}]}";
    write(folder.path(), &[("expected_stats.json", stats)]);
    assert_eq!(test(folder.path(), &[]).0, 0);
}

#[test]
fn what_is_no_case_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, stderr) = test(folder.path(), &[]);
    assert!(code == 2 && stderr.contains("no case below "), "{stderr}");
    write(folder.path(), &[("policies.yaml", POLICIES), ("input.json", "{}")]);
    let (code, _, stderr) = test(folder.path(), &[]);
    assert!(code == 2 && stderr.contains("input.json: no OTLP request: one of `resourceLogs`"), "{stderr}");
}

#[test]
fn the_conformance_cases_are_such_a_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/tests/cases");
    let (code, stdout, stderr) = test(&folder, &[]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.lines().count() > 60, "{stdout}");
}

#[test]
fn what_looks_like_a_case_is_run_or_told() {
    let folder = tempfile::tempdir().unwrap();
    let none = logs(json!([])).to_string();
    let case = |name: &'static str| [(name, none.as_str())];
    let told = |files: &[(&str, &str)], expected: &str| {
        let folder = tempfile::tempdir_in(&folder).unwrap();
        write(folder.path(), files);
        let (code, stdout, stderr) = test(folder.path(), &[]);
        assert!(code != 0 && (stdout + &stderr).contains(expected), "{files:?}: {expected}");
    };
    told(&case("a/input.json"), "no policies: policies.json or policies.yaml or policies.yml is needed");
    told(&case("a/expected.json"), "there is no input.json");
    told(&case("inputs.json"), "`inputs.json` is no file of a case; did you mean `input.json`?");
    told(&[("policies.yaml", POLICIES), ("a/b/request.json", &none)], "there is no input.json");
    told(&[("polices.yaml", POLICIES), ("a/input.json", &none)], "did you mean `policies.yaml`?");
    told(
        &[
            ("policies.yaml", POLICIES),
            ("input.json", &none),
            ("expected.json", &none),
            ("expected_stat.json", "{}"),
        ],
        "did you mean `expected_stats.json`?",
    );
    told(&[("policies.yaml", POLICIES), ("notes.md", "")], "no case below");
    let (code, _, stderr) = test(&folder.path().join("nowhere"), &[]);
    assert!(code == 2 && stderr.contains("cannot read"), "{stderr}");
}
