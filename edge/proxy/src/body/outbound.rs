//! A response body on its way to the sender.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use edge_protocol::Feed;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use super::patience::Patience;
use crate::error::ResponseFailure;
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
    Fed(Box<dyn Feed>),
}

/// An intake's response body. The connection it comes on is leased until its end.
#[derive(Debug)]
pub(crate) struct Relayed {
    incoming: Incoming,
    lease: Option<Lease>,
    over: bool,
    patience: Patience,
}

impl Outbound {
    pub(crate) fn whole(bytes: Bytes, ticket: Ticket) -> Self {
        Self { content: Content::Whole(bytes), ticket }
    }

    pub(crate) fn fed(feed: Box<dyn Feed>, ticket: Ticket) -> Self {
        ticket.connection().is_fed.set(true);
        Self { content: Content::Fed(feed), ticket }
    }

    pub(crate) fn relayed(relayed: Relayed, ticket: Ticket) -> Self {
        Self { content: Content::Relayed(relayed), ticket }
    }
}

impl Relayed {
    /// `silence` is how long the intake may send nothing.
    pub(crate) fn new(incoming: Incoming, lease: Lease, silence: Duration) -> Self {
        // A trickle is welcome: an intake may stream for as long as it has something to say.
        let patience = Patience::new(silence, 1);
        Self { incoming, lease: Some(lease), over: false, patience }
    }

    /// Pieces only: trailers are dropped.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, ResponseFailure>>> {
        loop {
            match Pin::new(&mut self.incoming).poll_frame(cx) {
                Poll::Pending => return self.patience.poll(cx).map(|()| Some(Err(ResponseFailure::Silent))),
                Poll::Ready(Some(Ok(frame))) => {
                    if let Ok(piece) = frame.into_data() {
                        self.patience.feed(piece.len());
                        return Poll::Ready(Some(Ok(piece)));
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    return Poll::Ready(Some(Err(ResponseFailure::Broken(error))));
                }
                Poll::Ready(None) => {
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
    type Error = ResponseFailure;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ResponseFailure>>> {
        let this = self.get_mut();
        let poll = match &mut this.content {
            Content::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Content::Whole(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Content::Relayed(relayed) => relayed.poll_piece(cx),
            // It may never end by itself. The connection's task is woken when the drain begins.
            Content::Fed(_) if this.ticket.worker().drain.has_begun() => Poll::Ready(None),
            Content::Fed(feed) => feed.poll_piece(cx).map(|piece| piece.map(Ok)),
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
            Content::Fed(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Content::Relayed(relayed) => relayed.incoming.size_hint(),
            Content::Fed(_) => SizeHint::default(),
        }
    }
}
