//! One worker's view of the policies: the snapshot in use, and what each policy did.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use edge_policy::{Nanos, Registry, Signal};
use edge_protocol::{BodyFilter, FailOpen, Filtered, Outcome};
use telemetry::Set;

use crate::metrics::{Metrics, PolicyMetrics};
use crate::ticket::Ticket;

/// Evaluation state and the sets that its tallies go to.
pub(crate) struct Policies {
    state: RefCell<State>,
}

struct State {
    worker: edge_policy::Worker,
    /// By the policy's index in the worker's snapshot.
    sets: Vec<Set<PolicyMetrics>>,
}

impl Policies {
    pub(crate) fn new(registry: &Registry, seed: u64, metrics: &Metrics) -> Self {
        let worker = edge_policy::Worker::new(registry.load(), seed);
        let sets = metrics.policies(worker.snapshot().ids());
        Self { state: RefCell::new(State { worker, sets }) }
    }

    /// Whether any policy in force targets `signal`, or somebody looks on.
    pub(crate) fn targets(&self, ticket: &Ticket, signal: Signal) -> bool {
        let mut state = self.state.borrow_mut();
        state.catch_up(ticket);
        state.worker.looks_at(signal)
    }

    /// Judges one body, wholly by one snapshot, and counts what its policies did.
    pub(crate) fn filter(
        &self,
        signal: Signal,
        format: &dyn BodyFilter,
        body: &[u8],
        ticket: &Ticket,
    ) -> Filtered {
        let mut state = self.state.borrow_mut();
        state.catch_up(ticket);
        let began = Instant::now();
        let now = Nanos(began.duration_since(ticket.worker().shared.epoch).as_nanos() as u64);
        let filtered = state.filter(format, body, now);
        ticket.metrics().evaluated(signal, began.elapsed(), &filtered.outcome);
        state.drain();
        filtered
    }
}

impl State {
    /// Tallies are drained after every body, so that none are left when the snapshot they belong to goes.
    fn catch_up(&mut self, ticket: &Ticket) {
        let registry = &ticket.worker().shared.policies;
        if self.worker.is_behind(registry) && self.worker.adopt(&registry.load()) {
            self.sets = ticket.metrics().policies(self.worker.snapshot().ids());
        }
        self.worker.admit(registry.audience());
    }

    /// A defect of ours costs the evaluation, not the data: what a panic leaves behind is thrown away.
    fn filter(&mut self, format: &dyn BodyFilter, body: &[u8], now: Nanos) -> Filtered {
        let filtered = catch_unwind(AssertUnwindSafe(|| format.filter(body, &mut self.worker, now)));
        filtered.unwrap_or_else(|_| {
            self.worker = edge_policy::Worker::new(Arc::clone(self.worker.snapshot()), now.0);
            Filtered { outcome: Outcome::FailOpen(FailOpen::Panic), ..Filtered::default() }
        })
    }

    fn drain(&mut self) {
        let sets = &self.sets;
        self.worker.drain_tallies(|policy, tally| {
            if let Some(set) = sets.get(policy) {
                set.hits.add(tally.hits);
                set.misses.add(tally.misses);
                set.dropped.add(tally.bytes_dropped);
                set.kept.add(tally.bytes_kept);
                let [remove, redact, rename, add] = tally.stages;
                set.remove_hits.add(remove.hits);
                set.remove_misses.add(remove.misses);
                set.redact_hits.add(redact.hits);
                set.redact_misses.add(redact.misses);
                set.rename_hits.add(rename.hits);
                set.rename_misses.add(rename.misses);
                set.add_hits.add(add.hits);
                set.add_misses.add(add.misses);
            }
        });
    }
}
