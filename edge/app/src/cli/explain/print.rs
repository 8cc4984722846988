//! Explanations as text and as JSON.

use std::fmt::Write as _;

use edge_policy::Rejected;
use serde_json::{Value, json};

use super::{Explanation, Kind, Verdict};

pub(super) fn text(explanations: &[Explanation], rejected: &[Rejected]) -> String {
    let mut out = String::new();
    if explanations.is_empty() {
        out.push_str("the request holds no records\n");
    }
    for (index, explanation) in explanations.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "record {} of {}: {}", index + 1, explanations.len(), explanation.outcome);
        let _ = writeln!(out, "  because {}", explanation.why);
        for verdict in &explanation.policies {
            let _ = writeln!(out, "  {}", line(verdict));
        }
        match &explanation.after {
            Some(after) if *after != explanation.before => {
                let _ = writeln!(out, "  before {}\n  after  {after}", explanation.before);
            }
            _ => {
                let _ = writeln!(out, "  record {}", explanation.before);
            }
        }
    }
    for Rejected { id, errors } in rejected {
        let _ = writeln!(out, "not in force: `{id}`: {}", errors.join("; "));
    }
    out
}

fn line(Verdict { id, kind }: &Verdict) -> String {
    match kind {
        Kind::OtherSignal(signal) => format!("`{id}` is for the signal {}", signal.name()),
        Kind::NotAsked => format!("`{id}` was not asked: the metric was decided before its data points"),
        Kind::Failed { matcher, condition, found } => {
            format!("`{id}` does not match: match[{matcher}]: {condition}; found {}", said(found))
        }
        Kind::Matched { keep, decided, transforms } => {
            let decided = if *decided { ", decided" } else { "" };
            let transforms: String = transforms.iter().map(|operation| "; ".to_owned() + operation).collect();
            format!("`{id}` matches: keep {keep}{decided}{transforms}")
        }
    }
}

fn said(found: &[String]) -> String {
    if found.is_empty() { "nothing".to_owned() } else { found.join(", ") }
}

pub(super) fn json(explanations: &[Explanation], rejected: &[Rejected]) -> String {
    let records: Vec<Value> = explanations.iter().map(row).collect();
    let rejected: Vec<Value> =
        rejected.iter().map(|rejected| json!({"id": rejected.id, "errors": rejected.errors})).collect();
    format!("{:#}\n", json!({"records": records, "rejected": rejected}))
}

fn row(explanation: &Explanation) -> Value {
    json!({
        "outcome": explanation.outcome,
        "why": explanation.why,
        "policies": explanation.policies.iter().map(verdict).collect::<Vec<_>>(),
        "before": explanation.before,
        "after": explanation.after,
    })
}

fn verdict(Verdict { id, kind }: &Verdict) -> Value {
    match kind {
        Kind::OtherSignal(signal) => json!({"id": id, "matches": false, "signal": signal.name()}),
        Kind::NotAsked => json!({"id": id, "matches": false, "asked": false}),
        Kind::Failed { matcher, condition, found } => json!({
            "id": id,
            "matches": false,
            "failed": {"matcher": matcher, "condition": condition, "found": found},
        }),
        Kind::Matched { keep, decided, transforms } => {
            json!({"id": id, "matches": true, "keep": keep, "decided": decided, "transforms": transforms})
        }
    }
}
