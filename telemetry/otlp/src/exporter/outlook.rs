//! How it goes with a receiver: counted, and told where it changes.

use std::rc::Rc;

use bytes::Bytes;
use tokio::time::Instant;

use super::ending;
use super::notices::{Notice, Notices};
use crate::metrics::{Counts, Failure};
use crate::signal::Signal;
use crate::transport::{Client, Partial, Verdict};

/// How it goes with a receiver.
pub(super) struct Outlook {
    signal: Signal,
    counts: Rc<Counts>,
    notices: Notices,
    is_failing: bool,
    not_before: Instant,
}

impl Outlook {
    pub(super) fn new(signal: Signal, counts: Rc<Counts>, notices: Notices) -> Self {
        Self { signal, counts, notices, is_failing: false, not_before: Instant::now() }
    }

    /// Until when the receiver wants to be left alone.
    pub(super) fn not_before(&self) -> Instant {
        self.not_before
    }

    /// Makes one attempt, and counts and tells what comes of it.
    pub(super) async fn attempt(&mut self, client: &mut Client, payload: &Bytes) -> Verdict {
        let start = Instant::now();
        let verdict = client.send(payload).await;
        self.counts.took(start.elapsed());
        match &verdict {
            Verdict::Delivered(partial) => self.delivered(payload.len(), partial),
            Verdict::Retry { failure, after, detail } => {
                self.not_before = ending::after(after.unwrap_or_default());
                self.failed(*failure, detail);
            }
            Verdict::Refused { detail } => self.failed(Failure::Refused, detail),
        }
        verdict
    }

    fn delivered(&mut self, bytes: usize, partial: &Partial) {
        let signal = self.signal;
        self.counts.delivered(bytes, partial.rejected);
        if !partial.is_none() {
            let Partial { rejected, message } = partial.clone();
            self.notices.tell(Notice::Partial { signal, rejected, message });
        }
        if std::mem::take(&mut self.is_failing) {
            self.notices.tell(Notice::Recovered { signal });
        }
    }

    /// Counts and tells that an attempt failed.
    pub(super) fn failed(&mut self, failure: Failure, detail: &str) {
        self.counts.failed(failure);
        if !std::mem::replace(&mut self.is_failing, true) {
            let (failure, detail) = (failure.as_str(), detail.to_owned());
            self.notices.tell(Notice::Failing { signal: self.signal, failure, detail });
        }
    }
}
