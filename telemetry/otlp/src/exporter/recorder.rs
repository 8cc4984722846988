//! The way of events and spans from the buffers of their threads into the queues.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use telemetry::logs::{Taken, its};
use tokio::select;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::body::intercept;
use super::ending::{self, Ending};
use super::queue::Batch;
use super::record_lane::Waiting;
use crate::config::Intercept;
use crate::encode::{encode_logs, encode_spans};
use crate::metrics::Loss;
use crate::signal::Signal;

/// Most records of one request: so many that are of usual size make one of two megabytes, half of what gRPC servers take.
const RECORDS_MAX: usize = 8192;

pub(super) struct Recorder {
    pub(super) waiting: Vec<Rc<Waiting>>,
    pub(super) resource: Vec<(String, String)>,
    pub(super) ending: Ending,
    pub(super) interval: Duration,
    /// A thread has recorded much.
    pub(super) much: Arc<Notify>,
    pub(super) on_body: Option<Intercept>,
    pub(super) taken: Taken,
    pub(super) body: Vec<u8>,
}

impl Recorder {
    /// Takes what was recorded once per interval, or when there is much, and at the end once more.
    pub(super) async fn run(mut self) {
        loop {
            let next = ending::after(self.interval);
            let is_last = {
                let much = Arc::clone(&self.much);
                select! {
                    is_last = self.ending.sleep_until(next) => is_last,
                    () = much.notified() => false,
                }
            };
            self.take();
            if is_last {
                return self.waiting.iter().for_each(|waiting| waiting.queue.close());
            }
            // What comes in a flood still comes together.
            sleep(FLOOD_WAIT).await;
        }
    }

    fn take(&mut self) {
        its::take(&mut self.taken);
        for waiting in self.waiting.clone() {
            let count = records(&self.taken, waiting.signal);
            for start in (0..count).step_by(RECORDS_MAX) {
                self.queue(&waiting, start..count.min(start + RECORDS_MAX));
            }
        }
    }

    fn queue(&mut self, waiting: &Waiting, places: Range<usize>) {
        self.body.clear();
        let encode = if waiting.signal == Signal::Logs { encode_logs } else { encode_spans };
        let records = encode(&self.taken, places, &self.resource, &mut self.body);
        if intercept(self.on_body.as_ref(), waiting.signal, &mut self.body).is_err() {
            return waiting.lose(Loss::Intercept, records);
        }
        if self.body.is_empty() {
            return;
        }
        let payload = waiting.packing.payload(&self.body);
        if !waiting.queue.push(Batch { payload, records }) {
            waiting.lose(Loss::QueueFull, records);
        }
    }
}

/// Between two takes, however much is recorded.
const FLOOD_WAIT: Duration = Duration::from_millis(5);

pub(super) fn records(taken: &Taken, signal: Signal) -> usize {
    match signal {
        Signal::Metrics => 0,
        Signal::Logs => taken.logs_len(),
        Signal::Traces => taken.spans_len(),
    }
}
