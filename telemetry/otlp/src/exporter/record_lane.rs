//! The way of events, or of spans, from their queue to the receiver.

use std::cell::Cell;
use std::rc::Rc;

use tokio::time::Instant;

use super::ending::Ending;
use super::notices::{Notice, Notices};
use super::outlook::Outlook;
use super::queue::{Batch, Queue};
use crate::backoff::Backoff;
use crate::config::Retry;
use crate::metrics::{Counts, Loss};
use crate::signal::Signal;
use crate::transport::{Client, Packing, Verdict};

/// What waits, shared by who records and who sends.
pub(super) struct Waiting {
    pub(super) signal: Signal,
    pub(super) packing: Packing,
    pub(super) queue: Queue,
    counts: Rc<Counts>,
    notices: Notices,
    ending: Ending,
    /// Records lost since the end began.
    lost_at_end: Cell<usize>,
}

impl Waiting {
    pub(super) fn new(
        signal: Signal,
        packing: Packing,
        queue: Queue,
        counts: Rc<Counts>,
        (notices, ending): (Notices, Ending),
    ) -> Self {
        Self { signal, packing, queue, counts, notices, ending, lost_at_end: Cell::new(0) }
    }

    pub(super) fn lose(&self, loss: Loss, records: usize) {
        self.counts.dropped(loss, records);
        let reason = loss.as_str();
        self.notices.tell(Notice::Dropped { signal: self.signal, reason, records });
        if self.ending.deadline().is_some() {
            self.lost_at_end.set(self.lost_at_end.get() + records);
        }
    }

    /// Records that were not delivered by the end.
    pub(super) fn undelivered(&self) -> usize {
        self.queue.records() + self.lost_at_end.get()
    }
}

pub(super) struct RecordLane {
    pub(super) waiting: Rc<Waiting>,
    pub(super) client: Client,
    pub(super) outlook: Outlook,
    pub(super) ending: Ending,
    pub(super) retry: Retry,
}

impl RecordLane {
    /// Sends what waits until no more will come.
    pub(super) async fn run(mut self) {
        while let Some(batch) = self.waiting.queue.first().await {
            self.ending.sleep_until(self.outlook.not_before()).await;
            let loss = self.deliver(&batch).await;
            self.waiting.queue.pop();
            if let Some(loss) = loss {
                self.waiting.lose(loss, batch.records);
            }
        }
    }

    /// What it was lost to, if it was.
    async fn deliver(&mut self, batch: &Batch) -> Option<Loss> {
        let (started, mut backoff) = (Instant::now(), Backoff::new(self.retry));
        loop {
            match self.outlook.attempt(&mut self.client, &batch.payload).await {
                Verdict::Delivered(_) => return None,
                Verdict::Refused { .. } => return Some(Loss::Refused),
                Verdict::Retry { after, .. } => {
                    let wait = backoff.next(started.elapsed(), after, fastrand::f64());
                    let Some(wait) = wait else { return Some(Loss::GivenUp) };
                    if !self.ending.pause(wait).await {
                        return Some(Loss::GivenUp);
                    }
                }
            }
        }
    }
}
