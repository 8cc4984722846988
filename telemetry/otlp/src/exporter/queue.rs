//! Requests of events or spans that wait to be sent.

use std::cell::RefCell;
use std::collections::VecDeque;

use bytes::Bytes;
use tokio::sync::Notify;

use crate::config::BODY_BYTES_MAX;

/// A request with how many records it has.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) payload: Bytes,
    pub(super) records: usize,
}

/// A queue whose bytes are bounded.
#[derive(Debug)]
pub(super) struct Queue {
    bytes_max: usize,
    state: RefCell<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    batches: VecDeque<Batch>,
    bytes: usize,
    is_closed: bool,
}

impl Queue {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, state: RefCell::default(), changed: Notify::new() }
    }

    /// Appends a batch if there is room; whether there was.
    pub(super) fn push(&self, batch: Batch) -> bool {
        let has_room = self.state.borrow().bytes + batch.payload.len() <= self.bytes_max;
        if has_room {
            self.push_last(batch);
        }
        has_room
    }

    /// Appends one of the last batches, room or not: what they hold was in memory before, and nothing comes after them.
    pub(super) fn push_last(&self, batch: Batch) {
        let mut state = self.state.borrow_mut();
        state.bytes += batch.payload.len();
        state.batches.push_back(batch);
        self.changed.notify_one();
    }

    /// Says that no more will come.
    pub(super) fn close(&self) {
        self.state.borrow_mut().is_closed = true;
        self.changed.notify_one();
    }

    /// Waits for the first batch, which stays where it is; `None` if there is none and no more will come.
    pub(super) async fn first(&self) -> Option<Batch> {
        loop {
            {
                let state = self.state.borrow();
                if let Some(batch) = state.batches.front() {
                    return Some(batch.clone());
                }
                if state.is_closed {
                    return None;
                }
            }
            self.changed.notified().await;
        }
    }

    /// Bytes of the largest body that should be one batch: of much, most is to fit.
    pub(super) fn body_bytes_max(&self) -> usize {
        BODY_BYTES_MAX.min(self.bytes_max / 8)
    }

    /// Forgets the first batch.
    pub(super) fn pop(&self) {
        let mut state = self.state.borrow_mut();
        if let Some(batch) = state.batches.pop_front() {
            state.bytes -= batch.payload.len();
        }
    }

    /// Records that wait.
    pub(super) fn records(&self) -> usize {
        self.state.borrow().batches.iter().map(|batch| batch.records).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(bytes: usize) -> Batch {
        Batch { payload: vec![0; bytes].into(), records: 10 }
    }

    #[test]
    fn what_does_not_fit_is_refused_until_there_is_room() {
        let queue = Queue::new(100);
        assert!(queue.push(batch(60)) && !queue.push(batch(41)) && queue.push(batch(40)));
        assert_eq!(queue.records(), 20);
        queue.pop();
        assert!(queue.push(batch(60)) && !queue.push(batch(1)));
    }
}
