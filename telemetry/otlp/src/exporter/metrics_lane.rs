//! The way of metrics: collected, written, sent; collected anew for every attempt.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use telemetry::Reader;
use tokio::time::Instant;

use super::body::intercept;
use super::ending::{self, Ending};
use super::outlook::Outlook;
use crate::backoff::Backoff;
use crate::config::{Intercept, Retry};
use crate::encode::encode_metrics;
use crate::metrics::Failure;
use crate::signal::Signal;
use crate::transport::{Client, Verdict};

/// The cursor, and whether everything up to now has been delivered.
#[derive(Debug)]
pub(super) struct Cursor {
    reader: RefCell<Reader>,
    is_settled: Cell<bool>,
}

pub(super) struct MetricsLane {
    pub(super) cursor: Rc<Cursor>,
    pub(super) client: Client,
    pub(super) outlook: Outlook,
    pub(super) ending: Ending,
    pub(super) interval: Duration,
    pub(super) retry: Retry,
    pub(super) on_body: Option<Intercept>,
    pub(super) body: Vec<u8>,
}

impl Cursor {
    pub(super) fn new(reader: Reader) -> Self {
        Self { reader: RefCell::new(reader), is_settled: Cell::new(false) }
    }

    /// Points that have not been delivered.
    pub(super) fn undelivered(&self) -> usize {
        if self.is_settled.get() {
            return 0;
        }
        encode_metrics(self.reader.borrow_mut().collect(), &mut Vec::new())
    }

    fn collect(&self, body: &mut Vec<u8>) -> usize {
        body.clear();
        self.is_settled.set(false);
        encode_metrics(self.reader.borrow_mut().collect(), body)
    }

    fn delivered(&self) {
        self.reader.borrow_mut().delivered();
    }
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
                return self.cursor.is_settled.set(is_delivered);
            }
        }
    }

    /// Whether it was delivered.
    async fn export(&mut self) -> bool {
        let (started, mut backoff) = (Instant::now(), Backoff::new(self.retry));
        loop {
            if self.cursor.collect(&mut self.body) == 0 {
                return true;
            }
            let is_shown = intercept(self.on_body.as_ref(), Signal::Metrics, &mut self.body).is_ok();
            if is_shown && self.body.is_empty() {
                self.cursor.delivered();
                return true;
            }
            if !is_shown {
                self.outlook.failed(Failure::Intercept, "what looks at bodies panicked");
                return false;
            }
            let payload = self.client.packing().payload(&self.body);
            match self.outlook.attempt(&mut self.client, &payload).await {
                Verdict::Delivered(_) => {
                    self.cursor.delivered();
                    return true;
                }
                // What is refused is in the next export, with what is counted until then.
                Verdict::Refused { .. } => return false,
                Verdict::Retry { after, .. } => {
                    let Some(wait) = backoff.next(started.elapsed(), after, fastrand::f64()) else {
                        return false;
                    };
                    if !self.ending.pause(wait).await {
                        return false;
                    }
                }
            }
        }
    }
}
