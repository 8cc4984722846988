//! What a protocol may ask of the proxy: a request head becomes a plan, and the driver knows only plans.

use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use edge_policy::{Nanos, Signal, Worker};
use http::{HeaderMap, Method, Response, Uri};

/// The part of a request that routing may look at.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// Request method.
    pub method: &'a Method,
    /// Request target; only its path takes part in routing.
    pub uri: &'a Uri,
    /// Request headers, duplicates in order.
    pub headers: &'a HeaderMap,
}

/// One wire protocol: claims the requests it knows, in the order of the distribution's table.
pub trait Protocol: Send + Sync {
    /// Short name for routes and metrics, such as `otlp`.
    fn name(&self) -> &'static str;

    /// What to do with this request, or `None` if it is not this protocol's.
    fn plan(&self, head: &Head<'_>) -> Option<Plan>;
}

/// What the driver does with a request.
#[derive(Debug)]
pub enum Plan {
    /// Answer here, touching no intake. Answered even when every other slot is taken.
    Respond {
        /// Route template for metrics, such as `/_health`.
        route: &'static str,
        /// The whole answer. For HEAD the driver sends its head alone.
        response: Response<Bytes>,
    },
    /// Read the whole request and answer it here, touching no intake.
    Answer {
        /// Route template for metrics.
        route: &'static str,
        /// Who answers.
        answerer: Arc<dyn Answerer>,
    },
    /// Read the whole request and answer it here with a body that comes as it is made.
    Feed {
        /// Route template for metrics.
        route: &'static str,
        /// Who answers.
        feeder: Box<dyn Feeder>,
    },
    /// Stream both ways, untouched, in bounded memory.
    Relay {
        /// Route template for metrics.
        route: &'static str,
        /// Where it goes.
        upstream: Upstream,
        /// Counts a fail-open, when the body should have been filtered but cannot be (an unknown content type).
        fail_open: Option<(Signal, FailOpen)>,
        /// Whether `max_body_size` holds for the request body: on telemetry routes, not on the passthrough.
        limited: bool,
    },
    /// Buffer, decode, filter by policy, forward what is left. If no policy is loaded for the signal, the
    /// driver relays instead.
    Filter {
        /// Route template for metrics.
        route: &'static str,
        /// Where it goes.
        upstream: Upstream,
        /// Which policies apply.
        signal: Signal,
        /// The body's format.
        filter: &'static dyn BodyFilter,
        /// The answer to a batch that was dropped whole.
        emptied: fn() -> Response<Bytes>,
    },
}

/// Answers whole requests.
pub trait Answerer: Send + Sync + std::fmt::Debug {
    /// The answer to a request with these headers and this decoded body. Must not wait for anything.
    fn answer(&self, headers: &HeaderMap, body: &[u8]) -> Response<Bytes>;
}

/// Answers whole requests with bodies that come as they are made.
pub trait Feeder: Send + Sync + std::fmt::Debug {
    /// The answer to a request with these headers and this decoded body. Must not wait for anything.
    fn feed(&self, headers: &HeaderMap, body: &[u8]) -> Response<Box<dyn Feed>>;
}

/// A body that comes piece by piece. Dropped when it is over, or nobody reads it any more.
pub trait Feed: Send {
    /// The next piece; `None` at the end.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>>;
}

/// A body that is all there.
#[derive(Debug)]
pub struct Whole(Option<Bytes>);

impl Whole {
    /// A body of these bytes.
    pub fn new(bytes: Bytes) -> Self {
        Self(Some(bytes))
    }
}

impl Feed for Whole {
    fn poll_piece(&mut self, _: &mut Context<'_>) -> Poll<Option<Bytes>> {
        Poll::Ready(self.0.take())
    }
}

/// The configured upstreams by role; each falls back to the default one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Upstream {
    /// `upstream_url`
    Default,
    /// `logs_url`
    Logs,
    /// `metrics_url`
    Metrics,
    /// `traces_url`
    Traces,
}

/// Applies a worker's policies to one decoded body.
pub trait BodyFilter: Send + Sync + std::fmt::Debug {
    /// Evaluates every record of `body`. Never fails: what it cannot understand it leaves unchanged, and says so.
    fn filter(&self, body: &[u8], worker: &mut Worker, now: Nanos) -> Filtered;
}

/// What became of a body.
#[derive(Debug, Default)]
pub struct Filtered {
    /// What to send on.
    pub outcome: Outcome,
    /// Records by what was decided about them.
    pub records: RecordCounts,
}

/// What to send on in place of a body.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// The original bytes, in their original encoding.
    #[default]
    Unchanged,
    /// These decoded bytes, encoded as the original was.
    Replaced(Vec<u8>),
    /// Nothing: every record was dropped by policy.
    Emptied,
    /// The original bytes, because the body could not be understood.
    FailOpen(FailOpen),
}

/// Records of one body by what was decided about them.
///
/// Of metrics these are data points, whether they were decided one by one or with their metric; a metric that has none
/// counts as one.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct RecordCounts {
    /// Forwarded byte for byte.
    pub kept: u64,
    /// Not forwarded.
    pub dropped: u64,
    /// Forwarded with a change.
    pub rewritten: u64,
    /// Bytes of the dropped records, as decoded.
    pub dropped_bytes: u64,
}

/// Why a body went on unevaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailOpen {
    /// Content-Type is not one the route evaluates.
    ContentType,
    /// Content-Encoding is not one that can be decoded.
    ContentEncoding,
    /// The encoded body is corrupt, truncated or has a wrong checksum.
    CorruptEncoding,
    /// The decoded body is larger than `max_decoded_bytes`.
    DecodedSize,
    /// The decoded body is not a well-formed message of its protocol.
    Malformed,
    /// The changed body could not be encoded.
    Encode,
    /// Evaluation panicked: a defect of edge, which the data does not pay for.
    Panic,
}

impl FailOpen {
    /// Every reason, in declaration order.
    pub const ALL: [Self; 7] = [
        Self::ContentType,
        Self::ContentEncoding,
        Self::CorruptEncoding,
        Self::DecodedSize,
        Self::Malformed,
        Self::Encode,
        Self::Panic,
    ];

    /// The reason as a metric attribute value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ContentType => "content_type",
            Self::ContentEncoding => "content_encoding",
            Self::CorruptEncoding => "corrupt_encoding",
            Self::DecodedSize => "decoded_size",
            Self::Malformed => "malformed",
            Self::Encode => "encode",
            Self::Panic => "panic",
        }
    }
}
