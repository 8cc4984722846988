//! Reports as text, as JSON and as workflow commands.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Level, Problem, Report};

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error | Self::Unusable => "error",
        }
    }
}

pub(super) fn text(report: &Report) -> String {
    let mut out = String::new();
    for problem in report.problems.iter().filter(|problem| problem.level != Level::Unusable) {
        let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}{line}: {}: {}", problem.file, problem.level.name(), words(problem));
        if let Some(remedy) = problem.remedy {
            let _ = writeln!(out, "    {remedy}");
        }
    }
    let Report { in_force, rejected, .. } = report;
    out + &format!("{in_force} policies in force, {rejected} rejected\n")
}

/// The problem with its place.
fn words(Problem { policy, place, message, .. }: &Problem) -> String {
    let policy = policy.as_ref().map(|id| format!("policy `{id}`: ")).unwrap_or_default();
    let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
    policy + &place + message
}

pub(super) fn json(report: &Report) -> String {
    let problems: Vec<Value> = report.problems.iter().map(row).collect();
    let policies = json!({"in_force": report.in_force, "rejected": report.rejected});
    format!("{:#}\n", json!({"policies": policies, "problems": problems}))
}

fn row(problem: &Problem) -> Value {
    json!({
        "level": problem.level.name(),
        "rule": problem.rule,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "policy": problem.policy,
        "place": problem.place,
        "problem": problem.message,
        "remedy": problem.remedy,
    })
}

/// A command for each problem: `::error file=F,line=L,title=T::message`.
pub(super) fn github(report: &Report) -> String {
    report.problems.iter().map(command).collect()
}

fn command(problem: &Problem) -> String {
    let part = |name, number: Option<usize>| number.map(|at| format!(",{name}={at}")).unwrap_or_default();
    let place = part("line", problem.line) + &part("col", problem.column);
    let title = match &problem.policy {
        Some(id) => format!("{id}: {}", problem.rule),
        None => problem.rule.to_owned(),
    };
    let mut message = words(problem);
    if let Some(remedy) = problem.remedy {
        message = message + "\n" + remedy;
    }
    let (file, title) = (property(&problem.file), property(&title));
    format!("::{} file={file}{place},title={title}::{}\n", problem.level.name(), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
