//! A worker: the owner of set instances on one thread.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use crate::instrument::OneThread;
use crate::ledger::Ledger;
use crate::pipeline::Pipeline;
use crate::set::{MetricSet, Set};

/// A ledger that the owner and the aggregator take turns at.
pub(crate) type SharedLedger = Arc<Mutex<Ledger>>;

/// Registers metric sets and flushes them. One per thread: it may move to another, but cannot be shared.
#[derive(Debug)]
pub struct Worker {
    pipeline: Arc<Pipeline>,
    ledger: SharedLedger,
    owner: OneThread,
}

impl Worker {
    pub(crate) fn new(pipeline: Arc<Pipeline>, ledger: SharedLedger) -> Self {
        Self { pipeline, ledger, owner: PhantomData }
    }

    /// Registers an instance of a metric set. Equal attributes continue the same series, whichever worker
    /// registers them.
    pub fn register<S: MetricSet>(&self, attributes: S::Attributes) -> Set<S> {
        self.pipeline.register(&self.ledger, attributes)
    }

    /// Hands on what was counted since the last flush; to be called about once a second.
    ///
    /// Never waits: if the queue is full the values stay for the next flush, and if a collection is flushing on
    /// behalf of this worker right now there is nothing left to do.
    pub fn flush(&self) {
        match self.ledger.try_lock() {
            Ok(mut ledger) => self.pipeline.send_changes(&mut ledger),
            Err(TryLockError::Poisoned(poisoned)) => self.pipeline.send_changes(&mut poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => {}
        }
    }
}

/// Locks a ledger. A panic while it was locked leaves at worst an undelivered batch, which `gather` forgets.
pub(crate) fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}
