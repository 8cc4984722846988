//! How an exporter is set up.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use telemetry::Temporality;

use crate::error::ConfigError;
use crate::signal::Signal;

/// Largest request where nothing else is said, before it is compressed: half of what gRPC servers take.
pub(crate) const BODY_BYTES_MAX: usize = 2 << 20;

/// Sees every body before it is compressed and sent, and may change it: a request message of the signal. What it makes
/// empty is not sent.
///
/// Runs on the exporter's thread: as long as it takes, nothing else is sent.
pub type Intercept = Arc<dyn Fn(Signal, &mut Vec<u8>) + Send + Sync>;

/// How an exporter is set up.
#[derive(Clone)]
pub struct OtlpOptions {
    /// Where metrics go; `None` for nowhere.
    pub metrics: Option<Target>,
    /// Where events go; `None` for nowhere. What is recorded then is discarded.
    pub logs: Option<Target>,
    /// Where spans go; `None` for nowhere. What is recorded then is discarded.
    pub traces: Option<Target>,
    /// Time between two exports of metrics.
    pub interval: Duration,
    /// Longest time that an event or a span waits for more to come along with; much of them goes at once.
    pub record_interval: Duration,
    /// Whether metrics are totals or changes.
    pub temporality: Temporality,
    /// Bytes of a request of metrics before it is compressed; of more, several are made. A point that is larger by itself
    /// is a request of its own.
    pub metrics_bytes_max: usize,
    /// How what failed is tried again.
    pub retry: Retry,
    /// Bytes of events, and of spans, that may wait to be sent; further ones are dropped and counted. At the end what the
    /// threads still hold waits beyond that. No request is larger than an eighth of it, nor than two megabytes.
    pub queue_bytes_max: usize,
    /// Sees every body before it is sent.
    pub on_body: Option<Intercept>,
}

/// Where a signal goes, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// An `http` or `https` URL: with OTLP/HTTP the whole of it, with OTLP/gRPC without a path.
    pub url: String,
    /// How bodies travel.
    pub protocol: Protocol,
    /// Header fields of every request.
    pub headers: Vec<(String, String)>,
    /// How bodies are made smaller.
    pub compression: Compression,
    /// Longest time that one attempt may take.
    pub timeout: Duration,
    /// Certificates in PEM that are trusted beside those of the system.
    pub certificates: Option<Vec<u8>>,
}

/// How bodies travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// OTLP/HTTP with protobuf.
    #[default]
    HttpProtobuf,
    /// OTLP/gRPC.
    Grpc,
}

/// How bodies are made smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// With gzip.
    Gzip,
}

/// How what failed is tried again: after times that double and vary by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// About how long to wait before the second attempt.
    pub initial: Duration,
    /// Longest time to wait before any attempt, unless the receiver asks for more.
    pub max: Duration,
    /// After how long to give up. Metrics are collected anew then.
    pub total: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            initial: Duration::from_secs(1),
            max: Duration::from_secs(30),
            total: Duration::from_secs(300),
        }
    }
}

impl OtlpOptions {
    /// Sends all signals to one receiver: `http://host:4318` for OTLP/HTTP, `http://host:4317` for OTLP/gRPC.
    pub fn new(endpoint: &str, protocol: Protocol) -> Self {
        let target = |signal| Some(Target::new(endpoint, protocol, signal));
        Self {
            metrics: target(Signal::Metrics),
            logs: target(Signal::Logs),
            traces: target(Signal::Traces),
            ..Self::default()
        }
    }

    /// The targets that there are.
    pub fn targets_mut(&mut self) -> impl Iterator<Item = &mut Target> {
        [&mut self.metrics, &mut self.logs, &mut self.traces].into_iter().flatten()
    }

    pub(crate) fn target(&self, signal: Signal) -> Option<&Target> {
        match signal {
            Signal::Metrics => self.metrics.as_ref(),
            Signal::Logs => self.logs.as_ref(),
            Signal::Traces => self.traces.as_ref(),
        }
    }
}

/// Nothing goes anywhere; the times are those of OpenTelemetry's SDKs.
impl Default for OtlpOptions {
    fn default() -> Self {
        Self {
            metrics: None,
            logs: None,
            traces: None,
            interval: Duration::from_secs(60),
            record_interval: Duration::from_secs(1),
            temporality: Temporality::Cumulative,
            metrics_bytes_max: BODY_BYTES_MAX,
            retry: Retry::default(),
            queue_bytes_max: 16 << 20,
            on_body: None,
        }
    }
}

impl fmt::Debug for OtlpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtlpOptions")
            .field("metrics", &self.metrics)
            .field("logs", &self.logs)
            .field("traces", &self.traces)
            .field("interval", &self.interval)
            .field("temporality", &self.temporality)
            .finish_non_exhaustive()
    }
}

impl Target {
    /// The target of a signal at an endpoint that takes all of them.
    pub fn new(endpoint: &str, protocol: Protocol, signal: Signal) -> Self {
        let path = match protocol {
            Protocol::HttpProtobuf => signal.http_path(),
            Protocol::Grpc => "",
        };
        Self {
            url: format!("{}{path}", endpoint.trim_end_matches('/')),
            protocol,
            headers: Vec::new(),
            compression: Compression::None,
            timeout: Duration::from_secs(10),
            certificates: None,
        }
    }
}

impl FromStr for Protocol {
    type Err = ConfigError;

    fn from_str(word: &str) -> Result<Self, ConfigError> {
        match word {
            "http/protobuf" => Ok(Self::HttpProtobuf),
            "grpc" => Ok(Self::Grpc),
            _ => Err(ConfigError::Protocol(word.to_owned())),
        }
    }
}

impl FromStr for Compression {
    type Err = ConfigError;

    fn from_str(word: &str) -> Result<Self, ConfigError> {
        match word {
            "none" => Ok(Self::None),
            "gzip" => Ok(Self::Gzip),
            _ => Err(ConfigError::Compression(word.to_owned())),
        }
    }
}
