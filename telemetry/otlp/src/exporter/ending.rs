//! When the end comes, as every task of the exporter sees it.

use std::future::pending;
use std::time::Duration;

use tokio::select;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

/// Longest wait there is; clocks have an end.
const WAIT_MAX: Duration = Duration::from_secs(365 * 86_400);

/// The time after a wait.
pub(super) fn after(wait: Duration) -> Instant {
    Instant::now() + wait.min(WAIT_MAX)
}

/// Tells whether the exporter is to end, and by when.
#[derive(Debug, Clone)]
pub(super) struct Ending(watch::Receiver<Option<Instant>>);

impl Ending {
    pub(super) fn new(begun: watch::Receiver<Option<Instant>>) -> Self {
        Self(begun)
    }

    /// By when everything is to be over, if that has been said.
    pub(super) fn deadline(&self) -> Option<Instant> {
        *self.0.borrow()
    }

    /// Waits until that is said; `None` if nobody can say it any more.
    pub(super) async fn begun(&mut self) -> Option<Instant> {
        self.0.wait_for(Option::is_some).await.ok().and_then(|deadline| *deadline)
    }

    /// Waits until a time, or until the end begins; whether it has.
    pub(super) async fn sleep_until(&mut self, time: Instant) -> bool {
        select! {
            () = sleep_until(time) => {}
            () = self.said() => {}
        }
        self.deadline().is_some()
    }

    /// Waits before another attempt, no longer than until the end begins. If it has begun already and the wait would
    /// go beyond it, there is no other attempt: whether there is.
    pub(super) async fn pause(&mut self, wait: Duration) -> bool {
        if let Some(deadline) = self.deadline() {
            let is_in_time = after(wait) < deadline;
            if is_in_time {
                sleep(wait).await;
            }
            return is_in_time;
        }
        self.sleep_until(after(wait)).await;
        true
    }

    /// Never if nobody can say it any more: then everything stops anyway.
    async fn said(&mut self) {
        if self.begun().await.is_none() {
            pending::<()>().await;
        }
    }
}
