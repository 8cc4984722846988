//! How long to wait for a body's next portion.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;

/// A deadline for a body that is being waited for. It starts at the first wait, so that a body that is already here costs no clock read.
#[derive(Debug)]
pub(crate) struct Patience {
    deadline: Duration,
    /// Bytes that buy another deadline.
    portion_bytes: u64,
    timer: Option<Pin<Box<Sleep>>>,
    bytes: u64,
}

impl Patience {
    pub(crate) fn new(deadline: Duration, portion_bytes: u64) -> Self {
        Self { deadline, portion_bytes, timer: None, bytes: 0 }
    }

    /// Notes that bytes have come.
    pub(crate) fn feed(&mut self, bytes: usize) {
        let Some(timer) = &mut self.timer else { return };
        self.bytes += bytes as u64;
        if self.bytes >= self.portion_bytes {
            self.bytes = 0;
            timer.as_mut().reset((Instant::now() + self.deadline).into());
        }
    }

    /// Ready when it is over.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline;
        self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(deadline))).as_mut().poll(cx)
    }
}
