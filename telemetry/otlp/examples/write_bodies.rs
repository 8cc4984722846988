//! Writes one message of each signal into a folder, for others to read.
//!
//! `cargo run -p telemetry-otlp --example write_bodies -- FOLDER`

use std::path::Path;
use std::{env, fs, io};

use telemetry::logs::{
    self, EventField, EventValue, InternalProvider, Level, LogSetup, Provider, Providers, Taken, its,
};
use telemetry::trace::{ActiveSpan, Parent, SpanDescriptor, SpanKind, SpanStatus};
use telemetry::{
    Counter, Gauge, Histogram, Mmsc, Telemetry, TelemetryOptions, UpDownCounter, attribute_set, metric_set,
    otel_warn,
};
use telemetry_otlp::{encode_logs, encode_metrics, encode_spans};

/// Which way a request takes.
#[attribute_set(name = "app.route")]
struct RouteAttributes {
    /// Matched route template.
    #[attribute(key = "http.route")]
    route: &'static str,
    /// Status.
    #[attribute(key = "http.response.status_code")]
    status: i64,
}

/// Requests served.
#[metric_set(name = "app.server", attributes = RouteAttributes)]
struct ServerMetrics {
    /// Requests received.
    #[metric(unit = "{request}")]
    requests: Counter<u64>,
    /// Requests being served.
    #[metric(unit = "{request}")]
    active: UpDownCounter<i64>,
    /// Share of requests kept.
    #[metric(unit = "1")]
    kept: Gauge<f64>,
    /// Sizes of requests.
    #[metric(unit = "By")]
    size: Mmsc,
    /// Time taken, over a range.
    #[metric(unit = "s", range = "10us..60s")]
    duration: Histogram,
    /// Time taken, whatever it is.
    #[metric(unit = "s")]
    wait: Histogram,
    /// Records in a request.
    #[metric(unit = "{record}", buckets = [1, 10, 100])]
    records: Histogram,
}

static SPAN: SpanDescriptor = SpanDescriptor::new("app.request", SpanKind::Server, "app");

fn main() -> io::Result<()> {
    let folder = env::args().nth(1).ok_or_else(|| io::Error::other("usage: write_bodies FOLDER"))?;
    let resource = vec![("service.name".to_owned(), "app".to_owned())];
    write(&folder, "metrics", |out| metrics(&resource, out))?;
    let taken = recorded();
    write(&folder, "logs", |out| encode_logs(&taken, 0..usize::MAX, &resource, out))?;
    write(&folder, "traces", |out| encode_spans(&taken, 0..usize::MAX, &resource, out))
}

fn write(folder: &str, name: &str, encode: impl FnOnce(&mut Vec<u8>) -> usize) -> io::Result<()> {
    let mut out = Vec::new();
    let count = encode(&mut out);
    println!("{name}: {count} in {} bytes", out.len());
    fs::write(Path::new(folder).join(name), out)
}

fn metrics(resource: &[(String, String)], out: &mut Vec<u8>) -> usize {
    let telemetry =
        Telemetry::new(TelemetryOptions { resource: resource.to_vec(), ..TelemetryOptions::default() });
    let worker = telemetry.worker();
    let sets = ["/orders", "/items"]
        .map(|route| worker.register::<ServerMetrics>(RouteAttributes { route, status: 200 }));
    for set in &sets {
        set.requests.add(3);
        set.active.add(-2);
        set.kept.set(0.5);
        for value in [0.0, 0.25, 0.5, 200.0] {
            set.size.record(value);
            set.duration.record(value);
            set.wait.record(value);
            set.records.record(value);
        }
    }
    encode_metrics(&telemetry.collect(), out)
}

/// An event within a span that failed.
fn recorded() -> Taken {
    let providers =
        Providers { engine: Provider::Its, global: None, admin: None, internal: InternalProvider::Noop };
    logs::init(LogSetup::new(Level::Trace, providers));
    telemetry::trace::init(Some(telemetry::trace::TraceConfig::default()));
    let mut span = ActiveSpan::start(&SPAN, Parent::None, &[]);
    let entered = span.enter();
    let long = "ü".repeat(300);
    otel_warn!("app.request.failed", attempt = 2, share = 0.5, fatal = false, text = long, "it failed");
    drop(entered);
    span.add_event("app.retried", &[EventField { key: "attempt", value: EventValue::Int(2) }]);
    span.add_link(span.context().span, &[]);
    span.set_status(SpanStatus::Error("it failed"));
    drop(span);
    let mut taken = Taken::new();
    its::take(&mut taken);
    taken
}
