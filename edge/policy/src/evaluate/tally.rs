//! What each policy did, counted by one worker.

/// What one policy did since its tally was last drained.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Records it matched that were kept, or that its own keep dropped.
    pub hits: u64,
    /// Records it matched that another policy dropped.
    pub misses: u64,
    /// Bytes of the records it dropped, as decoded.
    pub bytes_dropped: u64,
    /// Bytes of the records it matched that were kept, as decoded, before any change.
    pub bytes_kept: u64,
    /// Transform operations by stage: remove, redact, rename, add.
    pub stages: [StageTally; 4],
}

/// Operations of one transform stage.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct StageTally {
    /// Operations that changed something.
    pub hits: u64,
    /// Operations that found nothing to change.
    pub misses: u64,
}

/// The tallies of all policies; draining costs what was touched.
#[derive(Debug, Default)]
pub(crate) struct Tallies {
    by_policy: Vec<Tally>,
    touched: Vec<u32>,
}

impl Tallies {
    pub(crate) fn new(policies: usize) -> Self {
        Self { by_policy: vec![Tally::default(); policies], touched: Vec::new() }
    }

    pub(crate) fn of(&mut self, policy: u32) -> &mut Tally {
        let tally = &mut self.by_policy[policy as usize];
        if tally.hits == 0 && tally.misses == 0 {
            self.touched.push(policy);
        }
        tally
    }

    pub(crate) fn hit(&mut self, policy: u32) {
        self.of(policy).hits += 1;
    }

    /// A record of so many bytes that goes on.
    pub(crate) fn kept(&mut self, policy: u32, bytes: usize) {
        let tally = self.of(policy);
        tally.hits += 1;
        tally.bytes_kept += bytes as u64;
    }

    pub(crate) fn miss(&mut self, policy: u32) {
        self.of(policy).misses += 1;
    }

    /// Stages run only after a hit, which has put the policy among the touched.
    pub(crate) fn stage(&mut self, policy: u32, stage: usize, changed: bool) {
        let stage = &mut self.by_policy[policy as usize].stages[stage];
        *(if changed { &mut stage.hits } else { &mut stage.misses }) += 1;
    }

    pub(crate) fn drain(&mut self, mut visit: impl FnMut(usize, Tally)) {
        for policy in self.touched.drain(..) {
            visit(policy as usize, std::mem::take(&mut self.by_policy[policy as usize]));
        }
    }
}
