//! What policies did, as the server is told.

use edge_policy::{Rejected, Tally};
use serde_json::{Map, Value, json};

/// What policies did since the last report that arrived.
pub trait Counts: Send {
    /// What each policy did since the last delivery, by id.
    fn collect(&mut self) -> Vec<(String, Tally)>;

    /// What was collected last has been delivered.
    fn delivered(&mut self);
}

/// Names of the transform stages, in the order in which a tally has them.
const STAGES: [&str; 4] = ["remove", "redact", "rename", "add"];

/// A `PolicySyncStatus` for each policy that counted something or has something wrong with it, in the order of their ids.
pub(super) fn statuses(counts: &[(String, Tally)], rejected: &[Rejected]) -> Vec<Value> {
    let mut statuses: Vec<(&str, Map<String, Value>)> = Vec::new();
    for (id, tally) in counts.iter().filter(|(_, tally)| is_counted(tally)) {
        statuses.push((id, counters(tally)));
    }
    for Rejected { id, errors } in rejected.iter().filter(|rejected| !rejected.errors.is_empty()) {
        let known = statuses.iter().position(|(known, _)| known == id);
        let at = known.unwrap_or_else(|| {
            statuses.push((id, Map::new()));
            statuses.len() - 1
        });
        let all = statuses[at].1.entry("errors").or_insert_with(|| json!([]));
        all.as_array_mut().expect("errors are a list").extend(errors.iter().cloned().map(Value::from));
    }
    statuses.sort_by_key(|(id, _)| *id);
    let named = |(id, mut status): (&str, Map<String, Value>)| {
        status.insert("id".to_owned(), id.into());
        Value::Object(status)
    };
    statuses.into_iter().map(named).collect()
}

/// Bytes are none of the protocol's.
fn is_counted(tally: &Tally) -> bool {
    let is_some = |hits, misses| hits > 0 || misses > 0;
    is_some(tally.hits, tally.misses) || tally.stages.iter().any(|stage| is_some(stage.hits, stage.misses))
}

fn counters(tally: &Tally) -> Map<String, Value> {
    let mut counters = Map::new();
    let mut count = |name: &str, value: u64| {
        if value > 0 {
            counters.insert(name.to_owned(), int64(value).into());
        }
    };
    count("match_hits", tally.hits);
    count("match_misses", tally.misses);
    for (name, stage) in STAGES.iter().zip(&tally.stages) {
        if stage.hits > 0 || stage.misses > 0 {
            counters.insert(
                (*name).to_owned(),
                json!({"hits": int64(stage.hits), "misses": int64(stage.misses)}),
            );
        }
    }
    counters
}

/// All that the protocol has room for.
fn int64(count: u64) -> u64 {
    count.min(i64::MAX as u64)
}

#[cfg(test)]
mod tests {
    use edge_policy::StageTally;

    use super::*;

    #[test]
    fn only_what_counted_or_is_wrong_is_told() {
        let mut tally = Tally { hits: 3, bytes_dropped: 9, ..Tally::default() };
        tally.stages[1] = StageTally { hits: 2, misses: 1 };
        let counts = [
            ("z".to_owned(), tally),
            ("idle".to_owned(), Tally { bytes_dropped: 9, ..Tally::default() }),
            ("both".to_owned(), Tally { misses: 1, ..Tally::default() }),
        ];
        let rejected =
            ["both", "a", "a"].map(|id| Rejected { id: id.to_owned(), errors: vec!["wrong".to_owned()] });
        assert_eq!(
            statuses(&counts, &rejected),
            [
                json!({"id": "a", "errors": ["wrong", "wrong"]}),
                json!({"id": "both", "match_misses": 1, "errors": ["wrong"]}),
                json!({"id": "z", "match_hits": 3, "redact": {"hits": 2, "misses": 1}}),
            ]
        );
        assert_eq!(statuses(&[], &[]), [Value::Null; 0]);
    }
}
