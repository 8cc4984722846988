//! What came of a trial, in figures and samples.

use std::collections::{BTreeMap, HashMap};

use edge_policy::Rejected;
use serde_json::{Map, Value, json};

use super::judge::{Outcome, Verdict};

/// Records shown for each kind of decision and policy.
const SAMPLES_EACH_MAX: usize = 2;

/// Records shown in all.
const SAMPLES_MAX: usize = 20;

/// Records and their bytes as decoded.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    records: u64,
    bytes: u64,
}

impl Count {
    fn add(&mut self, bytes: usize) {
        self.records += 1;
        self.bytes += bytes as u64;
    }

    fn to_json(self) -> Value {
        json!({"records": self.records, "bytes": self.bytes})
    }
}

/// By outcome.
type Counts = [Count; Outcome::ALL.len()];

/// Which records are alike: what becomes of them now, what would, and by which policy.
type Case = (Option<Outcome>, Outcome, Option<String>);

#[derive(Debug, Default)]
pub(super) struct Report {
    seen: Count,
    skipped: u64,
    counts: Counts,
    policies: BTreeMap<String, Counts>,
    differences: BTreeMap<(Outcome, Outcome), Count>,
    samples: Vec<Value>,
    sampled: HashMap<Case, usize>,
    rejected: Vec<Value>,
}

impl Report {
    pub(super) fn new(ids: &[String], rejected: &[Rejected]) -> Self {
        let policies = ids.iter().map(|id| (id.clone(), Counts::default())).collect();
        let row = |rejected: &Rejected| json!({"id": rejected.id, "errors": rejected.errors});
        Self { policies, rejected: rejected.iter().map(row).collect(), ..Self::default() }
    }

    pub(super) fn skipped(&mut self, records: u64) {
        self.skipped += records;
    }

    pub(super) fn add(
        &mut self,
        verdict: &Verdict,
        bytes: usize,
        now: Option<&Verdict>,
        record: impl FnOnce() -> Value,
    ) {
        self.seen.add(bytes);
        self.counts[verdict.outcome as usize].add(bytes);
        // A drop is the doing of one policy; whoever else matches had no say.
        let deciding = match verdict.outcome {
            Outcome::Dropped => verdict.dropped_by.as_slice(),
            Outcome::Kept | Outcome::Changed => &verdict.matched,
        };
        for id in deciding {
            self.policies.entry(id.clone()).or_default()[verdict.outcome as usize].add(bytes);
        }
        if let Some(now) = now.filter(|now| now.outcome != verdict.outcome) {
            self.differences.entry((now.outcome, verdict.outcome)).or_default().add(bytes);
        }
        self.sample(verdict, now, record);
    }

    /// Shows what differs from now, or, where nothing is compared, what does not go on as it came.
    fn sample(&mut self, verdict: &Verdict, now: Option<&Verdict>, record: impl FnOnce() -> Value) {
        let is_telling = now.map_or(verdict.outcome != Outcome::Kept, |now| now.outcome != verdict.outcome);
        if !is_telling || self.samples.len() >= SAMPLES_MAX {
            return;
        }
        let by = match verdict.outcome {
            Outcome::Dropped => verdict.dropped_by.clone(),
            Outcome::Kept => now.and_then(|now| now.dropped_by.clone()),
            Outcome::Changed => verdict.matched.first().cloned(),
        };
        let now = now.map(|now| now.outcome);
        let shown = self.sampled.entry((now, verdict.outcome, by.clone())).or_default();
        if *shown < SAMPLES_EACH_MAX {
            *shown += 1;
            self.samples.push(json!({
                "now": now.map(Outcome::name),
                "then": verdict.outcome.name(),
                "policy": by,
                "record": record(),
            }));
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let mut total = outcomes(&self.counts);
        total["seen"] = self.seen.to_json();
        total["skipped"] = json!({"records": self.skipped});
        let policies = self.policies.iter().map(|(id, counts)| {
            let mut row = outcomes(counts);
            row["id"] = id.as_str().into();
            row
        });
        let differences = self.differences.iter().map(|((now, then), count)| {
            json!({"now": now.name(), "then": then.name(), "records": count.records, "bytes": count.bytes})
        });
        json!({
            "total": total,
            "policies": policies.collect::<Vec<_>>(),
            "differences": differences.collect::<Vec<_>>(),
            "samples": self.samples,
            "rejected": self.rejected,
        })
    }
}

fn outcomes(counts: &Counts) -> Value {
    let rows = Outcome::ALL.iter().zip(counts);
    Value::Object(
        rows.map(|(outcome, count)| (outcome.name().to_owned(), count.to_json())).collect::<Map<_, _>>(),
    )
}
