//! A response body on its way to the sender.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use crate::ticket::Ticket;
use crate::upstream::Lease;

/// What is sent to a sender. Its end, however it comes, ends the request.
pub(crate) struct Outbound {
    content: Content,
    ticket: Ticket,
}

enum Content {
    Whole(Bytes),
    Relayed(Relayed),
}

/// An intake's response body. The connection it comes on is leased until its end.
#[derive(Debug)]
pub(crate) struct Relayed {
    incoming: Incoming,
    lease: Option<Lease>,
    over: bool,
}

impl Outbound {
    pub(crate) fn whole(bytes: Bytes, ticket: Ticket) -> Self {
        Self { content: Content::Whole(bytes), ticket }
    }

    pub(crate) fn relayed(relayed: Relayed, ticket: Ticket) -> Self {
        Self { content: Content::Relayed(relayed), ticket }
    }
}

impl Relayed {
    pub(crate) fn new(incoming: Incoming, lease: Lease) -> Self {
        Self { incoming, lease: Some(lease), over: false }
    }

    /// Pieces only: trailers are dropped.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, hyper::Error>>> {
        loop {
            match std::task::ready!(Pin::new(&mut self.incoming).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(piece) => return Poll::Ready(Some(Ok(piece))),
                    Err(_trailers) => {}
                },
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    self.over = true;
                    return Poll::Ready(None);
                }
            }
        }
    }
}

impl Drop for Relayed {
    /// A connection whose response was read to its end serves again; any other is closed with its lease.
    fn drop(&mut self) {
        let over = self.over || self.incoming.is_end_stream();
        if let Some(lease) = self.lease.take().filter(|_| over) {
            lease.give_back();
        }
    }
}

impl Body for Outbound {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let poll = match &mut this.content {
            Content::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Content::Whole(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Content::Relayed(relayed) => relayed.poll_piece(cx),
        };
        match &poll {
            Poll::Ready(Some(Ok(piece))) => this.ticket.sent(piece.len()),
            Poll::Ready(Some(Err(_))) => this.ticket.broke_off(),
            _ => {}
        }
        poll.map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole(bytes) => bytes.is_empty(),
            Content::Relayed(relayed) => relayed.over || relayed.incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Content::Relayed(relayed) => relayed.incoming.size_hint(),
        }
    }
}
