//! `policy check`: every problem of policy files at once, and what is odd about those that are valid.

mod files;
mod line;
mod print;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{EXIT_USAGE, Failure};
use crate::output::{complain, say};

/// What to check, and how to say what is found.
#[derive(Debug, Args)]
pub(super) struct CheckOptions {
    /// Policy files, JSON or YAML; checked together, as if all were loaded
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Ends with 1 also if there are warnings alone
    #[arg(long)]
    strict: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Lines for people
    #[default]
    Text,
    /// One object
    Json,
    /// Workflow commands of GitHub Actions, which annotate a change
    Github,
}

/// What was found in all files.
#[derive(Debug, Default)]
struct Report {
    problems: Vec<Problem>,
    /// Number of policies that would be in force.
    in_force: usize,
    /// Number of policies that would not, because something is wrong with them.
    rejected: usize,
}

/// One thing that is wrong or odd.
#[derive(Debug)]
struct Problem {
    level: Level,
    /// What kind of problem it is, such as `invalid` or the name of a lint.
    rule: &'static str,
    file: String,
    /// Line of the policy's id in the file, or of what keeps the file from being read as policies, from 1.
    line: Option<usize>,
    /// Column of the latter, from 1.
    column: Option<usize>,
    policy: Option<String>,
    /// Where in the policy; may be empty.
    place: String,
    message: String,
    remedy: Option<&'static str>,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// The policy is in force, and probably not as meant.
    Warning,
    /// The policy is not in force.
    Error,
    /// The file holds no policies.
    Unusable,
}

/// Prints what is wrong with the files. Ends with 0 if nothing is, with 1 if something is, with 2 if a file cannot be
/// read as policies.
pub(super) fn check(options: &CheckOptions) -> Result<ExitCode, Failure> {
    let report = files::check(&options.files);
    for unusable in report.problems.iter().filter(|problem| problem.level == Level::Unusable) {
        complain(&format!("edge: {}: {}", unusable.file, unusable.message));
    }
    say(&match options.format {
        Format::Text => print::text(&report),
        Format::Json => print::json(&report),
        Format::Github => print::github(&report),
    })?;
    Ok(match report.problems.iter().map(|problem| problem.level).max() {
        Some(Level::Unusable) => ExitCode::from(EXIT_USAGE),
        Some(Level::Error) => ExitCode::FAILURE,
        Some(Level::Warning) if options.strict => ExitCode::FAILURE,
        Some(Level::Warning) | None => ExitCode::SUCCESS,
    })
}
