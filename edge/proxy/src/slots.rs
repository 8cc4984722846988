//! How many connections are open, over all workers: the one thing they share beside the policies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Connections over the limit that are still accepted, so that health and admin answer when all others are taken.
pub(crate) const RESERVED_CONNECTIONS: usize = 64;

/// The connections that may be open.
#[derive(Debug, Clone)]
pub(crate) struct Slots {
    open: Arc<AtomicUsize>,
    limit: usize,
}

/// A connection's place; given back when dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    open: Arc<AtomicUsize>,
    /// Whether only answers from here may be given on it.
    pub(crate) reserved: bool,
}

impl Slots {
    pub(crate) fn new(limit: usize) -> Self {
        Self { open: Arc::default(), limit }
    }

    /// A place for one more connection, or `None` if even the reserve is taken.
    pub(crate) fn take(&self) -> Option<Slot> {
        let taken = self.open.fetch_add(1, Ordering::Relaxed);
        let slot = Slot { open: Arc::clone(&self.open), reserved: taken >= self.limit };
        (taken < self.limit.saturating_add(RESERVED_CONNECTIONS)).then_some(slot)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_begins_at_the_limit_and_ends() {
        let slots = Slots::new(2);
        let taken: Vec<Slot> = std::iter::from_fn(|| slots.take()).collect();
        assert_eq!(taken.len(), 2 + RESERVED_CONNECTIONS);
        let reserved: Vec<bool> = taken.iter().map(|slot| slot.reserved).collect();
        assert_eq!(reserved[..3], [false, false, true]);
        drop(taken);
        assert!(!slots.take().unwrap().reserved);
    }
}
