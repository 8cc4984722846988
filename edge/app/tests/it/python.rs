//! The main job with OpenTelemetry's own Python SDK as the client.

use std::path::Path;
use std::process::{Command, Stdio};

/// The interpreter of an environment with what the tests need, or `None` where there is no Python.
fn python() -> Option<String> {
    if Command::new("python3").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "python3 is missing");
        println!("skipped: python3 is missing");
        return None;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = Command::new(folder.join("../../scripts/python.sh"))
        .arg(folder.join("tests/python/requirements.txt"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(script.status.success(), "scripts/python.sh failed");
    Some(String::from_utf8(script.stdout).unwrap().trim().to_owned())
}

#[test]
fn what_the_sdk_sends_arrives_as_the_policies_say_and_the_counters_agree() {
    let Some(python) = python() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/main_job.py");
    let status = Command::new(python).arg(script).arg(env!("CARGO_BIN_EXE_edge")).status().unwrap();
    assert!(status.success(), "see above for what does not agree");
}
