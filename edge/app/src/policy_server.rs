//! Gives other edges the policies in force here, and hears what they did.
//!
//! What others count is counted here too, apart from what edge itself did, and goes on with edge's own report: the server
//! that the policies came from learns of every match, however many edges stand between. Errors of others are logged.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use edge_policy::Tally;
use edge_protocol::{PolicySource, PolicyStatus, SyncEncoding};
use edge_provider::{Readiness, Served};
use telemetry::{Counter, Set, Telemetry, Worker, attribute_set, metric_set};

use crate::events::{DownstreamCountsOverflowed, DownstreamPolicyRejected};

/// Which policy.
#[attribute_set(name = "edge.policy.downstream")]
pub(crate) struct DownstreamAttributes {
    /// Id of the policy.
    #[attribute(key = "policy.id")]
    pub(crate) id: String,
}

/// What one policy did in the edges that have it from this one.
#[metric_set(name = "edge.policy.downstream", attributes = DownstreamAttributes)]
#[derive(Debug)]
pub(crate) struct DownstreamMetrics {
    /// Records it matched and had its way with.
    #[metric(unit = "{record}")]
    pub(crate) hits: Counter<u64>,
    /// Records it matched that another policy dropped.
    #[metric(unit = "{record}")]
    pub(crate) misses: Counter<u64>,
    /// Fields it was to remove and did.
    #[metric(unit = "{operation}")]
    pub(crate) remove_hits: Counter<u64>,
    /// Fields it was to remove and did not.
    #[metric(unit = "{operation}")]
    pub(crate) remove_misses: Counter<u64>,
    /// Fields it was to redact and did.
    #[metric(unit = "{operation}")]
    pub(crate) redact_hits: Counter<u64>,
    /// Fields it was to redact and did not.
    #[metric(unit = "{operation}")]
    pub(crate) redact_misses: Counter<u64>,
    /// Fields it was to rename and did.
    #[metric(unit = "{operation}")]
    pub(crate) rename_hits: Counter<u64>,
    /// Fields it was to rename and did not.
    #[metric(unit = "{operation}")]
    pub(crate) rename_misses: Counter<u64>,
    /// Fields it was to add and did.
    #[metric(unit = "{operation}")]
    pub(crate) add_hits: Counter<u64>,
    /// Fields it was to add and did not.
    #[metric(unit = "{operation}")]
    pub(crate) add_misses: Counter<u64>,
}

/// Where other edges have their policies from.
#[derive(Debug)]
pub(crate) struct PolicyServer {
    served: Arc<Served>,
    loaded: Readiness,
    downstream: Mutex<Downstream>,
}

/// What others told. Rare enough for one lock.
#[derive(Debug)]
struct Downstream {
    worker: Worker,
    /// By policy; only of those that were offered, so that nobody can make it grow.
    sets: HashMap<String, Counted>,
    /// The errors that were logged last, by policy.
    errors: HashMap<String, Vec<String>>,
}

/// What others told of one policy.
#[derive(Debug)]
struct Counted {
    set: Set<DownstreamMetrics>,
    /// Of each counter: the protocol has no room for more than an `int64`.
    totals: [u64; 10],
}

impl PolicyServer {
    pub(crate) fn new(served: Arc<Served>, loaded: Readiness, telemetry: &Telemetry) -> Self {
        let downstream =
            Downstream { worker: telemetry.worker(), sets: HashMap::new(), errors: HashMap::new() };
        Self { served, loaded, downstream: Mutex::new(downstream) }
    }
}

impl PolicySource for PolicyServer {
    fn response(&self, encoding: SyncEncoding) -> Option<Bytes> {
        // Half of the providers' policies would take the others' away.
        let offer = self.served.offer().filter(|_| self.loaded.is_ready())?;
        Some(match encoding {
            SyncEncoding::Json => offer.json.clone(),
            SyncEncoding::Protobuf => offer.protobuf.clone(),
        })
    }

    fn told(&self, statuses: &[PolicyStatus]) {
        // Counters are whole whenever somebody panics.
        let mut downstream = self.downstream.lock().unwrap_or_else(PoisonError::into_inner);
        for status in statuses.iter().filter(|status| self.served.has_offered(&status.id)) {
            downstream.count(status);
            downstream.tell(status);
        }
    }
}

impl Downstream {
    fn count(&mut self, status: &PolicyStatus) {
        let Self { worker, sets, .. } = self;
        let register = || Counted {
            set: worker.register(DownstreamAttributes { id: status.id.clone() }),
            totals: [0; 10],
        };
        if !sets.entry(status.id.clone()).or_insert_with(register).add(&status.tally) {
            DownstreamCountsOverflowed { id: &status.id }.emit();
        }
    }

    fn tell(&mut self, status: &PolicyStatus) {
        if status.errors.is_empty() || self.errors.get(&status.id) == Some(&status.errors) {
            return;
        }
        DownstreamPolicyRejected { id: &status.id, errors: status.errors.join("; ") }.emit();
        self.errors.insert(status.id.clone(), status.errors.clone());
    }
}

impl Counted {
    /// Adds what there is room for; whether that was all.
    fn add(&mut self, tally: &Tally) -> bool {
        let Self { set, totals } = self;
        let [remove, redact, rename, add] = tally.stages;
        let counts = [
            (&set.hits, tally.hits),
            (&set.misses, tally.misses),
            (&set.remove_hits, remove.hits),
            (&set.remove_misses, remove.misses),
            (&set.redact_hits, redact.hits),
            (&set.redact_misses, redact.misses),
            (&set.rename_hits, rename.hits),
            (&set.rename_misses, rename.misses),
            (&set.add_hits, add.hits),
            (&set.add_misses, add.misses),
        ];
        let mut is_all = true;
        for (total, (counter, told)) in totals.iter_mut().zip(counts) {
            let taken = told.min(i64::MAX as u64 - *total);
            *total += taken;
            counter.add(taken);
            is_all &= taken == told;
        }
        is_all
    }
}
