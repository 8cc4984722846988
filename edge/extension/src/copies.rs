//! Copies the records of a worker's batches for the extensions that want them.

use std::sync::Arc;

use bytes::Bytes;
use edge_policy::{Decision, Evidence, ExtensionMode, Signal, Watch};

use crate::metrics::DropReason;
use crate::outlet::Outlet;

/// Most memory that the copies of one batch take. A copy has its resource and scope with it, so that those of a batch
/// may take far more than the batch.
const BATCH_BYTES_MAX: usize = 32 << 20;

/// What one extension of one policy wants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    /// Position of the policy in the snapshot.
    pub(crate) policy: usize,
    pub(crate) mode: ExtensionMode,
    /// Index of the outlet.
    pub(crate) outlet: usize,
}

impl Route {
    fn wants(self, matched: &[usize], is_kept: bool) -> bool {
        let is_matched = matched.binary_search(&self.policy).is_ok();
        match self.mode {
            ExtensionMode::Kept => is_kept && is_matched,
            ExtensionMode::Dropped => !is_kept && is_matched,
            ExtensionMode::Unmatched => !is_matched,
            ExtensionMode::Matched => is_matched,
            ExtensionMode::All => true,
        }
    }
}

/// Looks on in one worker. Copies are held until their batch has ended well.
#[derive(Debug)]
pub(crate) struct Copies {
    /// By signal.
    routes: [Vec<Route>; Signal::ALL.len()],
    outlets: Vec<Pending>,
    /// Outlets that want the record in hand.
    wanting: Vec<usize>,
    signal: Signal,
    held_bytes: usize,
}

/// What an outlet gets when the batch has ended.
#[derive(Debug)]
struct Pending {
    outlet: Arc<Outlet>,
    records: Vec<Bytes>,
    /// Records it does not get, and why.
    missed: [(DropReason, u64); 3],
}

impl Pending {
    fn miss(&mut self, reason: DropReason) {
        self.missed.iter_mut().filter(|(known, _)| *known == reason).for_each(|(_, count)| *count += 1);
    }
}

impl Copies {
    pub(crate) fn new(routes: [Vec<Route>; Signal::ALL.len()], outlets: Vec<Arc<Outlet>>) -> Self {
        let reasons = [DropReason::QueueFull, DropReason::BatchFull, DropReason::NoCopy];
        let pending = |outlet| Pending { outlet, records: Vec::new(), missed: reasons.map(|it| (it, 0)) };
        Self {
            routes,
            outlets: outlets.into_iter().map(pending).collect(),
            wanting: Vec::new(),
            signal: Signal::Log,
            held_bytes: 0,
        }
    }

    /// Notes which outlets want the record, each once.
    fn ask(&mut self, evidence: &Evidence<'_>) {
        self.wanting.clear();
        let routes = &self.routes[self.signal as usize];
        if routes.is_empty() {
            return;
        }
        let (matched, is_kept) = (evidence.matched(), evidence.decision() != Decision::Drop);
        for route in routes {
            if !self.wanting.contains(&route.outlet) && route.wants(&matched, is_kept) {
                self.wanting.push(route.outlet);
            }
        }
    }

    /// Copies the record for those who have room for it: without any, there is no copy to pay for.
    fn copy(&mut self, evidence: &Evidence<'_>) {
        let outlets = &mut self.outlets;
        self.wanting.retain(|index| {
            let is_full = outlets[*index].outlet.is_full();
            if is_full {
                outlets[*index].miss(DropReason::QueueFull);
            }
            !is_full
        });
        if self.wanting.is_empty() {
            return;
        }
        let missed = if self.held_bytes >= BATCH_BYTES_MAX {
            DropReason::BatchFull
        } else {
            let record = Bytes::from(evidence.record());
            if !record.is_empty() {
                self.held_bytes += record.len();
                self.wanting.iter().for_each(|index| outlets[*index].records.push(record.clone()));
                return;
            }
            DropReason::NoCopy
        };
        self.wanting.iter().for_each(|index| outlets[*index].miss(missed));
    }
}

impl Watch for Copies {
    fn decided(&mut self, evidence: &Evidence<'_>) {
        self.signal = evidence.signal();
        self.ask(evidence);
        if !self.wanting.is_empty() {
            self.copy(evidence);
        }
    }

    fn batch_ended(&mut self, failed: bool) {
        self.held_bytes = 0;
        for pending in &mut self.outlets {
            let records = std::mem::take(&mut pending.records);
            for (reason, count) in &mut pending.missed {
                let count = std::mem::take(count);
                if !failed {
                    pending.outlet.dropped(*reason, count);
                }
            }
            if !failed && !records.is_empty() {
                pending.outlet.offer(self.signal, records);
            }
        }
    }
}
