//! `policy test`: fixtures beside policies, each an input and what must come of it.

mod case;
mod content;
mod diff;
mod run;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::Failure;
use crate::output::say;
use case::{Case, Found};

/// Where the cases are, and what to do with them.
#[derive(Debug, Args)]
pub(super) struct TestOptions {
    /// Folder of cases: each a folder with `input.json`, `expected.json` and perhaps `expected_stats.json`, and with
    /// `policies.json` or `policies.yaml`, if those of a folder above are not meant
    folder: PathBuf,
    /// Writes what comes out into the expected files
    #[arg(long)]
    update: bool,
}

/// Runs every case. Ends with 0 if all come out as expected, with 1 if not or if a folder looks like a case and is none,
/// with 2 if there are none or one cannot be read.
pub(super) fn test(options: &TestOptions) -> Result<ExitCode, Failure> {
    let found = case::find(&options.folder)?;
    if !found.iter().any(|one| matches!(one, Found::Case(_))) {
        return Err(no_case(&options.folder, &found).into());
    }
    let mut failed = 0;
    for one in &found {
        let (verdict, lines) = match one {
            Found::Broken { why, .. } => (FAILED, vec![why.clone()]),
            Found::Case(case) if options.update => verdict(update(case)?, "unchanged", "updated"),
            Found::Case(case) => verdict(compare(case)?, "ok", FAILED),
        };
        failed += usize::from(verdict == FAILED);
        let lines: String = lines.iter().map(|line| "  ".to_owned() + line + "\n").collect();
        say(&format!("{verdict:9} {}\n{lines}", one.name()))?;
    }
    say(&summary(found.len(), failed, options.update))?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// That nothing can be run, and why not what looks like it.
fn no_case(folder: &Path, found: &[Found]) -> String {
    let folder = folder.display();
    let told = found.iter().filter_map(|one| match one {
        Found::Broken { name, why } => Some(format!("\n  {name}: {why}")),
        Found::Case(_) => None,
    });
    let told: String = told.collect();
    format!("no case below {folder}: a folder with `input.json` and policies is needed{told}")
}

const FAILED: &str = "FAILED";

fn verdict(lines: Vec<String>, none: &'static str, some: &'static str) -> (&'static str, Vec<String>) {
    (if lines.is_empty() { none } else { some }, lines)
}

fn summary(cases: usize, failed: usize, update: bool) -> String {
    match (update, failed) {
        (true, 0) => format!("{cases} cases\n"),
        (true, _) => format!("{cases} cases, {failed} cannot be run\n"),
        (false, _) => format!("{} of {cases} cases passed\n", cases - failed),
    }
}

/// What is not as expected.
fn compare(case: &Case) -> Result<Vec<String>, Failure> {
    let result = run::run(case)?;
    let mut lines = result.problems;
    match case.read_json(case::EXPECTED)? {
        Some(expected) => lines.extend(diff::values(&expected, &result.output)),
        None => lines.push("there is no expected.json yet: `--update` writes what comes out".to_owned()),
    }
    match case.read_json(case::EXPECTED_STATS)? {
        Some(expected) => lines.extend(diff::stats(&expected, &result.stats)),
        None => lines.extend(result.rejected),
    }
    Ok(lines)
}

/// The files that were written.
fn update(case: &Case) -> Result<Vec<String>, Failure> {
    let result = run::run(case)?;
    let is_new = case.read_json(case::EXPECTED)?.is_none();
    let mut written = Vec::new();
    if case
        .write_if_other(case::EXPECTED, &result.output, |expected| diff::values(expected, &result.output))?
    {
        written.push(case::EXPECTED.to_owned());
    }
    if (is_new || case.read_json(case::EXPECTED_STATS)?.is_some())
        && case.write_if_other(case::EXPECTED_STATS, &result.stats, |expected| {
            diff::stats(expected, &result.stats)
        })?
    {
        written.push(case::EXPECTED_STATS.to_owned());
    }
    Ok(written)
}
