//! What is said about policies at `/_edge/policies`, as text and as JSON.

use std::fmt::Write as _;

use edge_policy::Rejected;
use serde_json::{Value, json};

/// The policies in force and those that are not.
#[derive(Debug, Clone, Default)]
pub struct PolicyReport {
    /// In force, ascending by id.
    pub policies: Vec<PolicyRow>,
    /// Not in force, because they are invalid.
    pub rejected: Vec<Rejected>,
}

/// What one policy did since the process started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyRow {
    /// The policy's id.
    pub id: String,
    /// Records it matched and had its way with.
    pub hits: u64,
    /// Records it matched that another policy dropped.
    pub misses: u64,
    /// Bytes of the records it matched that were kept, as decoded.
    pub bytes_kept: u64,
    /// Bytes of the records it dropped, as decoded.
    pub bytes_saved: u64,
    /// What is wrong with it, although it is in force.
    pub errors: Vec<String>,
}

pub(super) fn json(report: &PolicyReport) -> String {
    let policies: Vec<Value> = report.policies.iter().map(row).collect();
    let rejected: Vec<Value> = report
        .rejected
        .iter()
        .map(|rejected| json!({"id": rejected.id, "errors": rejected.errors}))
        .collect();
    json!({"policies": policies, "rejected": rejected}).to_string()
}

fn row(row: &PolicyRow) -> Value {
    let PolicyRow { id, hits, misses, bytes_kept, bytes_saved, errors } = row;
    let mut row = json!({
        "id": id, "hits": hits, "misses": misses, "bytes_saved": bytes_saved, "bytes_kept": bytes_kept,
    });
    if !errors.is_empty() {
        row["errors"] = json!(errors);
    }
    row
}

pub(super) fn text(report: &PolicyReport) -> String {
    let width = report.policies.iter().map(|row| row.id.chars().count()).max().unwrap_or(0).max(6);
    let mut out = format!(
        "{:width$} {:>12} {:>12} {:>14} {:>14}\n",
        "policy", "hits", "misses", "bytes saved", "bytes kept"
    );
    for PolicyRow { id, hits, misses, bytes_kept, bytes_saved, errors } in &report.policies {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{id:width$} {hits:>12} {misses:>12} {bytes_saved:>14} {bytes_kept:>14}");
        for error in errors {
            let _ = writeln!(out, "  {error}");
        }
    }
    for rejected in &report.rejected {
        let _ = writeln!(out, "\nrejected {}", rejected.id);
        for error in &rejected.errors {
            let _ = writeln!(out, "  {error}");
        }
    }
    out
}
