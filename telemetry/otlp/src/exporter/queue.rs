//! Requests of events or spans that wait to be sent.

use std::cell::RefCell;
use std::collections::VecDeque;

use bytes::Bytes;
use tokio::sync::Notify;

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
        let mut state = self.state.borrow_mut();
        let bytes = state.bytes + batch.payload.len();
        if bytes > self.bytes_max {
            return false;
        }
        state.bytes = bytes;
        state.batches.push_back(batch);
        self.changed.notify_one();
        true
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
