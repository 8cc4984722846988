//! Snapshots: immutable compiled sets, and the place where the current one is published.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use edge_hyperscan::Database;

use super::databases::{DatabaseCache, Databases};
use super::engine::{Engine, Source};
use crate::evaluate::{Audience, Flaw, RateState};
use crate::keep::Keep;
use crate::model::{Extension, LogTarget, Policy, Target};
use crate::pattern::Pattern;
use crate::read::{PolicySet, Rejected};
use crate::signal::Signal;

/// An immutable compiled set of policies.
#[derive(Debug, Default)]
pub struct Snapshot {
    ids: Vec<String>,
    rejected: Vec<Rejected>,
    /// By signal.
    engines: [Engine; Signal::ALL.len()],
    rates: HashMap<String, Arc<RateState>>,
    databases_compiled: usize,
    extensions: Vec<Attached>,
}

/// An extension of a policy in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Position of the policy in the snapshot.
    pub policy: usize,
    /// Whose records the policy is about.
    pub signal: Signal,
    /// Which of the policy's extensions it is, for the place of a problem.
    pub index: usize,
    /// The extension.
    pub extension: Extension,
}

impl Snapshot {
    /// Compiles the enabled policies of a set. The rate-limit windows of `previous` go on where a policy still
    /// has the same limit, and its databases serve where patterns are the same.
    pub fn compile(set: &PolicySet, previous: Option<&Snapshot>) -> Self {
        Self::compile_from(set, previous, Databases::new(previous, None))
    }

    /// The same with a cache, which is asked for databases that `previous` does not have, and given the new ones.
    pub fn compile_cached(set: &PolicySet, previous: Option<&Snapshot>, cache: &dyn DatabaseCache) -> Self {
        Self::compile_from(set, previous, Databases::new(previous, Some(cache)))
    }

    fn compile_from(set: &PolicySet, previous: Option<&Snapshot>, mut databases: Databases<'_>) -> Self {
        let mut rejected = set.rejected.clone();
        let mut policies: Vec<&Policy> = set.policies.iter().filter(|policy| policy.enabled).collect();
        policies.sort_by(|a, b| a.id.cmp(&b.id));
        loop {
            let (snapshot, unusable) = Self::build(&policies, previous, &mut databases);
            if unusable.is_empty() {
                return Self { rejected, databases_compiled: databases.compiled(), ..snapshot };
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

    fn build(
        policies: &[&Policy],
        previous: Option<&Snapshot>,
        databases: &mut Databases<'_>,
    ) -> (Self, Vec<(usize, String)>) {
        let mut rates = HashMap::new();
        let mut sources = Signal::ALL.map(|_| (Vec::new(), Vec::new()));
        for (index, policy) in policies.iter().enumerate() {
            let rate = rate_state(policy, previous);
            rates.extend(rate.iter().map(|rate| (policy.id.clone(), Arc::clone(rate))));
            let (sources, positions) = &mut sources[policy.target.signal() as usize];
            sources.push(Source { index: index as u32, target: &policy.target, rate });
            positions.push(index);
        }
        let mut unusable = Vec::new();
        let engines = Signal::ALL.map(|signal| {
            let (sources, positions) = std::mem::take(&mut sources[signal as usize]);
            let (engine, refused) = Engine::compile(signal, sources, databases);
            unusable.extend(refused.into_iter().map(|(position, error)| (positions[position], error)));
            engine
        });
        let ids = policies.iter().map(|policy| policy.id.clone()).collect();
        let extensions = policies.iter().enumerate().flat_map(|(at, policy)| attached(at, policy)).collect();
        (Self { ids, engines, rates, extensions, ..Self::default() }, unusable)
    }

    /// Whether any policy in force targets `signal`.
    pub fn targets(&self, signal: Signal) -> bool {
        !self.engine(signal).policies.is_empty()
    }

    /// Ids of the policies in force, ascending; a policy's position is its index in tallies.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Policies that are not in force because they are invalid.
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// Extensions of the policies in force, by policy.
    pub fn extensions(&self) -> &[Attached] {
        &self.extensions
    }

    /// Memory that compiled pattern databases take, in bytes.
    pub fn database_bytes(&self) -> usize {
        self.databases().map(|database| database.bytes()).sum()
    }

    /// How many pattern databases had to be compiled for it, neither taken over nor cached.
    pub fn databases_compiled(&self) -> usize {
        self.databases_compiled
    }

    pub(super) fn databases(&self) -> impl Iterator<Item = &Arc<Database>> {
        self.engines.iter().flat_map(|engine| engine.databases.iter())
    }

    /// Patterns that the pattern library does not look for.
    pub(crate) fn fallback_patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.engines.iter().flat_map(|engine| &engine.slots).flat_map(|slot| slot.patterns.alone())
    }

    pub(crate) fn engine(&self, signal: Signal) -> &Engine {
        &self.engines[signal as usize]
    }
}

fn attached(position: usize, policy: &Policy) -> impl Iterator<Item = Attached> {
    let signal = policy.target.signal();
    policy.extensions.iter().enumerate().map(move |(index, extension)| Attached {
        policy: position,
        signal,
        index,
        extension: extension.clone(),
    })
}

fn rate_state(policy: &Policy, previous: Option<&Snapshot>) -> Option<Arc<RateState>> {
    let Target::Log(LogTarget { keep: Keep::Rate(limit), .. }) = policy.target else { return None };
    let known = previous.and_then(|snapshot| snapshot.rates.get(&policy.id));
    let earlier = known.filter(|state| state.limit() == limit);
    Some(earlier.map_or_else(|| Arc::new(RateState::new(limit)), Arc::clone))
}

fn reject(rejected: &mut Vec<Rejected>, id: &str, error: &str) {
    match rejected.iter_mut().find(|rejected| rejected.id == id) {
        Some(known) if known.errors.iter().any(|known| known == error) => {}
        Some(known) => known.errors.push(error.to_owned()),
        None => rejected.push(Rejected { id: id.to_owned(), errors: vec![error.to_owned()] }),
    }
}

/// Where the current snapshot is published: one atomic pointer, read without a lock. And where those meet who look on
/// while it is applied.
#[derive(Debug, Default)]
pub struct Registry {
    snapshot: ArcSwap<Snapshot>,
    audience: Arc<Audience>,
}

impl Registry {
    /// The current snapshot.
    pub fn load(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Whether `snapshot` is the current one; costs no reference count.
    pub fn is_current(&self, snapshot: &Arc<Snapshot>) -> bool {
        Arc::ptr_eq(&self.snapshot.load(), snapshot)
    }

    /// Replaces the current snapshot; readers of the old one keep it until they are done.
    pub fn publish(&self, snapshot: Snapshot) {
        self.snapshot.store(Arc::new(snapshot));
    }

    /// Who looks on while workers decide.
    pub fn audience(&self) -> &Arc<Audience> {
        &self.audience
    }

    /// What is wrong with policies that are in force all the same, ascending by policy.
    pub fn flaws(&self) -> Vec<Flaw> {
        self.audience.flaws(&self.load())
    }
}
