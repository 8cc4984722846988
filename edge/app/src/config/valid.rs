//! The validated configuration: types that cannot hold a wrong value, and how the tree becomes them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use http::Uri;

use super::reader::Reader;

/// Most worker threads: far above any machine's cores, far below what would exhaust it.
const WORKERS_MAX: usize = 1024;

/// What edge is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where senders connect.
    pub listen: SocketAddr,
    /// Where data goes on to.
    pub upstreams: Upstreams,
    /// What edge calls itself.
    pub service: Service,
    /// Least severe event that is written.
    pub log_level: LogLevel,
    /// Sizes and counts that are never exceeded.
    pub limits: Limits,
    /// Threads that serve.
    pub workers: NonZeroUsize,
    /// How long each wait may take.
    pub deadlines: Deadlines,
    /// When `/_ready` starts to say 200.
    pub ready_after: ReadyAfter,
    /// Where policies come from.
    pub providers: Vec<FileProvider>,
    /// What becomes of edge's own telemetry.
    pub telemetry: Telemetry,
}

/// Upstream URLs by role; each falls back to `default`, and that to the embedded sink.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upstreams {
    /// `upstream_url`
    pub default: Option<Uri>,
    /// `logs_url`
    pub logs: Option<Uri>,
    /// `metrics_url`
    pub metrics: Option<Uri>,
    /// `traces_url`
    pub traces: Option<Uri>,
}

/// What edge calls itself in its own telemetry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// `service.name`
    pub name: String,
    /// `service.namespace`
    pub namespace: String,
    /// `service.version`; the build's unless configured.
    pub version: String,
    /// Further resource attributes.
    pub resource_attributes: Vec<Pair>,
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// Severities, least severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// Sizes and counts that are never exceeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request body as sent.
    pub body_bytes_max: usize,
    /// Bytes of a body as decoded.
    pub decoded_bytes_max: usize,
    /// Connections open at once.
    pub connections_max: usize,
}

/// How long each wait may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadlines {
    /// For a request's head.
    pub head: Duration,
    /// Between two pieces of a body.
    pub body: Duration,
    /// For the upstream's answer.
    pub answer: Duration,
    /// For requests in flight at shutdown.
    pub drain: Duration,
    /// To connect to an upstream.
    pub dial: Duration,
    /// Between two requests of a connection.
    pub idle: Duration,
}

/// When `/_ready` starts to say 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadyAfter {
    /// Every provider has answered or failed once.
    Policies,
    /// The listener is open.
    Listening,
}

/// A policy file that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProvider {
    /// Unique id, for events and metrics.
    pub id: String,
    /// The file; relative paths are relative to the working directory.
    pub path: PathBuf,
}

/// What becomes of edge's own telemetry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telemetry {
    /// Whether `/_edge/metrics` answers.
    pub prometheus: bool,
    /// How often the workers' counts reach the exporters.
    pub interval: Duration,
    /// Where events of serving and of policies go.
    pub logs_engine: LogProvider,
    /// Where events of the process as a whole go.
    pub logs_global: LogProvider,
    /// Where events of the admin routes go.
    pub logs_admin: LogProvider,
    /// Where events of the telemetry system itself go.
    pub logs_internal: LogProvider,
}

/// Where events go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogProvider {
    /// To the console, from a thread of its own: a blocked console loses events instead of blocking.
    ConsoleAsync,
    /// To the console, by the thread that has the event.
    ConsoleDirect,
    /// Nowhere.
    Noop,
}

const LOG_LEVELS: [(&str, LogLevel); 6] = [
    ("trace", LogLevel::Trace),
    ("debug", LogLevel::Debug),
    ("info", LogLevel::Info),
    ("warn", LogLevel::Warn),
    ("err", LogLevel::Error),
    ("error", LogLevel::Error),
];

const LOG_PROVIDERS: [(&str, LogProvider); 3] = [
    ("console_async", LogProvider::ConsoleAsync),
    ("console_direct", LogProvider::ConsoleDirect),
    ("noop", LogProvider::Noop),
];

/// The telemetry system must not wait for itself.
const INTERNAL_LOG_PROVIDERS: [(&str, LogProvider); 2] =
    [("console_direct", LogProvider::ConsoleDirect), ("noop", LogProvider::Noop)];

impl Config {
    /// Reads everything; what is wrong is collected by `reader`.
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        check_ineffective(reader);
        Self {
            listen: listen(reader),
            upstreams: upstreams(reader),
            service: service(reader),
            log_level: reader.choice("log_level", &LOG_LEVELS),
            limits: limits(reader),
            workers: workers(reader),
            deadlines: deadlines(reader),
            ready_after: reader.choice(
                "ready_after",
                &[("policies", ReadyAfter::Policies), ("listening", ReadyAfter::Listening)],
            ),
            providers: providers(reader),
            telemetry: telemetry(reader),
        }
    }
}

fn listen(reader: &mut Reader<'_>) -> SocketAddr {
    let address = reader.parsed("listen_address", "an IP address such as 127.0.0.1 or ::", |text| {
        text.parse::<IpAddr>().ok()
    });
    let port = reader.parsed("listen_port", "a port from 0 to 65535", |text| text.parse::<u16>().ok());
    SocketAddr::new(address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)), port.unwrap_or_default())
}

fn upstreams(reader: &mut Reader<'_>) -> Upstreams {
    Upstreams {
        default: reader.url("upstream_url"),
        logs: reader.url("logs_url"),
        metrics: reader.url("metrics_url"),
        traces: reader.url("traces_url"),
    }
}

fn service(reader: &mut Reader<'_>) -> Service {
    Service {
        name: reader.required("service.name"),
        namespace: reader.text("service.namespace").unwrap_or_default(),
        version: reader.text("service.version").unwrap_or_else(|| crate::VERSION.to_owned()),
        resource_attributes: pairs(reader, "service.resource_attributes"),
    }
}

fn pairs(reader: &mut Reader<'_>, key: &str) -> Vec<Pair> {
    reader
        .each(key, |pair| Pair { name: pair.required("name"), value: pair.text("value").unwrap_or_default() })
}

fn limits(reader: &mut Reader<'_>) -> Limits {
    let mut bytes = |key| usize::try_from(reader.size(key)).unwrap_or(usize::MAX);
    let (body_bytes_max, decoded_bytes_max) = (bytes("max_body_size"), bytes("max_decoded_bytes"));
    let connections_max = reader
        .parsed("max_connections", "a positive number", |text| text.parse().ok().filter(|count| *count > 0));
    Limits { body_bytes_max, decoded_bytes_max, connections_max: connections_max.unwrap_or_default() }
}

fn workers(reader: &mut Reader<'_>) -> NonZeroUsize {
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let read = |text: &str| match text {
        "auto" => Some(cores),
        number => number.parse().ok().filter(|count: &NonZeroUsize| count.get() <= WORKERS_MAX),
    };
    reader.parsed("workers", "`auto` or a number from 1 to 1024", read).unwrap_or(cores)
}

fn deadlines(reader: &mut Reader<'_>) -> Deadlines {
    Deadlines {
        head: reader.span("deadlines.head"),
        body: reader.span("deadlines.body"),
        answer: reader.span("deadlines.answer"),
        drain: reader.span("deadlines.drain"),
        dial: reader.span("deadlines.dial"),
        idle: reader.span("deadlines.idle"),
    }
}

fn providers(reader: &mut Reader<'_>) -> Vec<FileProvider> {
    let providers = reader.each("policy_providers", provider);
    for (index, provider) in providers.iter().enumerate() {
        if providers[..index].iter().any(|other| other.id == provider.id) && !provider.id.is_empty() {
            let message = format!("`{}` is used by an earlier provider too; ids are unique", provider.id);
            reader.problem(&format!("policy_providers[{index}].id"), message);
        }
    }
    providers
}

fn provider(reader: &mut Reader<'_>) -> FileProvider {
    let id = reader.required("id");
    let kind = reader.required("type");
    match kind.as_str() {
        "file" => FileProvider { id, path: reader.required("path").into() },
        "http" | "grpc" => {
            reader.problem("type", format!("`{kind}` providers are not in this build yet; use `file`"));
            FileProvider { id, path: PathBuf::new() }
        }
        _ => {
            if !kind.is_empty() {
                reader.problem("type", format!("`{kind}` is not one of file, http, grpc"));
            }
            FileProvider { id, path: PathBuf::new() }
        }
    }
}

fn telemetry(reader: &mut Reader<'_>) -> Telemetry {
    Telemetry {
        prometheus: reader.flag("telemetry.prometheus"),
        interval: reader.span("telemetry.interval"),
        logs_engine: reader.choice("telemetry.logs.providers.engine", &LOG_PROVIDERS),
        logs_global: reader.choice("telemetry.logs.providers.global", &LOG_PROVIDERS),
        logs_admin: reader.choice("telemetry.logs.providers.admin", &LOG_PROVIDERS),
        logs_internal: reader.choice("telemetry.logs.providers.internal", &INTERNAL_LOG_PROVIDERS),
    }
}

/// Keys that are checked and have no effect in this build.
pub(super) const INEFFECTIVE: [&str; 7] = [
    "otlp_grpc_url",
    "workspace_id",
    "service.labels",
    "prometheus.max_input_bytes_per_scrape",
    "prometheus.max_output_bytes_per_scrape",
    "prometheus.on_limit",
    "telemetry.otlp_endpoint",
];

fn check_ineffective(reader: &mut Reader<'_>) {
    reader.url("otlp_grpc_url");
    reader.text("workspace_id");
    pairs(reader, "service.labels");
    reader.size("prometheus.max_input_bytes_per_scrape");
    reader.size("prometheus.max_output_bytes_per_scrape");
    reader.choice("prometheus.on_limit", &[("fail", ()), ("truncate", ())]);
    reader.url("telemetry.otlp_endpoint");
}
