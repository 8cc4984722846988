//! What others' programs in Python make of edge.

use std::path::Path;
use std::process::{Command, Stdio};

/// What `scripts/python.sh` ends with where environments cannot be made.
const NO_WAY: i32 = 3;

/// The interpreter of an environment with what a test needs, or `None` where there can be none.
fn python(requirements: &str) -> Option<String> {
    if Command::new("python3").arg("--version").stdout(Stdio::null()).status().is_err() {
        return skip("python3 is missing");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = Command::new(folder.join("../../scripts/python.sh"))
        .arg(folder.join("tests/python").join(requirements))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    if script.status.code() == Some(NO_WAY) {
        return skip("python3 has no venv module");
    }
    assert!(script.status.success(), "scripts/python.sh failed");
    Some(String::from_utf8(script.stdout).unwrap().trim().to_owned())
}

/// Allowed on a developer's machine, not where changes are judged.
fn skip(why: &str) -> Option<String> {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{why}");
    println!("skipped: {why}");
    None
}

/// Runs a script on the binary.
fn run(requirements: &str, script: &str) {
    let Some(python) = python(requirements) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(script);
    let status = Command::new(python).arg(script).arg(env!("CARGO_BIN_EXE_edge")).status().unwrap();
    assert!(status.success(), "see above for what does not agree");
}

#[test]
fn what_the_sdk_sends_arrives_as_the_policies_say_and_the_counters_agree() {
    run("requirements.txt", "main_job.py");
}

#[test]
fn what_extensions_ask_for_is_stored_in_s3_and_the_counters_agree() {
    run("s3-requirements.txt", "s3_dump.py");
}
