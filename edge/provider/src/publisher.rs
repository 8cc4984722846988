//! Compiles what all providers say together and publishes it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use edge_policy::{Flaw, PolicySet, Registry, Rejected, Snapshot};
use serde_json::Value;
use telemetry::{Set, Worker};

use crate::databases::DatabaseFolder;
use crate::events::{PolicyCompiling, PolicyFlawed, PolicyLoaded, PolicyRejected, PolicyWarning};
use crate::merge::{Class, Merge};
use crate::metrics::PolicyMetrics;
use crate::patience::tell_if_longer;
use crate::served::Served;

/// A compilation that takes longer is told: until it ends, what was in force before still is.
const COMPILE_PATIENCE: Duration = Duration::from_secs(1);

/// Where providers hand in what they say. The caller's thread does the work, one at a time.
#[derive(Debug)]
pub(crate) struct Publisher {
    registry: Arc<Registry>,
    databases: Option<DatabaseFolder>,
    served: Option<Arc<Served>>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    merge: Merge,
    metrics: Set<PolicyMetrics>,
    /// What operators have been told already.
    told: Vec<Rejected>,
    told_flaws: Vec<Flaw>,
}

impl Publisher {
    /// `served` is told too of what is in force. What is compiled is kept in `databases`.
    pub(crate) fn new(
        registry: Arc<Registry>,
        databases: Option<DatabaseFolder>,
        served: Option<Arc<Served>>,
        worker: &Worker,
    ) -> Self {
        let state = State {
            merge: Merge::default(),
            metrics: worker.register(()),
            told: Vec::new(),
            told_flaws: Vec::new(),
        };
        Self { registry, databases, served, state: Mutex::new(state) }
    }

    /// Replaces what `provider` says, read and as it came, and publishes everything anew.
    pub(crate) fn publish(&self, provider: &str, class: Class, set: PolicySet, trees: Vec<Value>) {
        // A provider that panicked left the merge as it was before or after its update: both are whole.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for warning in &set.warnings {
            PolicyWarning { provider, warning }.emit();
        }
        let trees = if self.served.is_some() { trees } else { Vec::new() };
        state.merge.update(provider, class, set, trees);
        let start = Instant::now();
        let merged = state.merge.merged();
        let tell = || {
            PolicyCompiling { provider, policies: merged.policies.len() as u64 }.emit();
        };
        let compile = || self.compile(&merged);
        let snapshot = tell_if_longer(COMPILE_PATIENCE, tell, compile);
        state.metrics.compile_duration.record(start.elapsed().as_secs_f64());
        state.count(&snapshot);
        state.tell(provider, &snapshot);
        self.registry.publish(snapshot);
        state.tell_flaws(self.registry.flaws());
        if let Some(served) = &self.served {
            served.replace(state.merge.trees());
        }
    }

    fn compile(&self, merged: &PolicySet) -> Snapshot {
        let previous = self.registry.load();
        match &self.databases {
            Some(databases) => Snapshot::compile_cached(merged, Some(&previous), databases),
            None => Snapshot::compile(merged, Some(&previous)),
        }
    }

    /// The policies that are not in force because something is wrong with them, as far as `provider` is the one whose
    /// word about them counts.
    pub(crate) fn rejected(&self, provider: &str, ids: &HashSet<String>) -> Vec<Rejected> {
        let mut rejected = self.registry.load().rejected().to_vec();
        let flaws = self.registry.flaws().into_iter();
        rejected.extend(flaws.map(|Flaw { policy, error }| Rejected { id: policy, errors: vec![error] }));
        rejected.retain(|it| ids.contains(&it.id) && self.counts_for(provider, &it.id));
        rejected
    }

    /// Whether nobody's word about the policy counts more than that of `provider`.
    pub(crate) fn counts_for(&self, provider: &str, id: &str) -> bool {
        !self.state.lock().unwrap_or_else(PoisonError::into_inner).merge.is_another(provider, id)
    }
}

impl State {
    fn count(&self, snapshot: &Snapshot) {
        self.metrics.active.set(snapshot.ids().len() as u64);
        self.metrics.rejected.set(snapshot.rejected().len() as u64);
        self.metrics.snapshots.inc();
    }

    /// Says what is wrong with policies in force, as far as it has not been said before.
    fn tell_flaws(&mut self, flaws: Vec<Flaw>) {
        for Flaw { policy, error } in flaws.iter().filter(|flaw| !self.told_flaws.contains(flaw)) {
            PolicyFlawed { id: policy, error }.emit();
        }
        self.told_flaws = flaws;
    }

    /// Says what is in force now, and of rejected policies what has not been said before.
    fn tell(&mut self, provider: &str, snapshot: &Snapshot) {
        let rejected = snapshot.rejected();
        for Rejected { id, errors } in rejected.iter().filter(|rejected| !self.told.contains(rejected)) {
            PolicyRejected { id, errors: errors.join("; ") }.emit();
        }
        self.told = rejected.to_vec();
        let (active, rejected) = (snapshot.ids().len() as u64, rejected.len() as u64);
        PolicyLoaded { provider, active, rejected }.emit();
    }
}
