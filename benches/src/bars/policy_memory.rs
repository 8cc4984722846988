//! Memory of compiled policies, measured by a program of its own: an allocator that counts would slow the others.

use std::env;
use std::process::Command;

use benches_measure::report;

const NAME: &str = "policy_memory";
/// Bytes for each policy.
const LIMIT: f64 = 2_048.0;
const PROGRAM: &str = "policy-memory";

pub(super) fn run() {
    report::bar(NAME, measure(), LIMIT);
}

fn measure() -> Result<f64, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?.with_file_name(PROGRAM);
    let told = Command::new(&program).output().map_err(|error| format!("{}: {error}", program.display()))?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    told.trim().parse().map_err(|_| format!("{PROGRAM} said {told:?}"))
}
