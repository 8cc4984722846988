//! What a server is told: validated values, filled in by the application.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use edge_protocol::Upstream;
use rustls::pki_types::CertificateDer;

use crate::upstream::UpstreamUrl;

/// Everything a server is told. [`Config::default`] is the embedded configuration, on a port of the system's choice.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 lets the system choose one.
    pub listen: SocketAddr,
    /// Threads, each with a listener socket, upstream pools and metric sets of its own.
    pub workers: NonZeroUsize,
    /// Sizes and counts that are never exceeded.
    pub limits: Limits,
    /// Bytes of bodies held for evaluation at one time, over all workers: connections times `max_body_size` is more
    /// than most machines have. A request over it is answered with 503.
    pub buffered_bytes_max: u64,
    /// How long anything may take.
    pub deadlines: Deadlines,
    /// Where requests go.
    pub upstreams: Upstreams,
    /// TLS on the listener, if wanted.
    pub listener_tls: Option<Arc<rustls::ServerConfig>>,
    /// Roots trusted for intakes beside the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// Whether each request that goes on has a span. Costs nothing where it has none.
    pub has_spans: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            limits: Limits::default(),
            buffered_bytes_max: 1 << 30,
            deadlines: Deadlines::default(),
            upstreams: Upstreams::default(),
            listener_tls: None,
            extra_roots: Vec::new(),
            has_spans: false,
        }
    }
}

/// Sizes and counts that are never exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// `max_body_size`: raw bytes of a telemetry request's body.
    pub body_bytes_max: u64,
    /// `max_decoded_bytes`: bytes of a body once decoded.
    pub decoded_bytes_max: usize,
    /// `max_connections`: open connections, beside a small reserve for health and admin.
    pub connections_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body_bytes_max: 16 << 20, decoded_bytes_max: 64 << 20, connections_max: 1024 }
    }
}

/// How long a relayed response may be silent on a route that no protocol claims. It may be a stream of events, which
/// says nothing until something happens, so that the idle deadline does not hold; but a peer that is gone without a word
/// must not hold a connection for ever. Responses of telemetry routes may be silent for as long as the idle deadline.
pub(crate) const OPAQUE_SILENCE_MAX: Duration = Duration::from_secs(60 * 60);

/// The longest deadline; longer ones are cut to it, so that a moment this far away can always be told.
const DEADLINE_MAX: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How long anything may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// From a request's first byte to the end of its head.
    pub head: Duration,
    /// For a sender to send, or to take, a portion of a body, and for an intake to take one.
    pub body: Duration,
    /// From the moment an intake has been sent the whole of a request to the head of its response.
    pub answer: Duration,
    /// For requests in flight at shutdown.
    pub drain: Duration,
    /// To resolve an intake's name, connect and shake hands.
    pub dial: Duration,
    /// For a connection without a request, on either side, and for silence in the response of a telemetry route.
    pub idle: Duration,
}

impl Deadlines {
    /// None longer than a year.
    #[must_use]
    pub(crate) fn bounded(self) -> Self {
        let bounded = |deadline: Duration| deadline.min(DEADLINE_MAX);
        Self {
            head: bounded(self.head),
            body: bounded(self.body),
            answer: bounded(self.answer),
            drain: bounded(self.drain),
            dial: bounded(self.dial),
            idle: bounded(self.idle),
        }
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        let half_a_minute = Duration::from_secs(30);
        Self {
            head: half_a_minute,
            body: half_a_minute,
            answer: half_a_minute,
            drain: half_a_minute,
            dial: Duration::from_secs(10),
            idle: Duration::from_secs(60),
        }
    }
}

/// The upstream of each role; one that has none falls back to the default, and that to the embedded sink.
#[derive(Debug, Clone, Default)]
pub struct Upstreams {
    /// `upstream_url`
    pub default: Option<UpstreamUrl>,
    /// `logs_url`
    pub logs: Option<UpstreamUrl>,
    /// `metrics_url`
    pub metrics: Option<UpstreamUrl>,
    /// `traces_url`
    pub traces: Option<UpstreamUrl>,
}

impl Upstreams {
    /// Every role to the same place.
    pub fn all(url: UpstreamUrl) -> Self {
        Self { default: Some(url), ..Self::default() }
    }

    /// Where `role` goes, after its fallback.
    pub fn of(&self, role: Upstream) -> Option<&UpstreamUrl> {
        let own = match role {
            Upstream::Default => &self.default,
            Upstream::Logs => &self.logs,
            Upstream::Metrics => &self.metrics,
            Upstream::Traces => &self.traces,
        };
        own.as_ref().or(self.default.as_ref())
    }

    /// Every configured URL.
    pub fn iter(&self) -> impl Iterator<Item = &UpstreamUrl> {
        [&self.default, &self.logs, &self.metrics, &self.traces].into_iter().flatten()
    }
}
