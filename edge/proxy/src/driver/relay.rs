//! Relaying: bytes stream through both ways, untouched, in bounded memory.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use edge_protocol::Upstream;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderValue, Method, Request, request};
use hyper::body::{Body, Incoming};

use super::Reply;
use crate::body::{Inbound, Source, Upload};
use crate::config::{Deadlines, OPAQUE_SILENCE_MAX};
use crate::error::{BodyFailure, Failure, UpstreamFailure};
use crate::forward::readdress;
use crate::ticket::Ticket;
use crate::upstream::{Destination, Remote, exchange, sink_answer};

/// Where a request goes and how large it may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) upstream: Upstream,
    /// Whether `max_body_size` holds.
    pub(super) limited: bool,
}

impl Target {
    /// How long the response may be silent: a route without a limit is one that no protocol claims.
    fn silence(self, deadlines: &Deadlines) -> Duration {
        if self.limited { deadlines.idle } else { OPAQUE_SILENCE_MAX }
    }
}

/// Relays a request whose body has not been read.
pub(super) async fn relay(
    target: Target,
    request: Request<Incoming>,
    ticket: &Ticket,
) -> Result<Reply, Failure> {
    let (head, incoming) = request.into_parts();
    let inbound = receive(target, incoming, ticket)?;
    match ticket.worker().destinations.of(target.upstream) {
        Destination::Sink => {
            inbound.discard().await?;
            Ok(sink(&head, ticket))
        }
        Destination::Remote(remote) => {
            let chunked = inbound.length().is_none();
            let upload = if inbound.is_over() {
                Upload::Whole(Bytes::new())
            } else {
                Upload::Streamed { source: Source::new(inbound, ticket.began()), taken: 0 }
            };
            forward(target, remote, head, upload, chunked, ticket).await
        }
    }
}

/// Sends a request whose body is complete.
pub(super) async fn send(
    target: Target,
    head: request::Parts,
    body: Bytes,
    ticket: &Ticket,
) -> Result<Reply, Failure> {
    match ticket.worker().destinations.of(target.upstream) {
        Destination::Sink => Ok(sink(&head, ticket)),
        Destination::Remote(remote) => {
            forward(target, remote, head, Upload::Whole(body), false, ticket).await
        }
    }
}

/// The body of a request, limited as its route is.
pub(super) fn receive(target: Target, incoming: Incoming, ticket: &Ticket) -> Result<Inbound, BodyFailure> {
    let config = &ticket.worker().shared.config;
    let bytes_max = if target.limited { config.limits.body_bytes_max } else { u64::MAX };
    Inbound::new(incoming, Rc::clone(ticket.connection()), bytes_max, config.deadlines.body)
}

async fn forward(
    target: Target,
    remote: &Remote,
    mut head: request::Parts,
    upload: Upload,
    chunked: bool,
    ticket: &Ticket,
) -> Result<Reply, Failure> {
    head.uri = remote.url.target(&head.uri).ok_or(UpstreamFailure::Target)?;
    head.version = http::Version::HTTP_11;
    head.extensions.clear();
    readdress(&mut head.headers, remote.host());
    ticket.propagate(&mut head.headers);
    if chunked {
        // Said in so many words, because the HTTP machinery takes a GET without a length for one without a body.
        head.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    } else if upload.is_end_stream() && expects_body(&head.method) {
        // The HTTP machinery does not say that a body is empty, and some intakes answer 411 then.
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let deadlines = &ticket.worker().shared.config.deadlines;
    let exchanged = exchange(remote, head, upload, deadlines, ticket.metrics()).await;
    let (response, lease) = exchanged.inspect_err(|failure| {
        if let Failure::Upstream(failure) = failure {
            ticket.worker().shared.complaints.note(&remote.url, failure);
        }
    })?;
    Ok(Reply::There { response, lease, silence: target.silence(deadlines) })
}

/// Whether a request without a body should say so (RFC 9110 section 8.6).
fn expects_body(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH].contains(method)
}

fn sink(head: &request::Parts, ticket: &Ticket) -> Reply {
    ticket.metrics().sunk();
    Reply::Here(sink_answer(&head.headers))
}
