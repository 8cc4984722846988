//! `edge policy check`: what is said about policy files, and how it ends.

use std::path::Path;

use serde_json::{Value, json};

use crate::process::{edge, run};

const SOUND: &str =
    "- {id: sound, name: x, log: {match: [{log_field: body, contains: noise}], keep: none}}\n";
const BROKEN: &str = "\
policies:
  - id: broken
    log: {match: [{log_field: body, regex: '(['}], keep: banana}
";
const ODD: &str = "\
- name: first
  id: odd
  log: {match: [{log_field: body, contains: noise}, {log_field: severity_text, exact: INFO}], keep: 10%}
";

/// Exit code, standard output and standard error of a check of files with these names and texts.
fn check(files: &[(&str, &str)], options: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    let names = files.iter().map(|(name, _)| *name);
    run(edge().current_dir(&folder).args(["policy", "check"]).args(names).args(options))
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

fn problems(files: &[(&str, &str)]) -> Vec<Value> {
    let (_, stdout, _) = check(files, &["--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    report["problems"].as_array().unwrap().clone()
}

#[test]
fn a_sound_file_is_clean() {
    let (code, stdout, stderr) = check(&[("p.yaml", SOUND)], &["--strict"]);
    assert_eq!((code, &*stdout, &*stderr), (0, "1 policies in force, 0 rejected\n", ""));
}

#[test]
fn every_problem_is_told_with_file_line_policy_place_and_remedy() {
    let (code, stdout, _) = check(&[("p.yaml", BROKEN)], &[]);
    assert_eq!(code, 1);
    let lines: Vec<&str> = stdout.lines().collect();
    assert!(
        lines[0].starts_with("p.yaml:2: error: policy `broken`: log: match[0]: invalid regex \"([\""),
        "{stdout}"
    );
    assert_eq!(lines[1], "    write it in RE2 syntax, which has no look-around and no back-references");
    assert_eq!(lines[2], "p.yaml:2: error: policy `broken`: log: keep: invalid value \"banana\"");
    assert_eq!(*lines.last().unwrap(), "0 policies in force, 1 rejected");
}

#[test]
fn warnings_alone_end_with_0_and_with_1_if_strict() {
    let files = [("a.yaml", SOUND), ("b.yaml", ODD)];
    let (code, stdout, _) = check(&files, &[]);
    let expected = "\
b.yaml:2: warning: policy `odd`: log: keep: never decides: policy `sound` drops every record that it matches
    remove it, or narrow the other: what one policy drops no other can keep
2 policies in force, 0 rejected
";
    assert_eq!((code, &*stdout), (0, expected));
    assert_eq!(check(&files, &["--strict"]).0, 1);
}

#[test]
fn json_tells_the_same_to_programs() {
    let expected = json!([{
        "level": "warning", "rule": "shadowed", "file": "b.yaml", "line": 2, "column": null, "policy": "odd", "place": "log: keep",
        "problem": "never decides: policy `sound` drops every record that it matches",
        "remedy": "remove it, or narrow the other: what one policy drops no other can keep",
    }]);
    assert_eq!(Value::from(problems(&[("a.yaml", SOUND), ("b.yaml", ODD)])), expected);
}

#[test]
fn github_gets_workflow_commands_with_everything_escaped() {
    let (code, stdout, _) = check(&[("a,b.yaml", BROKEN)], &["--format", "github"]);
    assert_eq!((code, stdout.lines().count()), (1, 2), "{stdout}");
    let expected = "::error file=a%2Cb.yaml,line=2,title=broken%3A invalid::policy `broken`: log: keep: \
        invalid value \"banana\"%0Awrite `all`, `none`, a percentage such as `12.5%25`, or a limit such as `100/s` \
        or `10/5m`";
    assert_eq!(stdout.lines().last(), Some(expected));
}

#[test]
fn an_extension_that_no_edge_serves_is_told_and_the_policy_counts() {
    let text = "- id: p\n  log: {match: [{log_field: body, exists: true}], keep: none}\n  extensions: \
                [{type: org.example/nope, version: 1.0.0}, {type: com.usetero/s3-dump, version: 1.0.0}]\n";
    let found = problems(&[("p.yaml", text)]);
    let told = |index: usize| (found[index]["level"].as_str(), found[index]["place"].as_str());
    assert_eq!(told(0), (Some("warning"), Some("extensions[0]")), "{found:?}");
    assert_eq!(found[0]["problem"], "unknown type \"org.example/nope\"");
    assert_eq!(told(1), (Some("warning"), Some("extensions[1]")));
    assert!(found[1]["problem"].as_str().unwrap().starts_with("config: is missing"));
}

#[test]
fn an_id_in_two_files_is_told() {
    let problems = problems(&[("a.yaml", SOUND), ("b.yaml", SOUND)]);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!((&problems[0]["rule"], &problems[0]["file"]), (&json!("same-id"), &json!("b.yaml")));
}

#[test]
fn what_is_no_policy_file_ends_with_2_and_the_others_are_checked() {
    let (code, stdout, stderr) = check(&[("a.yaml", "x: ["), ("b.yaml", BROKEN)], &[]);
    assert_eq!(code, 2);
    assert!(stderr.starts_with("edge: a.yaml: not YAML: "), "{stderr}");
    assert!(stdout.starts_with("b.yaml:2: error: policy `broken`"), "{stdout}");
    let (code, _, stderr) = run(edge().args(["policy", "check", "/nope.yaml"]));
    assert_eq!(code, 2);
    assert!(stderr.starts_with("edge: /nope.yaml: cannot be read: No such file"), "{stderr}");
    let (_, stdout, _) = check(&[("a.yaml", "policies:\n- id: [\n")], &["--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let problem = &report["problems"][0];
    assert_eq!((&problem["line"], problem["column"].is_u64()), (&json!(3), true), "{problem}");
    let (_, stdout, _) = check(&[("a.json", "{\n  \"policies\": x")], &["--format", "github"]);
    assert!(stdout.starts_with("::error file=a.json,line=2,col=15,title=unusable::not JSON: "), "{stdout}");
}

#[test]
fn unknown_fields_are_warnings_and_nameless_policies_errors() {
    let text = "- {name: x}\n- {id: a, colour: red, log: {match: [{log_field: body, exists: true}]}}\n";
    let rows: Vec<(String, String)> = problems(&[("p.yaml", text)])
        .iter()
        .map(|row| (row["level"].as_str().unwrap().to_owned(), row["rule"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [("error", "nameless"), ("warning", "odd")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(rows, expected);
}
