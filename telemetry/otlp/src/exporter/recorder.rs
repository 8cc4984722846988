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

/// Most records that are written before anybody looks how large they are.
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

    /// Writes records into one request, or into two if they are too large for one.
    fn queue(&mut self, waiting: &Waiting, places: Range<usize>) {
        self.body.clear();
        let encode = if waiting.signal == Signal::Logs { encode_logs } else { encode_spans };
        let records = encode(&self.taken, places.clone(), &self.resource, &mut self.body);
        if records > 1 && self.body.len() > waiting.queue.body_bytes_max() {
            let middle = places.start + records / 2;
            self.queue(waiting, places.start..middle);
            return self.queue(waiting, middle..places.end);
        }
        // Asked once, so that nothing is refused as if more could come and then reported as if it could not.
        let is_end = waiting.is_ending();
        if intercept(self.on_body.as_ref(), waiting.signal, &mut self.body).is_err() {
            return waiting.lose(Loss::Intercept, records, is_end);
        }
        if self.body.is_empty() {
            return;
        }
        let batch = Batch { payload: waiting.packing.payload(&self.body), records };
        if is_end {
            waiting.queue.push_last(batch);
        } else if !waiting.queue.push(batch) {
            waiting.lose(Loss::QueueFull, records, is_end);
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
