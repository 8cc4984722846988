//! What was found, as text and as JSON.

use std::fmt;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::registry::{Change, Discrepancy, Effect, RegistryProblem};

/// How what was found is written.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Format {
    /// A line for each.
    Text,
    /// One list of objects.
    Json,
}

/// Something that was found.
pub(super) enum Finding {
    /// In one registry.
    Problem(RegistryProblem),
    /// Between two.
    Change(Change),
    /// Between a registry and what was emitted.
    Discrepancy(Discrepancy),
}

impl Finding {
    /// Whether somebody has to do something.
    pub(super) fn is_wrong(&self) -> bool {
        match self {
            Self::Problem(_) | Self::Discrepancy(_) => true,
            Self::Change(change) => change.effect == Effect::Breaking,
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Problem(problem) => json!({
                "kind": "problem",
                "file": problem.file,
                "place": problem.place,
                "message": problem.message,
            }),
            Self::Change(change) => json!({
                "kind": change.effect.as_str(),
                "subject": change.subject,
                "message": change.message,
            }),
            Self::Discrepancy(discrepancy) => json!({
                "kind": discrepancy.direction.as_str(),
                "subject": discrepancy.subject,
                "message": discrepancy.message,
            }),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem(problem) => problem.fmt(f),
            Self::Change(change) => change.fmt(f),
            Self::Discrepancy(discrepancy) => discrepancy.fmt(f),
        }
    }
}

impl Format {
    /// Everything, what is wrong first.
    pub(super) fn write(self, mut findings: Vec<Finding>) -> String {
        findings.sort_by_key(|finding| !finding.is_wrong());
        match self {
            Self::Text => findings.iter().map(|finding| finding.to_string() + "\n").collect(),
            Self::Json => format!("{:#}\n", findings.iter().map(Finding::json).collect::<Value>()),
        }
    }
}
