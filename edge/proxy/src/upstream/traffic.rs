//! What has gone over a connection to an intake, for whoever waits for its answer.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::wire::Wire;

/// One exchange's bytes, as far as the connection can tell.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    /// Whether any byte of a response has come.
    answered: Cell<bool>,
    /// When the connection last took bytes of the request.
    written: Cell<Option<Instant>>,
    /// Whether there are bytes of the request that the connection has not taken.
    blocked: Cell<bool>,
}

impl Traffic {
    /// Another exchange begins.
    pub(super) fn begin(&self) {
        self.answered.set(false);
        self.written.set(None);
        self.blocked.set(false);
    }

    pub(super) fn answered(&self) -> bool {
        self.answered.get()
    }

    pub(super) fn written(&self) -> Option<Instant> {
        self.written.get()
    }

    pub(super) fn is_blocked(&self) -> bool {
        self.blocked.get()
    }

    /// Notes a write, or the wish for one.
    fn note<T>(&self, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        let taken = matches!(poll, Poll::Ready(Ok(_)));
        self.blocked.set(!taken);
        if taken {
            self.written.set(Some(Instant::now()));
        }
        poll
    }
}

/// A connection that is watched.
#[derive(Debug)]
pub(super) struct Watched {
    wire: Wire,
    traffic: Rc<Traffic>,
}

impl Watched {
    pub(super) fn new(wire: Wire, traffic: Rc<Traffic>) -> Self {
        Self { wire, traffic }
    }
}

impl AsyncRead for Watched {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let poll = Pin::new(&mut this.wire).poll_read(cx, buf);
        if buf.filled().len() > before {
            this.traffic.answered.set(true);
        }
        poll
    }
}

impl AsyncWrite for Watched {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.wire).poll_write(cx, bytes);
        this.traffic.note(poll)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.wire).poll_write_vectored(cx, slices);
        this.traffic.note(poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.is_write_vectored()
    }

    /// Encrypted bytes may wait for it; without a wait it is no news.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.wire).poll_flush(cx);
        if poll.is_pending() || this.traffic.is_blocked() { this.traffic.note(poll) } else { poll }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().wire).poll_shutdown(cx)
    }
}
