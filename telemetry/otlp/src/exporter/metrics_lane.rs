//! The way of metrics: collected, written, sent.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::body::{Panicked, intercept};
use super::cursor::Cursor;
use super::ending::{self, Ending};
use super::outlook::Outlook;
use crate::backoff::Backoff;
use crate::config::{Intercept, Retry};
use crate::metrics::Failure;
use crate::signal::Signal;
use crate::transport::{Client, Partial, Verdict};

pub(super) struct MetricsLane {
    pub(super) cursor: Rc<Cursor>,
    pub(super) client: Client,
    pub(super) outlook: Outlook,
    pub(super) ending: Ending,
    pub(super) interval: Duration,
    pub(super) retry: Retry,
    pub(super) on_body: Option<Intercept>,
}

impl MetricsLane {
    /// Exports once per interval, and at the end once more.
    pub(super) async fn run(mut self) {
        let mut next = ending::after(self.interval);
        loop {
            let is_last = self.ending.sleep_until(next.max(self.outlook.not_before())).await;
            // From here on, so that exports that take long do not run after each other.
            next = ending::after(self.interval);
            let is_delivered = self.export().await;
            if is_last {
                return self.cursor.settle(is_delivered);
            }
        }
    }

    /// Whether everything was delivered. What is left of the export before comes first.
    async fn export(&mut self) -> bool {
        if self.cursor.holds_changes() && !self.deliver().await {
            return false;
        }
        self.cursor.collect();
        self.deliver().await
    }

    /// Sends part after part, and each that failed again; whether all were delivered.
    async fn deliver(&mut self) -> bool {
        let (mut started, mut backoff) = (Instant::now(), Backoff::new(self.retry));
        while let Some(body) = self.cursor.body() {
            let verdict = match self.payload(body) {
                Ok(Some(payload)) => self.outlook.attempt(&mut self.client, &payload).await,
                // Whoever looked at it wants it nowhere.
                Ok(None) => Verdict::Delivered(Partial::default()),
                Err(Panicked) => {
                    self.outlook.failed(Failure::Intercept, "what looks at bodies panicked");
                    return false;
                }
            };
            match verdict {
                Verdict::Delivered(_) => {
                    self.cursor.part_delivered();
                    (started, backoff) = (Instant::now(), Backoff::new(self.retry));
                }
                // What is refused is in the next export.
                Verdict::Refused { .. } => {
                    if !self.cursor.give_up_part() {
                        return false;
                    }
                    (started, backoff) = (Instant::now(), Backoff::new(self.retry));
                }
                Verdict::Retry { after, .. } => {
                    let wait = backoff.next(started.elapsed(), after, fastrand::f64());
                    let Some(wait) = wait else { return false };
                    if !self.ending.pause(wait).await {
                        return false;
                    }
                    self.cursor.collect_anew();
                }
            }
        }
        self.cursor.is_whole()
    }

    /// A body as it is sent; `None` if there is nothing left of it.
    fn payload(&self, mut body: Vec<u8>) -> Result<Option<Bytes>, Panicked> {
        intercept(self.on_body.as_ref(), Signal::Metrics, &mut body)?;
        let payload = (!body.is_empty()).then(|| self.client.packing().payload(&body));
        self.cursor.give_back(body);
        Ok(payload)
    }
}
