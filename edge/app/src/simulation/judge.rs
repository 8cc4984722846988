//! Policies that judge one record at a time, and say who decided.

use std::sync::{Arc, Mutex, PoisonError};

use edge_policy::{Evidence, Nanos, PolicySet, Rejected, Snapshot, Watch, Worker};
use edge_protocol::BodyFilter;

/// Chance decides alike in every trial.
const SEED: u64 = 1;

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Outcome {
    /// It goes on as it came.
    Kept,
    /// It goes on with a change.
    Changed,
    /// It does not go on.
    Dropped,
}

impl Outcome {
    /// Every outcome.
    pub(crate) const ALL: [Self; 3] = [Self::Kept, Self::Changed, Self::Dropped];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Changed => "changed",
            Self::Dropped => "dropped",
        }
    }
}

/// What becomes of a record, and why.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    /// The policy that dropped it.
    pub(crate) dropped_by: Option<String>,
    /// The policies that match.
    pub(crate) matched: Vec<String>,
}

/// A set of policies, and somebody who looks on.
pub(crate) struct Judge {
    worker: Worker,
    seen: Seen,
}

impl Judge {
    pub(crate) fn new(set: &PolicySet) -> Self {
        let mut worker = Worker::new(Arc::new(Snapshot::compile(set, None)), SEED);
        let seen = Seen::default();
        worker.watch(Some(Box::new(seen.clone())));
        Self { worker, seen }
    }

    /// Ids of the policies in force.
    pub(crate) fn ids(&self) -> &[String] {
        self.worker.snapshot().ids()
    }

    /// Policies that are not in force.
    pub(crate) fn rejected(&self) -> &[Rejected] {
        self.worker.snapshot().rejected()
    }

    /// Judges a request that holds one record.
    pub(crate) fn judge(&mut self, filter: &dyn BodyFilter, request: &[u8], now: Nanos) -> Verdict {
        let outcome = filter.filter(request, &mut self.worker, now).outcome;
        let (matched, dropped_by) = self.seen.take();
        let name = |index: usize| self.ids()[index].clone();
        let outcome = match outcome {
            edge_protocol::Outcome::Emptied => Outcome::Dropped,
            edge_protocol::Outcome::Replaced(_) if dropped_by.is_some() => Outcome::Dropped,
            edge_protocol::Outcome::Replaced(_) => Outcome::Changed,
            edge_protocol::Outcome::Unchanged | edge_protocol::Outcome::FailOpen(_) => Outcome::Kept,
        };
        Verdict {
            outcome,
            dropped_by: dropped_by.map(name),
            matched: matched.into_iter().map(name).collect(),
        }
    }
}

/// Positions of the policies that match the last record, and of the one that dropped it.
#[derive(Debug, Clone, Default)]
struct Seen(Arc<Mutex<(Vec<usize>, Option<usize>)>>);

impl Seen {
    fn take(&self) -> (Vec<usize>, Option<usize>) {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Watch for Seen {
    fn decided(&mut self, evidence: &Evidence<'_>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (evidence.matched(), evidence.dropped_by());
    }
}
