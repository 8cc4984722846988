//! What policy-rs finds in each record, without what it draws or counts: only this can be compared.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};

use policy_rs::{EvaluateResult, PolicyEngine, PolicySnapshot};

use crate::record::Record;

/// Writes `WINNER MATCHED,MATCHED,…` per record, or `-` where no policy matched; counts records by the
/// winner's keep.
pub fn write(
    snapshot: &PolicySnapshot,
    records: &[Record],
    path: &str,
) -> Result<BTreeMap<&'static str, u64>, Box<dyn Error>> {
    let engine = PolicyEngine::new();
    let mut out = BufWriter::new(File::create(path)?);
    let mut outcomes = BTreeMap::new();
    drain_matched(snapshot);
    for record in records {
        let (outcome, winner) = decision(engine.evaluate(snapshot, record)?);
        *outcomes.entry(outcome).or_default() += 1;
        let matched = drain_matched(snapshot);
        match winner {
            Some(winner) => writeln!(out, "{winner} {}", matched.join(","))?,
            None => writeln!(out, "-")?,
        }
    }
    out.flush()?;
    Ok(outcomes)
}

fn decision(result: EvaluateResult) -> (&'static str, Option<String>) {
    match result {
        EvaluateResult::NoMatch => ("no_match", None),
        EvaluateResult::Keep { policy_id, .. } => ("keep", Some(policy_id)),
        EvaluateResult::Drop { policy_id } => ("drop", Some(policy_id)),
        EvaluateResult::Sample { policy_id, .. } => ("sample", Some(policy_id)),
        EvaluateResult::RateLimit { policy_id, .. } => ("rate_limit", Some(policy_id)),
    }
}

/// Ids of the policies counted since the last call, ascending. A matching policy is counted exactly once per
/// record, as a hit or as a miss; policy-rs has no other way to tell which ones matched.
fn drain_matched(snapshot: &PolicySnapshot) -> Vec<&str> {
    let counted = snapshot.iter().filter(|entry| entry.stats.reset() != (0, 0));
    let mut ids: Vec<&str> = counted.map(|entry| entry.policy.id()).collect();
    ids.sort_unstable();
    ids
}
