//! Rate limits: fixed windows from first use, counted without a lock, shared by all workers.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::keep::RateLimit;
use crate::signal::Nanos;

/// Not used yet: no clock reads this.
const NEVER: u64 = u64::MAX;

/// One policy's window. It outlives the snapshot while the limit stays the same.
#[derive(Debug)]
pub(crate) struct RateState {
    limit: RateLimit,
    /// When the limit was first asked, in nanoseconds.
    origin: AtomicU64,
    /// Number of the current window in the upper half, records let through in the lower.
    window: AtomicU64,
}

impl RateState {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, origin: AtomicU64::new(NEVER), window: AtomicU64::new(0) }
    }

    pub(crate) fn limit(&self) -> RateLimit {
        self.limit
    }

    /// Takes a token of the window that `now` falls in; false if none is left.
    pub(crate) fn allow(&self, now: Nanos) -> bool {
        let origin = match self.origin.compare_exchange(NEVER, now.0, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => now.0,
            Err(origin) => origin,
        };
        // A worker whose clock reading is a little older than the first one is in the first window.
        let number = (now.0.saturating_sub(origin) / self.limit.window_nanos) as u32;
        let take = |word: u64| {
            let (current, used) = ((word >> 32) as u32, word as u32);
            // Readings of several workers may arrive out of order: a late one uses the newer window.
            let used = if number > current { 0 } else { used };
            let next = u64::from(number.max(current)) << 32 | u64::from(used + 1);
            (used < self.limit.records).then_some(next)
        };
        self.window.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn allowed(state: &RateState, at: u64, asked: usize) -> usize {
        (0..asked).filter(|_| state.allow(Nanos(at))).count()
    }

    #[test]
    fn windows_are_fixed_from_first_use() {
        let state = RateState::new(RateLimit { records: 3, window_nanos: 5 * SECOND });
        let start = 7 * SECOND;
        assert_eq!(allowed(&state, start, 10), 3);
        assert_eq!(allowed(&state, start + 5 * SECOND - 1, 10), 0);
        assert_eq!(allowed(&state, start + 5 * SECOND, 10), 3);
        assert_eq!(allowed(&state, start + 50 * SECOND, 2), 2);
    }

    #[test]
    fn a_late_clock_reading_opens_no_old_window() {
        let state = RateState::new(RateLimit { records: 1, window_nanos: SECOND });
        assert!(state.allow(Nanos(10 * SECOND)));
        assert!(state.allow(Nanos(12 * SECOND)));
        assert!(!state.allow(Nanos(11 * SECOND)));
        assert!(!state.allow(Nanos(9 * SECOND)));
    }

    #[test]
    fn workers_share_a_limit_exactly() {
        let state = RateState::new(RateLimit { records: 1000, window_nanos: SECOND });
        let total: usize = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..4).map(|_| scope.spawn(|| allowed(&state, 5, 700))).collect();
            workers.into_iter().map(|worker| worker.join().expect("no panic")).sum()
        });
        assert_eq!(total, 1000);
    }
}
