//! Answering: buffer, decode, and let somebody here answer.

use bytes::Bytes;
use edge_protocol::{Answerer, Feeder, Upstream};
use edge_stream::encoding::DecodeError;
use http::{HeaderMap, Request, Response, StatusCode};
use hyper::body::Incoming;

use super::Reply;
use super::filter::codings;
use super::relay::{Target, receive};
use crate::error::Failure;
use crate::ticket::Ticket;

pub(super) async fn answer(
    answerer: &dyn Answerer,
    request: Request<Incoming>,
    ticket: &Ticket,
) -> Result<Reply, Failure> {
    whole(request, ticket, |headers, body| Reply::Here(answerer.answer(headers, body))).await
}

pub(super) async fn feed(
    feeder: &dyn Feeder,
    request: Request<Incoming>,
    ticket: &Ticket,
) -> Result<Reply, Failure> {
    whole(request, ticket, |headers, body| Reply::Fed(feeder.feed(headers, body))).await
}

/// Reads and decodes the whole of a request and lets `reply` answer it.
async fn whole(
    request: Request<Incoming>,
    ticket: &Ticket,
    reply: impl FnOnce(&HeaderMap, &[u8]) -> Reply,
) -> Result<Reply, Failure> {
    let Some(codings) = codings(request.headers()) else {
        return Ok(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    };
    let (head, incoming) = request.into_parts();
    let mut share = ticket.worker().shared.budget.share();
    // It goes nowhere; but what is read is limited as if it did.
    let target = Target { upstream: Upstream::Default, limited: true };
    let body = receive(target, incoming, ticket)?.collect(&mut share).await?;
    let worker = ticket.worker();
    let mut codec = worker.codec.borrow_mut();
    match codec.decode(&codings, &body, worker.shared.config.limits.decoded_bytes_max) {
        Ok(decoded) => Ok(reply(&head.headers, &decoded)),
        Err(DecodeError::Corrupt) => Ok(refuse(StatusCode::BAD_REQUEST)),
        Err(DecodeError::TooLarge) => Ok(refuse(StatusCode::PAYLOAD_TOO_LARGE)),
    }
}

fn refuse(status: StatusCode) -> Reply {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    Reply::Here(response)
}
