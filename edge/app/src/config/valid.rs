//! The validated configuration: types that cannot hold a wrong value, and how the tree becomes them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use edge_extension::Store;
use edge_provider::Source;
use edge_proxy::{Deadlines, Limits, Upstreams};
use http::{HeaderName, HeaderValue};
use telemetry::logs::{Level, Provider};
use telemetry_otlp::Protocol;

use super::extensions::{self, Extensions};
use super::providers::providers;
use super::reader::Reader;

/// Most worker threads: far above any machine's cores, far below what would exhaust it.
const WORKERS_MAX: usize = 1024;

/// Most connections: more than one address has ports for, far below what a count of them could overflow.
const CONNECTIONS_MAX: usize = 1_000_000;

/// What edge is told to do.
#[derive(Debug, Clone)]
pub struct Config {
    /// What the server is told.
    pub server: edge_proxy::Config,
    /// What edge calls itself.
    pub service: Service,
    /// Least severe event that is written.
    pub log_level: Level,
    /// When `/_ready` starts to say 200.
    pub ready_after: ReadyAfter,
    /// To whom the admin routes show records.
    pub records: Records,
    /// Where policies come from.
    pub providers: Vec<Source>,
    /// Folder that keeps compiled patterns.
    pub policy_cache: Option<PathBuf>,
    /// How often other edges are to ask this one for its policies, if they may.
    pub policy_server: Option<Duration>,
    /// Whose policies they are, if servers of policies are to know.
    pub workspace_id: Option<String>,
    /// Where extensions of policies send copies of records.
    pub extensions: Extensions,
    /// What becomes of edge's own telemetry.
    pub telemetry: Telemetry,
}

/// To whom the admin routes show records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Records {
    /// To this machine.
    Loopback,
    /// To whoever reaches the listener.
    Always,
    /// To nobody.
    Never,
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
    /// What servers of policies are told that operators call it.
    pub labels: Vec<Pair>,
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// When `/_ready` starts to say 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadyAfter {
    /// Every provider has answered or failed once.
    Policies,
    /// The listener is open.
    Listening,
}

/// What becomes of edge's own telemetry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telemetry {
    /// Whether `/_edge/metrics` answers.
    pub prometheus: bool,
    /// Where it is sent; `None` for nowhere.
    pub otlp: Option<Otlp>,
    /// Where events go.
    pub logs: LogProviders,
}

/// Where edge's own telemetry is sent, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Otlp {
    /// The receiver's URL, without the paths of signals.
    pub endpoint: String,
    /// How bodies travel.
    pub protocol: Protocol,
    /// Header fields of every request.
    pub headers: Vec<Pair>,
    /// Time between two exports of metrics.
    pub interval: Duration,
    /// Whether the policies in force apply to it too.
    pub policies: bool,
    /// Whether each request that goes on has a span.
    pub spans: bool,
}

/// Where events go, by what they are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogProviders {
    /// Those of the workers.
    pub engine: LogProvider,
    /// Those of everything else.
    pub global: LogProvider,
    /// Those of the admin routes.
    pub admin: LogProvider,
    /// Those of the telemetry system itself; on the console or nowhere.
    pub internal: LogProvider,
}

const LOG_LEVELS: [(&str, Level); 6] = [
    ("trace", Level::Trace),
    ("debug", Level::Debug),
    ("info", Level::Info),
    ("warn", Level::Warn),
    ("err", Level::Error),
    ("error", Level::Error),
];

const PROTOCOLS: [(&str, Protocol); 2] =
    [("http/protobuf", Protocol::HttpProtobuf), ("grpc", Protocol::Grpc)];

const LOG_PROVIDERS: [(&str, LogProvider); 5] = [
    ("console_async", LogProvider::ConsoleAsync),
    ("console_direct", LogProvider::ConsoleDirect),
    ("noop", LogProvider::Noop),
    ("its", LogProvider::Its),
    ("opentelemetry", LogProvider::OpenTelemetry),
];

/// Where events go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogProvider {
    /// Over OTLP, with everything else.
    Its,
    /// To the console, from a thread of its own: a blocked console loses events instead of blocking.
    ConsoleAsync,
    /// To the console, by the thread that has the event.
    ConsoleDirect,
    /// To the logger provider that the distribution gave to `telemetry::logs::set_opentelemetry`.
    OpenTelemetry,
    /// Nowhere.
    Noop,
}

/// What is missing where events cannot go to OpenTelemetry's SDK.
const WITHOUT_OPENTELEMETRY: &str = if cfg!(feature = "opentelemetry") {
    "this distribution gives no logger provider to `telemetry::logs::set_opentelemetry`; use another one, or `its` for OTLP"
} else {
    "`opentelemetry` is not built in: build edge with the feature `opentelemetry`, or use `its` for OTLP"
};

/// The telemetry system must not wait for itself.
const INTERNAL_LOG_PROVIDERS: [(&str, LogProvider); 2] =
    [("console_direct", LogProvider::ConsoleDirect), ("noop", LogProvider::Noop)];

const RECORDS: [(&str, Records); 3] =
    [("loopback", Records::Loopback), ("always", Records::Always), ("never", Records::Never)];

impl Config {
    /// Whether the admin routes show records.
    pub(crate) fn shows_records(&self) -> bool {
        match self.records {
            Records::Loopback => self.server.listen.ip().is_loopback(),
            Records::Always => true,
            Records::Never => false,
        }
    }

    /// Reads everything; what is wrong is collected by `reader`.
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        check_ineffective(reader);
        let server = server(reader);
        let telemetry = telemetry(reader);
        let has_spans = telemetry.otlp.as_ref().is_some_and(|otlp| otlp.spans);
        Self {
            server: edge_proxy::Config { has_spans, ..server },
            service: service(reader),
            log_level: reader.choice("log_level", &LOG_LEVELS),
            ready_after: reader.choice(
                "ready_after",
                &[("policies", ReadyAfter::Policies), ("listening", ReadyAfter::Listening)],
            ),
            records: reader.choice("admin.records", &RECORDS),
            providers: providers(reader),
            policy_cache: reader.text("policy_cache").map(PathBuf::from),
            policy_server: policy_server(reader),
            workspace_id: reader.text("workspace_id"),
            extensions: extensions::read(reader),
            telemetry,
        }
    }

    /// A relative path is one beside the configuration file `origin`, wherever edge is started from.
    pub(super) fn resolve_paths(&mut self, origin: Option<&Path>) {
        let Some(folder) = origin.and_then(Path::parent) else { return };
        self.policy_cache = self.policy_cache.take().map(|path| folder.join(path));
        for provider in &mut self.providers {
            match provider {
                Source::File(file) => file.path = folder.join(&file.path),
                Source::Sync(server) => {
                    server.cache_path = server.cache_path.take().map(|path| folder.join(path));
                }
            }
        }
        for target in &mut self.extensions.targets {
            if let Store::File(path) = &mut target.store {
                *path = folder.join(&*path);
            }
        }
    }
}

fn server(reader: &mut Reader<'_>) -> edge_proxy::Config {
    edge_proxy::Config {
        listen: listen(reader),
        workers: workers(reader),
        limits: limits(reader),
        deadlines: deadlines(reader),
        upstreams: upstreams(reader),
        ..edge_proxy::Config::default()
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
        labels: pairs(reader, "service.labels"),
    }
}

fn pairs(reader: &mut Reader<'_>, key: &str) -> Vec<Pair> {
    reader
        .each(key, |pair| Pair { name: pair.required("name"), value: pair.text("value").unwrap_or_default() })
}

/// Pairs that HTTP can carry.
pub(super) fn header_fields(reader: &mut Reader<'_>, key: &str) -> Vec<Pair> {
    reader.each(key, |pair| {
        let (name, value) = (pair.required("name"), pair.text("value").unwrap_or_default());
        if !name.is_empty() && HeaderName::try_from(&name).is_err() {
            pair.problem("name", format!("`{name}` is no name of a header field"));
        }
        if HeaderValue::try_from(&value).is_err() {
            pair.problem("value", "has characters that a header field cannot have");
        }
        Pair { name, value }
    })
}

fn limits(reader: &mut Reader<'_>) -> Limits {
    let count = |text: &str| text.parse().ok().filter(|count| (1..=CONNECTIONS_MAX).contains(count));
    Limits {
        body_bytes_max: reader.positive_size("max_body_size"),
        decoded_bytes_max: usize::try_from(reader.positive_size("max_decoded_bytes")).unwrap_or(usize::MAX),
        connections_max: reader
            .parsed("max_connections", "a number from 1 to 1000000", count)
            .unwrap_or_default(),
    }
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

fn policy_server(reader: &mut Reader<'_>) -> Option<Duration> {
    let interval = reader.span("policy_server.recommended_interval");
    if interval.subsec_nanos() > 0 {
        reader.problem(
            "policy_server.recommended_interval",
            "must be whole seconds, which is all that can be told",
        );
    }
    reader.flag("policy_server.enabled").then_some(interval)
}

fn telemetry(reader: &mut Reader<'_>) -> Telemetry {
    let otlp = otlp(reader);
    let logs = log_providers(reader, otlp.is_some());
    Telemetry { prometheus: reader.flag("telemetry.prometheus"), otlp, logs }
}

fn otlp(reader: &mut Reader<'_>) -> Option<Otlp> {
    reader.url("telemetry.otlp_endpoint");
    let protocol = reader.choice("telemetry.otlp_protocol", &PROTOCOLS);
    let headers = header_fields(reader, "telemetry.otlp_headers");
    let interval = reader.span("telemetry.interval");
    let policies = reader.flag("telemetry.policies");
    let spans = reader.flag("telemetry.spans");
    let Some(endpoint) = reader.text("telemetry.otlp_endpoint") else {
        if spans {
            reader.problem("telemetry.spans", "spans go over OTLP, so telemetry.otlp_endpoint must be set");
        }
        return None;
    };
    let endpoint = endpoint.trim().to_owned();
    Some(Otlp { endpoint, protocol, headers, interval, policies, spans })
}

fn log_providers(reader: &mut Reader<'_>, is_exported: bool) -> LogProviders {
    let mut provider = |aspect: &str| {
        let key = format!("telemetry.logs.providers.{aspect}");
        let provider = reader.choice(&key, &LOG_PROVIDERS);
        if provider == LogProvider::Its && !is_exported {
            reader.problem(&key, "`its` goes over OTLP, so telemetry.otlp_endpoint must be set");
        }
        if provider == LogProvider::OpenTelemetry && "opentelemetry".parse::<Provider>().is_err() {
            reader.problem(&key, WITHOUT_OPENTELEMETRY);
        }
        provider
    };
    let (engine, global, admin) = (provider("engine"), provider("global"), provider("admin"));
    let internal = reader.choice("telemetry.logs.providers.internal", &INTERNAL_LOG_PROVIDERS);
    LogProviders { engine, global, admin, internal }
}

/// Keys that are checked and have no effect in this build.
pub(super) const INEFFECTIVE: [&str; 4] = [
    "otlp_grpc_url",
    "prometheus.max_input_bytes_per_scrape",
    "prometheus.max_output_bytes_per_scrape",
    "prometheus.on_limit",
];

fn check_ineffective(reader: &mut Reader<'_>) {
    reader.url("otlp_grpc_url");
    reader.size("prometheus.max_input_bytes_per_scrape");
    reader.size("prometheus.max_output_bytes_per_scrape");
    reader.choice("prometheus.on_limit", &[("fail", ()), ("truncate", ())]);
}
