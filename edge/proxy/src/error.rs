//! What can go wrong with a request, and the response that each failure becomes.

use bytes::Bytes;
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

/// Why a request was not answered by a protocol or an intake.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Its body could not be had.
    Body(BodyFailure),
    /// Its intake could not be had.
    Upstream(UpstreamFailure),
    /// Every slot but the reserve is taken, and the request needs more than an answer from here.
    Busy,
    /// The one method that is not relayed.
    Connect,
    /// No protocol of this distribution claims it.
    Unrouted,
}

/// Why a body could not be had from its sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyFailure {
    /// Larger than `max_body_size`.
    TooLarge,
    /// Too many others are held at this time.
    NoRoom,
    /// Too slow.
    Deadline,
    /// Ended before its end.
    Vanished,
    /// Framed wrongly.
    Malformed,
}

/// Why an intake could not be had.
#[derive(Debug)]
pub(crate) enum UpstreamFailure {
    /// Neither resolved nor connected to.
    Dial(std::io::Error),
    /// Not connected to in time.
    DialDeadline,
    /// Closed or broken before its response.
    Closed(String),
    /// It answered, but not in HTTP.
    Answer(String),
    /// It did not take the request in time.
    WriteDeadline,
    /// Silent for too long.
    AnswerDeadline,
    /// The request's target does not fit behind the intake's base path.
    Target,
}

impl UpstreamFailure {
    /// The reasons as metric attribute values, by [`UpstreamFailure::index`].
    pub(crate) const NAMES: [&'static str; 7] =
        ["dial", "dial_deadline", "closed", "answer", "write_deadline", "answer_deadline", "target"];

    pub(crate) const fn index(&self) -> usize {
        match self {
            Self::Dial(_) => 0,
            Self::DialDeadline => 1,
            Self::Closed(_) => 2,
            Self::Answer(_) => 3,
            Self::WriteDeadline => 4,
            Self::AnswerDeadline => 5,
            Self::Target => 6,
        }
    }
}

impl BodyFailure {
    /// Every failure, in declaration order.
    pub(crate) const ALL: [Self; 5] =
        [Self::TooLarge, Self::NoRoom, Self::Deadline, Self::Vanished, Self::Malformed];

    /// The failure as a metric attribute value.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::NoRoom => "no_room",
            Self::Deadline => "deadline",
            Self::Vanished => "vanished",
            Self::Malformed => "malformed",
        }
    }
}

impl std::fmt::Display for UpstreamFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dial(error) => write!(f, "cannot connect: {error}"),
            Self::DialDeadline => f.write_str("cannot connect in time"),
            Self::Closed(error) => write!(f, "closed without a response: {error}"),
            Self::Answer(error) => write!(f, "not a response: {error}"),
            Self::WriteDeadline => f.write_str("request not taken in time"),
            Self::AnswerDeadline => f.write_str("no response in time"),
            Self::Target => f.write_str("target does not fit behind the base path"),
        }
    }
}

impl std::fmt::Display for BodyFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "request body is too large",
            Self::NoRoom => "no room for the request body",
            Self::Deadline => "request body is too slow",
            Self::Vanished => "request body ended early",
            Self::Malformed => "request body is malformed",
        })
    }
}

impl std::error::Error for BodyFailure {}

/// Why a response broke off in its middle.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResponseFailure {
    /// The intake closed or broke the connection.
    #[error("upstream broke off: {0}")]
    Broken(#[source] hyper::Error),
    /// The intake sends nothing any more.
    #[error("upstream fell silent")]
    Silent,
}

impl From<BodyFailure> for Failure {
    fn from(failure: BodyFailure) -> Self {
        Self::Body(failure)
    }
}

impl From<UpstreamFailure> for Failure {
    fn from(failure: UpstreamFailure) -> Self {
        Self::Upstream(failure)
    }
}

/// The methods that are relayed, for the answer to the one that is not.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE");

impl Failure {
    /// The response to the sender. What went wrong inside is told to the operator, not to the sender.
    pub(crate) fn response(&self) -> Response<Bytes> {
        use StatusCode as Status;
        match self {
            Self::Body(BodyFailure::TooLarge) => closing(Status::PAYLOAD_TOO_LARGE, "body too large\n"),
            Self::Body(BodyFailure::Deadline) => closing(Status::REQUEST_TIMEOUT, "body too slow\n"),
            Self::Body(BodyFailure::Vanished | BodyFailure::Malformed) => {
                closing(Status::BAD_REQUEST, "malformed body\n")
            }
            Self::Upstream(
                UpstreamFailure::DialDeadline
                | UpstreamFailure::WriteDeadline
                | UpstreamFailure::AnswerDeadline,
            ) => plain(Status::GATEWAY_TIMEOUT, "upstream timed out\n"),
            Self::Upstream(
                UpstreamFailure::Dial(_) | UpstreamFailure::Closed(_) | UpstreamFailure::Answer(_),
            ) => plain(Status::BAD_GATEWAY, "upstream failed\n"),
            Self::Upstream(UpstreamFailure::Target) => plain(Status::URI_TOO_LONG, "target too long\n"),
            Self::Busy | Self::Body(BodyFailure::NoRoom) => {
                with(closing(Status::SERVICE_UNAVAILABLE, "busy\n"), RETRY_AFTER, RETRY_SECONDS)
            }
            Self::Connect => with(closing(Status::METHOD_NOT_ALLOWED, "not a tunnel\n"), ALLOW, METHODS),
            Self::Unrouted => plain(Status::NOT_FOUND, "no such route\n"),
        }
    }
}

/// How long a sender that was turned away should wait.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// Answers given without the HTTP machinery, before or behind it: a head that never came, one that must not be parsed.
pub(crate) mod raw {
    /// A malformed head.
    pub(crate) const BAD_REQUEST: &[u8] =
        b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    /// A head over its limits.
    pub(crate) const HEAD_TOO_LARGE: &[u8] =
        b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    /// A body that says it is larger than anything.
    pub(crate) const BODY_TOO_LARGE: &[u8] =
        b"HTTP/1.1 413 Payload Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    /// A head that did not end in time.
    pub(crate) const HEAD_TOO_SLOW: &[u8] =
        b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    /// No slot left, not even a reserved one.
    pub(crate) const BUSY: &[u8] =
        b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n";
}

fn plain(status: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    with(response, CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))
}

fn closing(status: StatusCode, text: &'static str) -> Response<Bytes> {
    with(plain(status, text), CONNECTION, HeaderValue::from_static("close"))
}

fn with(mut response: Response<Bytes>, name: http::HeaderName, value: HeaderValue) -> Response<Bytes> {
    response.headers_mut().insert(name, value);
    response
}
