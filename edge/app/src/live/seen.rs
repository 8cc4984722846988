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
    /// The policies that decided.
    pub(super) snapshot: Arc<Snapshot>,
    /// The record as a request of its own, in the encoding that it came in, as it came.
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
            snapshot: Arc::clone(&self.snapshot),
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

#[cfg(test)]
mod tests {
    use edge_policy::{Nanos, PolicySet, Worker};
    use edge_protocol::{BodyFilter, LogsJson};

    use super::*;

    const POLICIES: &str = "
- {id: drop, log: {match: [{log_field: body, exact: drop}], keep: none}}
- {id: other, log: {match: [{log_field: body, exists: true}]}}
";

    /// A worker that `wanted` looks at, and what comes of it.
    fn watched(wanted: Tail) -> (Worker, Queue) {
        let set = PolicySet::parse(POLICIES.as_bytes()).unwrap();
        let snapshot = Arc::new(Snapshot::compile(&set, None));
        let mut worker = Worker::new(Arc::clone(&snapshot), 1);
        let (copies, queue) = queue(wanted);
        worker.watch(copies.watch(&snapshot));
        (worker, queue)
    }

    fn send(worker: &mut Worker, bodies: &[&str], end: &str) {
        let records = bodies.iter().map(|body| format!("{{\"body\":{{\"stringValue\":\"{body}\"}}}}"));
        let records = records.collect::<Vec<_>>().join(",");
        let body = format!("{{\"resourceLogs\":[{{\"scopeLogs\":[{{\"logRecords\":[{records}]}}]}}]{end}");
        LogsJson.filter(body.as_bytes(), worker, Nanos(0));
    }

    fn received(queue: &mut Queue) -> Vec<Seen> {
        let mut all = Vec::new();
        while let Ok(seen) = queue.records.try_recv() {
            queue.taken(&seen);
            all.push(seen);
        }
        all
    }

    #[test]
    fn what_does_not_fit_is_counted_and_nobody_waits() {
        let (mut worker, mut queue) = watched(Tail::default());
        for _ in 0..3 {
            send(&mut worker, &["x"; 500], "}");
        }
        assert_eq!(received(&mut queue).len(), WAITING_MAX);
        assert_eq!((queue.skipped(), queue.skipped()), (1500 - WAITING_MAX as u64, 0));
        send(&mut worker, &["x"; 3], "}");
        assert_eq!((received(&mut queue).len(), queue.skipped()), (3, 0));
    }

    #[test]
    fn large_records_are_passed_over_before_they_take_too_much_memory() {
        let (mut worker, mut queue) = watched(Tail::default());
        let large = "x".repeat(WAITING_BYTES_MAX / 2);
        for _ in 0..5 {
            send(&mut worker, &[&large], "}");
        }
        assert_eq!((received(&mut queue).len(), queue.skipped()), (2, 3));
        send(&mut worker, &[&large], "}");
        assert_eq!((received(&mut queue).len(), queue.skipped()), (1, 0));
    }

    #[test]
    fn records_of_a_body_that_turns_out_malformed_are_not_shown() {
        let (mut worker, mut queue) = watched(Tail::default());
        send(&mut worker, &["x", "drop"], "]");
        assert!(received(&mut queue).is_empty());
        assert_eq!((queue.skipped(), queue.backlog.waiting_bytes.load(Ordering::Relaxed)), (0, 0));
    }

    #[test]
    fn a_policy_is_shown_with_what_it_dropped_or_let_through() {
        let shown = |decision: Option<TailDecision>, policy: &str| {
            let (mut worker, mut queue) = watched(Tail { decision, policy: Some(policy.to_owned()) });
            send(&mut worker, &["drop", "x"], "}");
            received(&mut queue).iter().map(|seen| seen.decision).collect::<Vec<_>>()
        };
        assert_eq!(shown(None, "drop"), [TailDecision::Dropped]);
        assert_eq!(shown(None, "other"), [TailDecision::Kept]);
        assert_eq!(shown(Some(TailDecision::Dropped), "other"), []);
        assert_eq!(shown(None, "unknown"), []);
    }
}
