//! What a policy server was told, added up.

use std::collections::BTreeMap;

use serde_json::Value;

/// What was told of one policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Matches that had their way.
    pub hits: i64,
    /// Matches that had not.
    pub misses: i64,
    /// Hits and misses of remove, redact, rename and add.
    pub stages: [(i64, i64); 4],
    /// The errors that were told last.
    pub errors: Vec<String>,
}

pub(super) fn add(totals: &mut BTreeMap<String, Totals>, request: &Value) {
    for status in request["policy_statuses"].as_array().into_iter().flatten() {
        let id = status["id"].as_str().unwrap_or_default().to_owned();
        let total = totals.entry(id).or_default();
        let count = |value: &Value| value.as_i64().unwrap_or_default();
        total.hits += count(&status["match_hits"]);
        total.misses += count(&status["match_misses"]);
        for (stage, name) in total.stages.iter_mut().zip(["remove", "redact", "rename", "add"]) {
            stage.0 += count(&status[name]["hits"]);
            stage.1 += count(&status[name]["misses"]);
        }
        let errors = status["errors"].as_array().into_iter().flatten();
        total.errors = errors.filter_map(|error| error.as_str().map(str::to_owned)).collect();
    }
}
