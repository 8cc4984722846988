//! What policies did, as servers of policies are told: the same counts that the admin routes show, and those of the
//! edges that have their policies from this one.

use std::collections::HashMap;

use edge_policy::{StageTally, Tally};
use edge_provider::Counts;
use telemetry::{CollectedSet, Reader, Telemetry, Temporality};

use crate::admin::{names, sum};

/// A cursor of its own: what one server has been told of is still news to another.
#[derive(Debug)]
pub(crate) struct PolicyCounts(Reader);

impl PolicyCounts {
    pub(crate) fn new(telemetry: &Telemetry) -> Self {
        Self(telemetry.reader(Temporality::Delta))
    }
}

impl Counts for PolicyCounts {
    fn collect(&mut self) -> Vec<(String, Tally)> {
        let mut counts: HashMap<String, Tally> = HashMap::new();
        for set in self.0.collect().sets() {
            if let Some(id) = set.attribute(names::POLICY_ID) {
                add(counts.entry(id.to_text().into_owned()).or_default(), &set);
            }
        }
        counts.into_iter().collect()
    }

    fn delivered(&mut self) {
        self.0.delivered();
    }
}

/// A set has one of the two, and of the other nothing.
fn add(tally: &mut Tally, set: &CollectedSet<'_>) {
    let add = |count: &mut u64, name| *count = count.saturating_add(sum(set, name));
    for (hit, miss) in
        [(names::POLICY_HITS, names::POLICY_MISSES), (names::DOWNSTREAM_HITS, names::DOWNSTREAM_MISSES)]
    {
        add(&mut tally.hits, hit);
        add(&mut tally.misses, miss);
    }
    for stages in [names::POLICY_STAGES, names::DOWNSTREAM_STAGES] {
        for (StageTally { hits, misses }, [hit, miss]) in tally.stages.iter_mut().zip(stages) {
            add(hits, hit);
            add(misses, miss);
        }
    }
}
