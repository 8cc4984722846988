//! Snapshots: immutable compiled sets, and the place where the current one is published.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::engine::{Engine, Source};
use crate::evaluate::RateState;
use crate::keep::Keep;
use crate::model::{LogTarget, Policy, Target};
use crate::pattern::Pattern;
use crate::read::{PolicySet, Rejected};
use crate::signal::Signal;

/// An immutable compiled set of policies.
#[derive(Debug, Default)]
pub struct Snapshot {
    ids: Vec<String>,
    rejected: Vec<Rejected>,
    log: Engine,
    rates: HashMap<String, Arc<RateState>>,
}

impl Snapshot {
    /// Compiles the enabled policies of a set. The rate-limit windows of `previous` go on where a policy still
    /// has the same limit.
    pub fn compile(set: &PolicySet, previous: Option<&Snapshot>) -> Self {
        let mut rejected = set.rejected.clone();
        let mut policies: Vec<&Policy> = set.policies.iter().filter(|policy| policy.enabled).collect();
        policies.sort_by(|a, b| a.id.cmp(&b.id));
        loop {
            let (snapshot, unusable) = Self::build(&policies, previous);
            if unusable.is_empty() {
                return Self { rejected, ..snapshot };
            }
            // What no engine can take is known only now: leave those policies out and build again.
            for (position, error) in &unusable {
                reject(&mut rejected, &policies[*position].id, error);
            }
            let mut position = 0..;
            policies.retain(|_| {
                let position = position.next();
                !unusable.iter().any(|(unusable, _)| Some(*unusable) == position)
            });
        }
    }

    fn build(policies: &[&Policy], previous: Option<&Snapshot>) -> (Self, Vec<(usize, String)>) {
        let mut rates = HashMap::new();
        let mut sources = Vec::with_capacity(policies.len());
        for (index, policy) in policies.iter().enumerate() {
            let Target::Log(target) = &policy.target;
            let rate = rate_state(&policy.id, target, previous);
            rates.extend(rate.iter().map(|rate| (policy.id.clone(), Arc::clone(rate))));
            sources.push(Source { index: index as u32, target, rate });
        }
        let (log, unusable) = Engine::compile(sources);
        let ids = policies.iter().map(|policy| policy.id.clone()).collect();
        (Self { ids, rejected: Vec::new(), log, rates }, unusable)
    }

    /// Whether any policy in force targets `signal`.
    pub fn targets(&self, signal: Signal) -> bool {
        match signal {
            Signal::Log => !self.log.policies.is_empty(),
            Signal::Metric | Signal::Trace => false,
        }
    }

    /// Ids of the policies in force, ascending; a policy's position is its index in tallies.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Policies that are not in force because they are invalid.
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// Memory that compiled pattern databases take, in bytes.
    pub fn database_bytes(&self) -> usize {
        self.log.databases.iter().map(edge_hyperscan::Database::bytes).sum()
    }

    /// Patterns that the pattern library does not look for.
    pub(crate) fn fallback_patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.log.slots.iter().flat_map(|slot| slot.patterns.alone())
    }

    pub(crate) fn log(&self) -> &Engine {
        &self.log
    }
}

fn rate_state(id: &str, target: &LogTarget, previous: Option<&Snapshot>) -> Option<Arc<RateState>> {
    let Keep::Rate(limit) = target.keep else { return None };
    let earlier = previous.and_then(|snapshot| snapshot.rates.get(id)).filter(|state| state.limit() == limit);
    Some(earlier.map_or_else(|| Arc::new(RateState::new(limit)), Arc::clone))
}

fn reject(rejected: &mut Vec<Rejected>, id: &str, error: &str) {
    match rejected.iter_mut().find(|rejected| rejected.id == id) {
        Some(known) if known.errors.iter().any(|known| known == error) => {}
        Some(known) => known.errors.push(error.to_owned()),
        None => rejected.push(Rejected { id: id.to_owned(), errors: vec![error.to_owned()] }),
    }
}

/// Where the current snapshot is published: one atomic pointer, read without a lock.
#[derive(Debug, Default)]
pub struct Registry(ArcSwap<Snapshot>);

impl Registry {
    /// The current snapshot.
    pub fn load(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }

    /// Whether `snapshot` is the current one; costs no reference count.
    pub fn is_current(&self, snapshot: &Arc<Snapshot>) -> bool {
        Arc::ptr_eq(&self.0.load(), snapshot)
    }

    /// Replaces the current snapshot; readers of the old one keep it until they are done.
    pub fn publish(&self, snapshot: Snapshot) {
        self.0.store(Arc::new(snapshot));
    }
}
