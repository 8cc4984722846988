//! Records as workers show them to a viewer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use edge_policy::{Decision, Evidence, Signal, Snapshot, Viewer, Watch};
use edge_protocol::{Tail, TailDecision};
use tokio::sync::mpsc;

/// Most records that wait for a viewer.
const WAITING_MAX: usize = 1024;

/// Most bytes of records that wait for a viewer.
const WAITING_BYTES_MAX: usize = 8 << 20;

/// A record, and what was decided of it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) signal: Signal,
    pub(super) decision: TailDecision,
    pub(super) dropped_by: Option<String>,
    pub(super) matched: Vec<String>,
    /// The record as a request of its own, in the encoding that it came in.
    pub(super) request: Vec<u8>,
    /// Its size as decoded, without resource and scope.
    pub(super) bytes: usize,
}

/// What a viewer has before it, and how much it has missed.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    waiting_bytes: AtomicUsize,
    skipped: AtomicU64,
}

/// The viewer's end of the queue.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) records: mpsc::Receiver<Seen>,
    backlog: Arc<Backlog>,
}

impl Queue {
    /// Says that a record has been taken out.
    pub(super) fn taken(&self, seen: &Seen) {
        self.backlog.waiting_bytes.fetch_sub(seen.request.len(), Ordering::Relaxed);
    }

    /// How many records were passed over since this was last asked.
    pub(super) fn skipped(&self) -> u64 {
        self.backlog.skipped.swap(0, Ordering::Relaxed)
    }
}

/// The workers' end of the queue.
#[derive(Debug)]
pub(super) struct Copies {
    wanted: Tail,
    queue: mpsc::Sender<Seen>,
    backlog: Arc<Backlog>,
}

/// A viewer of the records that are wanted, and where they come out.
pub(super) fn queue(wanted: Tail) -> (Arc<Copies>, Queue) {
    let (queue, records) = mpsc::channel(WAITING_MAX);
    let backlog = Arc::<Backlog>::default();
    (Arc::new(Copies { wanted, queue, backlog: Arc::clone(&backlog) }), Queue { records, backlog })
}

impl Viewer for Copies {
    fn watch(&self, snapshot: &Arc<Snapshot>) -> Option<Box<dyn Watch>> {
        let find = |id: &String| snapshot.ids().binary_search(id);
        let policy = self.wanted.policy.as_ref().map(find);
        Some(Box::new(Copying {
            snapshot: Arc::clone(snapshot),
            decision: self.wanted.decision,
            // Of a policy that is not in force nothing is seen.
            policy: policy.map(|found| found.unwrap_or(usize::MAX)),
            queue: self.queue.clone(),
            backlog: Arc::clone(&self.backlog),
            batch: Vec::new(),
        }))
    }
}

/// Copies what one worker decides.
#[derive(Debug)]
struct Copying {
    snapshot: Arc<Snapshot>,
    decision: Option<TailDecision>,
    policy: Option<usize>,
    queue: mpsc::Sender<Seen>,
    backlog: Arc<Backlog>,
    /// Records of the batch in hand: whether they are decided so is sure at its end.
    batch: Vec<Seen>,
}

impl Watch for Copying {
    fn decided(&mut self, evidence: &Evidence<'_>) {
        let decision = match evidence.decision() {
            Decision::Keep => TailDecision::Kept,
            Decision::Rewrite => TailDecision::Changed,
            Decision::Drop => TailDecision::Dropped,
        };
        if self.decision.is_some_and(|wanted| wanted != decision) || !self.is_about(evidence) {
            return;
        }
        let is_full = self.batch.len() >= self.queue.capacity();
        if is_full || self.backlog.waiting_bytes.load(Ordering::Relaxed) > WAITING_BYTES_MAX {
            self.backlog.skipped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let id = |index: usize| self.snapshot.ids()[index].clone();
        let seen = Seen {
            signal: evidence.signal(),
            decision,
            dropped_by: evidence.dropped_by().map(id),
            matched: evidence.matched().into_iter().map(id).collect(),
            request: evidence.record(),
            bytes: evidence.bytes(),
        };
        self.backlog.waiting_bytes.fetch_add(seen.request.len(), Ordering::Relaxed);
        self.batch.push(seen);
    }

    fn batch_ended(&mut self, failed: bool) {
        for seen in self.batch.drain(..) {
            let bytes = seen.request.len();
            let is_lost = failed
                || match self.queue.try_send(seen) {
                    Ok(()) => false,
                    Err(mpsc::error::TrySendError::Full(_)) => {
                        self.backlog.skipped.fetch_add(1, Ordering::Relaxed);
                        true
                    }
                    Err(mpsc::error::TrySendError::Closed(_)) => true,
                };
            if is_lost {
                self.backlog.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
            }
        }
    }
}

impl Copying {
    /// Whether the policy that is asked for dropped the record, or matches it if it goes on.
    fn is_about(&self, evidence: &Evidence<'_>) -> bool {
        self.policy.is_none_or(|policy| match evidence.dropped_by() {
            Some(by) => by == policy,
            None => evidence.matched().contains(&policy),
        })
    }
}
