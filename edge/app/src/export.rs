//! Edge's own telemetry on its way out: where events go, and what is sent over OTLP.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use edge_policy::{Nanos, Registry, Worker};
use edge_protocol::{BodyFilter, LogsProtobuf, MetricsProtobuf, Outcome, TracesProtobuf};
use telemetry::Telemetry;
use telemetry::logs::{self, Filter, FilterProblems, InternalProvider, LogSetup, Provider, Providers};
use telemetry::trace::{self, TraceConfig};
use telemetry_otlp::{ConfigError, Intercept, OtlpExporter, OtlpOptions, Signal};

use crate::config::{Config, LogProvider, LogProviders, Otlp};

/// Lets events go where they are configured to go. `RUST_LOG` is finer than the configured level, and wins.
pub(crate) fn start_logs(config: &Config) -> Result<(), FilterProblems> {
    let LogProviders { engine, global, admin, internal } = config.telemetry.logs;
    let internal = match internal {
        LogProvider::Noop => InternalProvider::Noop,
        _ => InternalProvider::ConsoleDirect,
    };
    // Equal providers are one, so that the lines of a console stay in order.
    let unless_engines = |other: LogProvider| (other != engine).then(|| provider(other));
    let providers = Providers {
        engine: provider(engine),
        global: unless_engines(global),
        admin: unless_engines(admin),
        internal,
    };
    logs::init(LogSetup::new(Filter::from_env(config.log_level)?, providers));
    Ok(())
}

fn provider(configured: LogProvider) -> Provider {
    match configured {
        LogProvider::Its => Provider::Its,
        LogProvider::ConsoleAsync => Provider::ConsoleAsync,
        LogProvider::ConsoleDirect => Provider::ConsoleDirect,
        LogProvider::OpenTelemetry => {
            "opentelemetry".parse().expect("a configuration is refused where there is none")
        }
        LogProvider::Noop => Provider::Noop,
    }
}

/// Starts to send what `telemetry` counts and what the process records.
pub(crate) fn start(
    telemetry: &Telemetry,
    otlp: &Otlp,
    registry: &Arc<Registry>,
) -> Result<OtlpExporter, ConfigError> {
    let mut options = OtlpOptions::new(&otlp.endpoint, otlp.protocol);
    let headers = otlp.headers.iter().map(|pair| (pair.name.clone(), pair.value.clone()));
    let headers: Vec<_> = headers.collect();
    options.targets_mut().for_each(|target| target.headers.clone_from(&headers));
    options.interval = otlp.interval;
    trace::init(otlp.spans.then(TraceConfig::default));
    options.on_body = otlp.policies.then(|| intercept(Arc::clone(registry)));
    OtlpExporter::start(telemetry, options)
}

/// Applies the policies in force to edge's own telemetry, like to that of anybody else.
fn intercept(registry: Arc<Registry>) -> Intercept {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
    let worker = Mutex::new(Worker::new(registry.load(), seed));
    let epoch = Instant::now();
    Arc::new(move |signal, body| {
        let filter: &dyn BodyFilter = match signal {
            Signal::Logs => &LogsProtobuf,
            Signal::Metrics => &MetricsProtobuf,
            Signal::Traces => &TracesProtobuf,
        };
        // A worker that a panic left half-way is not to be trusted.
        let mut worker = worker.lock().unwrap_or_else(PoisonError::into_inner);
        worker.adopt(&registry.load());
        match filter.filter(body, &mut worker, Nanos(epoch.elapsed().as_nanos() as u64)).outcome {
            Outcome::Unchanged | Outcome::FailOpen(_) => {}
            Outcome::Replaced(changed) => *body = changed,
            Outcome::Emptied => body.clear(),
        }
        // What policies did is told of traffic alone.
        worker.drain_tallies(|_, _| {});
    })
}
