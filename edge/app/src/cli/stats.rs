//! What each policy did, in the form that `policy eval` writes and `policy test` expects.

use std::collections::BTreeMap;
use std::sync::Arc;

use edge_policy::{Tally, Worker};
use serde_json::{Value, json};

use super::extensions;

/// What each policy did, and what is wrong with those that did nothing or with their extensions.
pub(super) fn of(worker: &mut Worker) -> Value {
    let snapshot = Arc::clone(worker.snapshot());
    let mut rows: BTreeMap<&str, (Tally, Vec<String>)> = BTreeMap::new();
    worker.drain_tallies(|index, tally| rows.entry(&snapshot.ids()[index]).or_default().0 = tally);
    for rejected in snapshot.rejected() {
        rows.entry(&rejected.id).or_default().1.clone_from(&rejected.errors);
    }
    for (id, error) in extensions::problems(&snapshot) {
        rows.entry(id).or_default().1.push(error);
    }
    let rows = rows.into_iter().map(|(id, (tally, errors))| {
        let mut row = json!({"policy_id": id, "hits": tally.hits, "misses": tally.misses});
        if !errors.is_empty() {
            row["errors"] = errors.into();
        }
        row
    });
    json!({"policies": rows.collect::<Vec<_>>()})
}
