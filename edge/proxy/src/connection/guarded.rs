//! A sender's byte stream, looked at by the guard before the HTTP machinery sees it.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use edge_stream::http1::{Guard, Refusal};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::state::ConnectionState;
use crate::wire::Wire;

/// Delivers what the guard accepts and stops in front of what it refuses.
#[derive(Debug)]
pub(crate) struct Guarded {
    wire: Wire,
    guard: Guard,
    state: Rc<ConnectionState>,
}

impl Guarded {
    pub(crate) fn new(wire: Wire, state: Rc<ConnectionState>) -> Self {
        Self { wire, guard: Guard::new(), state }
    }

    /// The stream itself, for what is written and read without the HTTP machinery.
    pub(crate) fn into_wire(self) -> Wire {
        self.wire
    }

    /// Ends reading. In a body that is an error for the request's service to answer; in front of a head the
    /// connection's task answers, which polls the HTTP machinery that polls this, and so needs no wake-up.
    fn refused(&self) -> Poll<io::Result<()>> {
        if self.state.violation_in_body.get() {
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        }
        self.state.stuck.set(true);
        Poll::Pending
    }

    fn note_refusal(&self, refusal: Refusal) {
        self.state.violation.set(Some(refusal.violation));
        self.state.violation_in_body.set(refusal.in_body);
        self.state.head_began.set(None);
        self.state.between_messages.set(false);
    }

    fn note_position(&self) {
        self.state.between_messages.set(self.guard.between_messages());
        match (self.guard.mid_head(), self.state.head_began.get()) {
            (true, None) => self.state.head_began.set(Some(Instant::now())),
            (false, Some(_)) => self.state.head_began.set(None),
            _ => {}
        }
    }

    fn note_write<T>(&self, poll: Poll<T>) -> Poll<T> {
        match (&poll, self.state.write_blocked.get()) {
            (Poll::Pending, None) => self.state.write_blocked.set(Some(Instant::now())),
            (Poll::Ready(_), Some(_)) => self.state.write_blocked.set(None),
            _ => {}
        }
        poll
    }
}

impl AsyncRead for Guarded {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.state.violation.get().is_some() {
            return this.refused();
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.wire).poll_read(cx, buf))?;
        let arrived = &buf.filled()[before..];
        if arrived.is_empty() {
            this.state.ended.set(true);
            return Poll::Ready(Ok(()));
        }
        let Err(refusal) = this.guard.feed(arrived) else {
            this.note_position();
            return Poll::Ready(Ok(()));
        };
        this.note_refusal(refusal);
        buf.set_filled(before + refusal.accepted);
        // Nothing delivered would read as the end of the stream.
        if refusal.accepted == 0 { this.refused() } else { Poll::Ready(Ok(())) }
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.wire).poll_write(cx, bytes);
        this.note_write(poll)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.wire).poll_write_vectored(cx, slices);
        this.note_write(poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.wire).poll_flush(cx);
        this.note_write(poll)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().wire).poll_shutdown(cx)
    }
}
