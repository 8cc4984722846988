//! How long to wait before the next attempt.

use std::time::Duration;

use crate::config::Retry;

/// Longer waits are none of a sender's that is alive.
const WAIT_MAX: Duration = Duration::from_secs(86_400);

/// The attempts at one body. Time and chance are arguments.
#[derive(Debug)]
pub(crate) struct Backoff {
    retry: Retry,
    failures: u32,
}

impl Backoff {
    pub(crate) fn new(retry: Retry) -> Self {
        Self { retry, failures: 0 }
    }

    /// How long to wait after a failure, at least as long as the receiver asked for; `None` to give up.
    ///
    /// `elapsed` since the first attempt, and `chance` from 0 to 1: senders that failed together do not come back
    /// together.
    pub(crate) fn next(
        &mut self,
        elapsed: Duration,
        asked: Option<Duration>,
        chance: f64,
    ) -> Option<Duration> {
        let doubled = self.retry.initial.saturating_mul(1 << self.failures.min(30));
        self.failures += 1;
        let wait = doubled.min(self.retry.max).min(WAIT_MAX).mul_f64(0.5 + chance / 2.0);
        let wait = wait.max(asked.unwrap_or_default());
        (elapsed.saturating_add(wait) <= self.retry.total).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff() -> Backoff {
        let [initial, max, total] = [1, 10, 60].map(Duration::from_secs);
        Backoff::new(Retry { initial, max, total })
    }

    fn next(backoff: &mut Backoff, elapsed: u64, asked: Option<u64>, chance: f64) -> Option<f64> {
        let asked = asked.map(Duration::from_secs);
        backoff.next(Duration::from_secs(elapsed), asked, chance).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let mut backoff = backoff();
        let waits: Vec<_> = (0..6).filter_map(|_| next(&mut backoff, 0, None, 1.0)).collect();
        assert_eq!(waits, [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]);
    }

    #[test]
    fn chance_takes_up_to_half() {
        assert_eq!(next(&mut backoff(), 0, None, 0.0), Some(0.5));
        assert_eq!(next(&mut backoff(), 0, None, 0.5), Some(0.75));
    }

    #[test]
    fn the_receiver_may_ask_for_more_but_not_for_more_than_there_is() {
        assert_eq!(next(&mut backoff(), 0, Some(20), 1.0), Some(20.0));
        assert_eq!(next(&mut backoff(), 0, Some(61), 1.0), None);
        assert_eq!(next(&mut backoff(), 60, None, 1.0), None);
    }

    #[test]
    fn neither_many_failures_nor_long_times_overflow() {
        let [initial, max, total] = [Duration::MAX; 3];
        assert!(next(&mut Backoff::new(Retry { initial, max, total }), 0, None, 1.0).is_some());
        let mut backoff = backoff();
        for _ in 0..100 {
            assert!(next(&mut backoff, 0, None, 1.0).is_some());
        }
    }
}
