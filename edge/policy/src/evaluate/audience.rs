//! Who looks on while workers decide. They come and go while traffic flows; a worker notices between two batches.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::watch::{Evidence, Watch};
use crate::compile::Snapshot;

/// Somebody who wants to look on: a live tail, a dry run, a consumer of copies.
pub trait Viewer: Send + Sync {
    /// What looks on in one worker, as long as `snapshot` is in force there; `None` if there is nothing to see.
    fn watch(&self, snapshot: &Arc<Snapshot>) -> Option<Box<dyn Watch>>;

    /// What policies of `snapshot` ask of this viewer and do not get.
    fn flaws(&self, snapshot: &Snapshot) -> Vec<Flaw> {
        let _ = snapshot;
        Vec::new()
    }
}

/// Something wrong with a policy that is in force all the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// The policy's id.
    pub policy: String,
    /// What is wrong, with its place, such as `extensions[0]: unknown type "x"`.
    pub error: String,
}

/// Everybody who looks on.
#[derive(Default)]
pub struct Audience {
    /// Changes when somebody comes or goes.
    version: AtomicU64,
    seats: Mutex<Vec<(u64, Arc<dyn Viewer>)>>,
}

/// A place in the audience; giving it up ends the looking on, from each worker's next batch.
#[derive(Debug)]
#[must_use = "giving up the seat ends the looking on"]
pub struct Seat {
    audience: Arc<Audience>,
    number: u64,
}

impl Audience {
    /// Lets `viewer` look on, from each worker's next batch, until the seat is given up.
    pub fn join(self: &Arc<Self>, viewer: Arc<dyn Viewer>) -> Seat {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock, so that no two seats have one number; read without it.
        let number = self.version.fetch_add(1, Ordering::Relaxed) + 1;
        seats.push((number, viewer));
        Seat { audience: Arc::clone(self), number }
    }

    /// Changes when somebody comes or goes; costs a plain load.
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }

    /// What policies ask of somebody here and do not get.
    pub(crate) fn flaws(&self, snapshot: &Snapshot) -> Vec<Flaw> {
        let seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let mut flaws: Vec<Flaw> = seats.iter().flat_map(|(_, viewer)| viewer.flaws(snapshot)).collect();
        flaws.sort_unstable();
        flaws
    }

    /// What looks on in one worker.
    pub(crate) fn watch(&self, snapshot: &Arc<Snapshot>) -> Option<Box<dyn Watch>> {
        let seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let mut watches: Vec<_> = seats.iter().filter_map(|(_, viewer)| viewer.watch(snapshot)).collect();
        match watches.len() {
            0 | 1 => watches.pop(),
            _ => Some(Box::new(Several(watches))),
        }
    }
}

impl Seat {
    /// Lets every worker ask anew what looks on, from its next batch.
    pub fn renew(&self) {
        self.audience.version.fetch_add(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audience").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.audience.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.retain(|(number, _)| *number != self.number);
        self.audience.version.fetch_add(1, Ordering::Relaxed);
    }
}

/// Several at once.
#[derive(Debug)]
struct Several(Vec<Box<dyn Watch>>);

impl Watch for Several {
    fn decided(&mut self, evidence: &Evidence<'_>) {
        self.0.iter_mut().for_each(|watch| watch.decided(evidence));
    }

    fn batch_ended(&mut self, failed: bool) {
        self.0.iter_mut().for_each(|watch| watch.batch_ended(failed));
    }
}
