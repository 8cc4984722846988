//! A worker: the owner of set instances on one thread.

use std::marker::PhantomData;
use std::sync::{Arc, PoisonError, TryLockError};

use crate::instrument::OneThread;
use crate::ledger::Ledger;
use crate::pipeline::Pipeline;
use crate::set::{MetricSet, Set};
use crate::sync::{Mutex, MutexGuard};

/// A ledger that the owner and the aggregator take turns at.
pub(crate) type SharedLedger = Arc<Mutex<Ledger>>;

/// The ledgers of all workers of a node, in the order of their making.
#[derive(Debug, Default)]
pub(crate) struct Workers {
    ledgers: Vec<SharedLedger>,
    /// How many there may be before the next look for those of workers that are gone.
    unswept_max: usize,
}

/// Ledgers that are not worth a look.
const UNSWEPT_MIN: usize = 16;

impl Workers {
    /// Adds a ledger. From time to time, so that threads may come and go without a collection, lets `settle` hand on
    /// what is left of workers that are gone.
    pub(crate) fn add(&mut self, ledger: SharedLedger, settle: impl Fn(&mut Ledger)) {
        if self.ledgers.len() >= self.unswept_max {
            self.ledgers
                .iter()
                .filter(|ledger| is_orphan(ledger))
                .for_each(|ledger| settle(&mut lock(ledger)));
            self.forget_settled();
            self.unswept_max = (2 * self.ledgers.len()).max(UNSWEPT_MIN);
        }
        self.ledgers.push(ledger);
    }

    /// Forgets the ledgers whose worker is gone and whose sets are all settled.
    pub(crate) fn forget_settled(&mut self) {
        self.ledgers.retain(|ledger| !is_orphan(ledger) || !lock(ledger).is_empty());
    }

    pub(crate) fn all(&self) -> &[SharedLedger] {
        &self.ledgers
    }
}

/// Nobody but the pipeline holds it.
fn is_orphan(ledger: &SharedLedger) -> bool {
    Arc::strong_count(ledger) == 1
}

/// Registers metric sets and flushes them. One per thread: it may move to another, but cannot be shared.
#[derive(Debug)]
pub struct Worker {
    pipeline: Arc<Pipeline>,
    node: usize,
    ledger: SharedLedger,
    owner: OneThread,
}

impl Worker {
    pub(crate) fn new(pipeline: Arc<Pipeline>, node: usize, ledger: SharedLedger) -> Self {
        Self { pipeline, node, ledger, owner: PhantomData }
    }

    /// Registers an instance of a metric set. Equal attributes continue the same series, whichever worker
    /// registers them.
    pub fn register<S: MetricSet>(&self, attributes: S::Attributes) -> Set<S> {
        self.pipeline.register(&self.ledger, attributes)
    }

    /// Hands on what was counted since the last flush; to be called about once a second.
    ///
    /// Never waits: if the queue is full the values are added up at once or, while a collection does that, stay for the
    /// next flush; and if a collection is flushing on behalf of this worker right now there is nothing left to do.
    pub fn flush(&self) {
        match self.ledger.try_lock() {
            Ok(mut ledger) => self.pipeline.send_changes(self.node, &mut ledger),
            Err(TryLockError::Poisoned(poisoned)) => {
                self.pipeline.send_changes(self.node, &mut poisoned.into_inner());
            }
            Err(TryLockError::WouldBlock) => {}
        }
    }

    /// The NUMA node whose aggregator adds up what this worker counts.
    pub fn node(&self) -> usize {
        self.node
    }
}

impl Drop for Worker {
    /// Most workers go after their sets: what they counted then waits for nobody.
    fn drop(&mut self) {
        self.flush();
    }
}

/// Locks a ledger. A panic while it was locked leaves at worst changes of no entry, which `gather` forgets.
pub(crate) fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}
