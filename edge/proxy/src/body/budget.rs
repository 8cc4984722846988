//! How much of bodies may be held at one time, over all workers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The bytes that may be held.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    held: Arc<AtomicU64>,
    bytes_max: u64,
}

/// Bytes of one body; given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Budget,
    bytes: u64,
}

impl Budget {
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self { held: Arc::default(), bytes_max }
    }

    /// A share of nothing yet.
    pub(crate) fn share(&self) -> Share {
        Share { budget: self.clone(), bytes: 0 }
    }
}

impl Share {
    /// Takes more; false if that is too much. What was too much is given back with the rest.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let bytes = bytes as u64;
        self.bytes += bytes;
        self.budget.held.fetch_add(bytes, Ordering::Relaxed) + bytes <= self.budget.bytes_max
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_end_at_the_budget_and_come_back() {
        let budget = Budget::new(10);
        let (mut one, mut other) = (budget.share(), budget.share());
        assert!(one.grow(4) && other.grow(6));
        assert!(!one.grow(1));
        drop(one);
        assert!(other.grow(4) && !other.grow(1));
    }
}
