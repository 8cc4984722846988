//! One worker's evaluation state.

use std::sync::Arc;

use edge_hyperscan::Scanner;

use super::audience::Audience;
use super::chance::Random;
use super::session::Session;
use super::tally::{Tallies, Tally};
use super::watch::Watch;
use crate::compile::{Engine, Registry, Slot, Snapshot, TextId};
use crate::field::Level;
use crate::signal::{Nanos, Signal};

/// One worker's evaluation state: scratch memory, randomness and tallies; never shared between threads.
#[derive(Debug)]
pub struct Worker {
    pub(super) snapshot: Arc<Snapshot>,
    /// By signal.
    pub(super) scratch: [Scratch; Signal::ALL.len()],
    pub(super) random: Random,
    pub(super) tallies: Tallies,
    pub(super) watch: Option<Box<dyn Watch>>,
    /// The version of the audience that `watch` stands for, under the snapshot in use.
    audience: u64,
    /// Whether no log record is dropped.
    pub(super) keeps_all: bool,
}

impl Worker {
    /// A worker over `snapshot`; `seed` starts its random draws.
    pub fn new(snapshot: Arc<Snapshot>, seed: u64) -> Self {
        let scratch = Scratch::all(&snapshot);
        let tallies = Tallies::new(snapshot.ids().len());
        Self {
            snapshot,
            scratch,
            random: Random::new(seed),
            tallies,
            watch: None,
            audience: 0,
            keeps_all: false,
        }
    }

    /// A worker that drops no log record, so that transforms alone act, and takes nothing of a rate limit: for showing
    /// a record as it goes on, or would.
    pub fn for_show(snapshot: Arc<Snapshot>) -> Self {
        Self { keeps_all: true, ..Self::new(snapshot, 0) }
    }

    /// Takes over another snapshot if it is not the current one already; true if it was not. Tallies that were
    /// not drained before are lost.
    pub fn adopt(&mut self, snapshot: &Arc<Snapshot>) -> bool {
        if Arc::ptr_eq(&self.snapshot, snapshot) {
            return false;
        }
        self.scratch = Scratch::all(snapshot);
        self.tallies = Tallies::new(snapshot.ids().len());
        self.snapshot = Arc::clone(snapshot);
        // What looks on knows policies by their position in the old one.
        (self.watch, self.audience) = (None, 0);
        true
    }

    /// Lets those look on who do now; costs a plain load while nobody comes or goes.
    pub fn admit(&mut self, audience: &Audience) {
        let version = audience.version();
        if self.audience != version {
            self.audience = version;
            self.watch = audience.watch(&self.snapshot);
        }
    }

    /// Whether `registry` has a snapshot that this worker has not adopted.
    pub fn is_behind(&self, registry: &Registry) -> bool {
        !registry.is_current(&self.snapshot)
    }

    /// The snapshot in use.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Begins a batch; `None` if no policy targets the signal and nobody looks on.
    pub fn session<'a>(&mut self, signal: Signal, now: Nanos) -> Option<Session<'_, 'a>> {
        self.looks_at(signal).then(|| Session::new(self, signal, now))
    }

    /// Whether a policy targets the signal, or somebody looks on, who wants to see what none does too.
    pub fn looks_at(&self, signal: Signal) -> bool {
        self.snapshot.targets(signal) || self.watch.is_some()
    }

    /// Lets somebody look on from now on, or nobody; gives back who did.
    pub fn watch(&mut self, watch: Option<Box<dyn Watch>>) -> Option<Box<dyn Watch>> {
        std::mem::replace(&mut self.watch, watch)
    }

    /// Calls `visit(policy index, tally)` for every policy counted since the last drain, and resets them.
    pub fn drain_tallies(&mut self, visit: impl FnMut(usize, Tally)) {
        self.tallies.drain(visit);
    }
}

/// No string of the tables.
pub(crate) const NO_TEXT: u32 = u32::MAX;

/// Memory reused from record to record. What it says of a level is true while that level's epoch lasts.
#[derive(Debug)]
pub(crate) struct Scratch {
    /// Absent if the scratch memory could not be allocated: then the fallback engine looks for every pattern.
    pub(crate) scanner: Option<Scanner>,
    /// By slot: where its patterns begin in `hits`.
    pub(crate) first_pattern: Vec<u32>,
    /// By pattern: the epoch in which it was last found.
    pub(crate) hits: Vec<u64>,
    /// By slot: the epoch in which it was last scanned.
    pub(crate) scanned: Vec<u64>,
    /// By slot: which of its strings the value is, or `NO_TEXT`.
    pub(crate) texts: Vec<u32>,
    /// Bytes in hexadecimal.
    pub(crate) hex: Vec<u8>,
    /// Groups of patterns that the text in hand is searched by.
    pub(crate) groups: Vec<u32>,
    /// Which strings are among the values of the slots that have several, ascending.
    pub(crate) many_texts: Vec<(Slot, TextId)>,
    /// By level: the current epoch.
    pub(crate) epochs: [u64; Level::COUNT],
    /// By level: the slots that have a value.
    pub(crate) filled: [Vec<Slot>; Level::COUNT],
    /// By level: policies whose gate is open and whose checks hold so far.
    pub(crate) open: [Vec<u32>; Level::COUNT],
    /// Policies whose gate the level in hand has opened.
    pub(crate) candidates: Vec<u32>,
    /// Policies that match the record or data point in hand, in id order.
    pub(crate) matched: Vec<u32>,
    /// Policies that match the metric whose points are in hand, in id order.
    pub(crate) metric: Vec<u32>,
    /// The new trace state of the span in hand.
    pub(crate) trace_state: Vec<u8>,
    /// Policies that change the resource and the scope in hand, in id order.
    pub(crate) triggered: [Vec<u32>; 2],
}

impl Scratch {
    fn all(snapshot: &Snapshot) -> [Self; Signal::ALL.len()] {
        Signal::ALL.map(|signal| Self::new(snapshot.engine(signal)))
    }

    fn new(engine: &Engine) -> Self {
        let mut patterns = 0;
        let first_pattern = engine.slots.iter().map(|plan| {
            let first = patterns;
            patterns += plan.patterns.list.len() as u32;
            first
        });
        Self {
            first_pattern: first_pattern.collect(),
            scanner: Scanner::new(Arc::clone(&engine.databases)).ok(),
            hits: vec![0; patterns as usize],
            scanned: vec![0; engine.slots.len()],
            texts: vec![NO_TEXT; engine.slots.len()],
            hex: Vec::new(),
            groups: Vec::new(),
            many_texts: Vec::new(),
            epochs: [0; Level::COUNT],
            filled: Default::default(),
            open: Default::default(),
            candidates: Vec::new(),
            matched: Vec::new(),
            metric: Vec::new(),
            trace_state: Vec::new(),
            triggered: Default::default(),
        }
    }
}
