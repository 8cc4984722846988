//! The guide to policies: what each of its examples says is so.

use std::path::Path;

use serde_json::Value;

use crate::process::{edge, run};

/// A policy document of the guide, and records with what comes of them.
struct Example {
    policies: String,
    records: Vec<(Value, String)>,
}

fn examples() -> Vec<Example> {
    let guide =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/README.md")).unwrap();
    let mut examples = Vec::new();
    // Every other piece stands between fences, and begins with its language.
    for piece in guide.split("\n```").skip(1).step_by(2) {
        let (language, text) = piece.split_once('\n').unwrap();
        match language {
            "yaml" => examples.push(Example { policies: text.to_owned(), records: Vec::new() }),
            "text" => examples.last_mut().unwrap().records.extend(text.lines().map(record)),
            other => panic!("a piece in {other}"),
        }
    }
    examples
}

fn record(line: &str) -> (Value, String) {
    let (record, outcome) = line.split_once(" → ").unwrap_or_else(|| panic!("no outcome: {line}"));
    (serde_json::from_str(record).unwrap_or_else(|error| panic!("{error}: {record}")), outcome.to_owned())
}

fn signal(policies: &str) -> &'static str {
    ["metric", "trace"]
        .into_iter()
        .find(|signal| policies.contains(&format!("\n  {signal}:")))
        .unwrap_or("log")
}

/// The record in an explained request.
fn inner(request: &Value) -> &Value {
    let resource = request.as_object().unwrap().values().next().unwrap();
    let scope = resource[0].as_object().unwrap().values().find(|value| value.is_array()).unwrap();
    &scope[0].as_object().unwrap().values().find(|value| value.is_array()).unwrap()[0]
}

fn explain(folder: &Path, record: &Value, signal: &str) -> Value {
    std::fs::write(folder.join("r.json"), record.to_string()).unwrap();
    let arguments = ["policy", "explain", "--policies", "p.yaml", "--record", "r.json", "--format", "json"];
    let (code, stdout, stderr) = run(edge().current_dir(folder).args(arguments).args(["--signal", signal]));
    assert_eq!((code, &*stderr), (0, ""), "{record}");
    let explained: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(explained["rejected"], serde_json::json!([]));
    explained["records"][0].clone()
}

#[test]
fn every_example_comes_out_as_the_guide_says() {
    let examples = examples();
    assert!(examples.len() > 10, "only {} examples", examples.len());
    for Example { policies, records } in examples {
        assert!(!records.is_empty(), "no records for\n{policies}");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("p.yaml"), &policies).unwrap();
        for (record, expected) in records {
            let explained = explain(folder.path(), &record, signal(&policies));
            let got = match explained["outcome"].as_str().unwrap() {
                "changed" => inner(&explained["after"]).clone(),
                outcome => outcome.into(),
            };
            let expected = serde_json::from_str(&expected).unwrap_or_else(|_| Value::from(expected));
            assert_eq!(got, expected, "{record}\n{explained:#}");
        }
    }
}

#[test]
fn the_examples_of_the_guide_are_sound() {
    for Example { policies, .. } in examples() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("p.yaml"), &policies).unwrap();
        let (code, stdout, _) =
            run(edge().current_dir(&folder).args(["policy", "check", "--strict", "p.yaml"]));
        assert_eq!(code, 0, "{policies}{stdout}");
    }
}
