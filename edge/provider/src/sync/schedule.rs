//! When to ask next. Chance is an argument.

use std::time::Duration;

/// First wait after a failure.
const BACKOFF_MIN: Duration = Duration::from_secs(1);

/// Longest wait after failures, unless the server is asked even less often when all is well.
const BACKOFF_MAX: Duration = Duration::from_secs(60);

/// Longest time that a server can ask to be left alone, or recommend between two requests; more would be a mistake.
const ASKED_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// The waits between the requests to one server.
#[derive(Debug)]
pub(crate) struct Schedule {
    interval: Duration,
    poll_interval: Duration,
    failures: u32,
}

impl Schedule {
    pub(crate) fn new(poll_interval: Duration) -> Self {
        Self { interval: poll_interval, poll_interval, failures: 0 }
    }

    /// How long to wait after an answer that recommends so many seconds, or none. `chance` is from 0 to 1, and takes
    /// clients apart that started together.
    pub(crate) fn succeeded(&mut self, recommended_seconds: u64, chance: f64) -> Duration {
        self.failures = 0;
        self.interval = match recommended_seconds {
            0 => self.poll_interval,
            seconds => Duration::from_secs(seconds).min(ASKED_MAX),
        };
        self.interval.mul_f64(1.0 + chance / 10.0)
    }

    /// How long to wait after a failure, at least as long as the server `asked` for. `chance` is from 0 to 1: clients
    /// that failed together do not come back together.
    pub(crate) fn failed(&mut self, asked: Option<Duration>, chance: f64) -> Duration {
        let doubled = BACKOFF_MIN.saturating_mul(1 << self.failures.min(30));
        self.failures += 1;
        let wait = doubled.min(self.interval.max(BACKOFF_MAX)).mul_f64(0.5 + chance / 2.0);
        asked.map_or(wait, |asked| asked.min(ASKED_MAX).max(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_recommended_interval_is_followed_while_it_is_recommended() {
        let mut schedule = Schedule::new(seconds(60.0));
        assert_eq!(schedule.succeeded(0, 0.0), seconds(60.0));
        assert_eq!(schedule.succeeded(5, 0.0), seconds(5.0));
        assert_eq!(schedule.succeeded(5, 1.0), seconds(5.5));
        assert_eq!(schedule.succeeded(0, 0.0), seconds(60.0));
        assert_eq!(schedule.succeeded(u64::MAX, 0.0), ASKED_MAX);
    }

    #[test]
    fn waits_after_failures_double_and_start_anew_after_an_answer() {
        let mut schedule = Schedule::new(seconds(10.0));
        let waits: Vec<_> = (0..8).map(|_| schedule.failed(None, 1.0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        schedule.succeeded(0, 0.0);
        assert_eq!(schedule.failed(None, 1.0), seconds(1.0));
    }

    #[test]
    fn a_server_that_is_seldom_asked_is_seldom_asked_in_vain() {
        let mut schedule = Schedule::new(seconds(600.0));
        let waits = (0..100).map(|_| schedule.failed(None, 1.0)).max();
        assert_eq!(waits, Some(seconds(600.0)));
    }

    #[test]
    fn chance_takes_up_to_half() {
        assert_eq!(Schedule::new(seconds(60.0)).failed(None, 0.0), seconds(0.5));
    }

    #[test]
    fn a_server_may_ask_for_more_and_not_for_less() {
        let failed = |asked| Schedule::new(seconds(60.0)).failed(Some(asked), 1.0);
        assert_eq!(failed(seconds(30.0)), seconds(30.0));
        assert_eq!(failed(Duration::ZERO), seconds(1.0));
        assert_eq!(failed(Duration::MAX), ASKED_MAX);
    }
}
