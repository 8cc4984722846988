//! OTLP/gRPC: frames, and what an answer means (gRPC over HTTP/2; OTLP specification, "OTLP/gRPC Response").

use bytes::{BufMut, Bytes, BytesMut};
use data_encoding::{BASE64, BASE64_NOPAD};
use http::{HeaderMap, StatusCode};

use super::line::Answer;
use super::proto;
use super::verdict::Verdict;
use crate::metrics::Failure;

/// In front of a message: whether it is compressed, and its length.
const PREFIX_BYTES: usize = 5;

/// A message as the one of a call.
pub(super) fn frame(is_compressed: bool, message: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(PREFIX_BYTES + message.len());
    frame.put_u8(u8::from(is_compressed));
    frame.put_u32(message.len() as u32);
    frame.put_slice(message);
    frame.freeze()
}

/// The message of an answer. Compressed it is not, for nobody said that it may be.
fn unframed(body: &[u8]) -> &[u8] {
    match body.split_at_checked(PREFIX_BYTES) {
        Some(([0, length @ ..], message)) => {
            let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            message.get(..length).unwrap_or_default()
        }
        _ => &[],
    }
}

pub(super) fn verdict(answer: &Answer) -> Verdict {
    if answer.status != StatusCode::OK {
        return of_http(answer.status);
    }
    // An answer without a message has its trailers where the headers are.
    let trailers =
        if answer.trailers.contains_key("grpc-status") { &answer.trailers } else { &answer.headers };
    let Some(code) = text(trailers, "grpc-status").and_then(|code| code.parse().ok()) else {
        return Verdict::retry(Failure::Broken, "no grpc-status");
    };
    if code == OK {
        return Verdict::Delivered(proto::partial_success(unframed(&answer.body)));
    }
    let details = text(trailers, "grpc-status-details-bin").and_then(decoded).unwrap_or_default();
    let after = proto::retry_delay(&details);
    let detail = format!("grpc-status {code} {}", text(trailers, "grpc-message").unwrap_or_default());
    let detail = detail.trim_end().to_owned();
    if is_retryable(code) || code == RESOURCE_EXHAUSTED && after.is_some() {
        return Verdict::throttled(after, detail);
    }
    Verdict::Refused { detail }
}

const OK: u8 = 0;
const CANCELLED: u8 = 1;
const DEADLINE_EXCEEDED: u8 = 4;
/// Can be retried only if the receiver says when.
const RESOURCE_EXHAUSTED: u8 = 8;
const ABORTED: u8 = 10;
const OUT_OF_RANGE: u8 = 11;
const UNAVAILABLE: u8 = 14;
const DATA_LOSS: u8 = 15;

fn is_retryable(code: u8) -> bool {
    matches!(code, CANCELLED | DEADLINE_EXCEEDED | ABORTED | OUT_OF_RANGE | UNAVAILABLE | DATA_LOSS)
}

/// An answer that is none of gRPC's: from something in between (gRPC, "HTTP to gRPC Status Code Mapping").
fn of_http(status: StatusCode) -> Verdict {
    match status.as_u16() {
        429 | 502 | 503 | 504 => Verdict::throttled(None, status.as_str().to_owned()),
        _ => Verdict::Refused { detail: status.as_str().to_owned() },
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Padding may be there or not (gRPC over HTTP/2, "Binary-Header").
fn decoded(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.as_bytes()).or_else(|_| BASE64_NOPAD.decode(text.as_bytes())).ok()
}
