//! A request body on its way in: limited in size and time, and clear about how it ended.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Incoming};

use super::budget::Share;
use super::patience::Patience;
use crate::connection::ConnectionState;
use crate::error::BodyFailure;

/// Bytes that buy a sender another deadline: a body of any size passes on a slow link, a dripping one does not.
const PORTION_BYTES: u64 = 64 << 10;

/// A request body that has not been read yet, or not to its end.
#[derive(Debug)]
pub(crate) struct Inbound {
    incoming: Incoming,
    connection: Rc<ConnectionState>,
    bytes_max: u64,
    received: u64,
    patience: Patience,
}

impl Inbound {
    /// Refuses a declared length over the limit before anything is read, and so before a `100 Continue`.
    pub(crate) fn new(
        incoming: Incoming,
        connection: Rc<ConnectionState>,
        bytes_max: u64,
        deadline: Duration,
    ) -> Result<Self, BodyFailure> {
        if incoming.size_hint().lower() > bytes_max {
            return Err(BodyFailure::TooLarge);
        }
        Ok(Self {
            incoming,
            connection,
            bytes_max,
            received: 0,
            patience: Patience::new(deadline, PORTION_BYTES),
        })
    }

    /// Its length, if the sender declared one.
    pub(crate) fn length(&self) -> Option<u64> {
        self.incoming.size_hint().exact()
    }

    /// Whether nothing is left to read.
    pub(crate) fn is_over(&self) -> bool {
        self.incoming.is_end_stream()
    }

    /// The next piece; `None` once the body is complete.
    pub(crate) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyFailure>>> {
        loop {
            match Pin::new(&mut self.incoming).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(piece) => return Poll::Ready(Some(self.receive(piece))),
                    Err(_trailers) => {}
                },
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(self.failure(&error)))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return self.patience.poll(cx).map(|()| Some(Err(BodyFailure::Deadline))),
            }
        }
    }

    /// The whole body, for which `share` grows. One that arrives in one piece is not copied.
    pub(crate) async fn collect(mut self, share: &mut Share) -> Result<Bytes, BodyFailure> {
        let declared = self.length();
        let Some(first) = self.held_piece(share).await? else { return Ok(Bytes::new()) };
        if self.is_over() {
            return Ok(first);
        }
        let Some(second) = self.held_piece(share).await? else { return Ok(first) };
        // No more than the limit, because a longer declaration has been refused.
        let mut whole = BytesMut::with_capacity(declared.unwrap_or(0) as usize);
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&second);
        while let Some(piece) = self.held_piece(share).await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// Reads to the end and keeps nothing.
    pub(crate) async fn discard(mut self) -> Result<(), BodyFailure> {
        while self.piece().await.transpose()?.is_some() {}
        Ok(())
    }

    async fn held_piece(&mut self, share: &mut Share) -> Result<Option<Bytes>, BodyFailure> {
        let piece = self.piece().await.transpose()?;
        let fits = piece.as_ref().is_none_or(|piece| share.grow(piece.len()));
        if fits { Ok(piece) } else { Err(BodyFailure::NoRoom) }
    }

    async fn piece(&mut self) -> Option<Result<Bytes, BodyFailure>> {
        std::future::poll_fn(|cx| self.poll_piece(cx)).await
    }

    fn receive(&mut self, piece: Bytes) -> Result<Bytes, BodyFailure> {
        self.received += piece.len() as u64;
        self.connection.body_bytes.set(self.received);
        self.patience.feed(piece.len());
        if self.received > self.bytes_max { Err(BodyFailure::TooLarge) } else { Ok(piece) }
    }

    /// A broken framing is the guard's word, or the parser's; everything else is a sender that went away.
    fn failure(&self, error: &hyper::Error) -> BodyFailure {
        let source =
            std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>());
        let invalid = source.is_some_and(|source| {
            matches!(source.kind(), std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData)
        });
        if invalid || self.connection.violation_in_body.get() {
            BodyFailure::Malformed
        } else {
            BodyFailure::Vanished
        }
    }
}
