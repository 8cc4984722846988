//! How long to wait for a body's next portion.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;

/// Bytes that buy a sender another deadline: a body of any size passes on a slow link, a dripping one does not.
const PORTION_BYTES: u64 = 64 << 10;

/// The body deadline. It starts at the first wait, so that a body that is already here costs no clock read.
#[derive(Debug)]
pub(crate) struct Patience {
    deadline: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    portion: u64,
}

impl Patience {
    pub(crate) fn new(deadline: Duration) -> Self {
        Self { deadline, timer: None, portion: 0 }
    }

    /// Notes that bytes have come.
    pub(crate) fn feed(&mut self, bytes: usize) {
        let Some(timer) = &mut self.timer else { return };
        self.portion += bytes as u64;
        if self.portion >= PORTION_BYTES {
            self.portion = 0;
            timer.as_mut().reset((Instant::now() + self.deadline).into());
        }
    }

    /// Ready when it is over.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline;
        self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(deadline))).as_mut().poll(cx)
    }
}
