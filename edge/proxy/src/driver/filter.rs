//! Filtering: buffer, decode, judge, and send on what is left. Whatever cannot be judged goes on as it came.

use bytes::Bytes;
use edge_policy::Signal;
use edge_protocol::{BodyFilter, FailOpen, Outcome};
use edge_stream::encoding::{Codings, DecodeError};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, Request, Response};
use hyper::body::Incoming;

use super::Reply;
use super::relay::{Target, receive, relay, send};
use crate::error::Failure;
use crate::forward::drop_digests;
use crate::ticket::Ticket;

/// What a filter plan says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spec {
    pub(super) target: Target,
    pub(super) signal: Signal,
    pub(super) format: &'static dyn BodyFilter,
    pub(super) emptied: fn() -> Response<Bytes>,
}

/// What goes on in place of a body.
#[derive(Debug)]
enum Verdict {
    /// The original bytes, changed in nothing.
    Original,
    /// These, encoded as the original was.
    Changed(Vec<u8>),
    /// Nothing.
    Nothing,
}

pub(super) async fn filter(
    spec: Spec,
    request: Request<Incoming>,
    ticket: &Ticket,
) -> Result<Reply, Failure> {
    let Some(codings) = codings(request.headers()) else {
        ticket.metrics().failed_open(spec.signal, FailOpen::ContentEncoding);
        return relay(spec.target, request, ticket).await;
    };
    let (mut head, incoming) = request.into_parts();
    // Held until the intake has answered.
    let mut share = ticket.worker().shared.budget.share();
    let body = receive(spec.target, incoming, ticket)?.collect(&mut share).await?;
    match judge(spec, codings, &body, ticket) {
        Ok(Verdict::Original) => send(spec.target, head, body, ticket).await,
        Ok(Verdict::Changed(changed)) => {
            ticket.metrics().saved(spec.signal, body.len(), changed.len());
            drop_digests(&mut head.headers);
            head.headers.insert(CONTENT_LENGTH, HeaderValue::from(changed.len()));
            send(spec.target, head, changed.into(), ticket).await
        }
        Ok(Verdict::Nothing) => {
            ticket.metrics().saved(spec.signal, body.len(), 0);
            Ok(Reply::Here((spec.emptied)()))
        }
        Err(reason) => {
            ticket.metrics().failed_open(spec.signal, reason);
            send(spec.target, head, body, ticket).await
        }
    }
}

pub(super) fn codings(headers: &HeaderMap) -> Option<Codings> {
    Codings::parse(headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes))
}

/// Decodes a body and applies the policies. Nothing waits in here: one snapshot judges the whole of it.
fn judge(spec: Spec, codings: Codings, body: &[u8], ticket: &Ticket) -> Result<Verdict, FailOpen> {
    let worker = ticket.worker();
    let mut codec = worker.codec.borrow_mut();
    let decoded =
        codec.decode(&codings, body, worker.shared.config.limits.decoded_bytes_max).map_err(reason)?;
    let filtered = worker.policies.filter(spec.signal, spec.format, &decoded, ticket);
    // The original and the changed body can both be as large as the limit: one goes before the other is encoded.
    drop(decoded);
    let verdict = match filtered.outcome {
        Outcome::Unchanged => Verdict::Original,
        Outcome::Emptied => Verdict::Nothing,
        Outcome::FailOpen(reason) => return Err(reason),
        Outcome::Replaced(changed) => {
            Verdict::Changed(codec.encode(&codings, changed).map_err(|_| FailOpen::Encode)?)
        }
    };
    ticket.metrics().decided(spec.signal, filtered.records);
    Ok(verdict)
}

fn reason(error: DecodeError) -> FailOpen {
    match error {
        DecodeError::Corrupt => FailOpen::CorruptEncoding,
        DecodeError::TooLarge => FailOpen::DecodedSize,
    }
}
