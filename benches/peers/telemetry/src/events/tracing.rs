//! tracing: with the appender and the batch processor of OpenTelemetry, and as lines.

use std::hint::black_box;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::logs::tonic::group_logs_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{
    BatchConfigBuilder, BatchLogProcessor, LogBatch, LogExporter, SdkLoggerProvider,
};
use prost::Message;
use tracing::{debug, info};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::{pass, threads, threads_disabled};
use crate::side::{Side, Totals};

/// So long that nothing is exported but on demand, or because a batch is full.
const INTERVAL: Duration = Duration::from_secs(3600);

static EXPORTED: AtomicU64 = AtomicU64::new(0);
/// Whether the exporter encodes what it gets.
static ENCODES: AtomicBool = AtomicBool::new(false);
static PROVIDER: OnceLock<SdkLoggerProvider> = OnceLock::new();

/// Counts what it is given, and encodes it as OpenTelemetry's own exporter does, if it is told to.
#[derive(Debug)]
struct Counting;

impl LogExporter for Counting {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        if ENCODES.load(Ordering::Relaxed) {
            let resource = ResourceAttributesWithSchema::from(&Resource::builder_empty().build());
            let resource_logs = group_logs_by_resource_and_scope(&batch, &resource);
            black_box(ExportLogsServiceRequest { resource_logs }.encode_to_vec());
        }
        EXPORTED.fetch_add(batch.iter().count() as u64, Ordering::Relaxed);
        Ok(())
    }
}

/// Global, as programs have it: the other way, local to a thread, costs more.
pub fn set_up() {
    let config = BatchConfigBuilder::default().with_scheduled_delay(INTERVAL).build();
    let processor = BatchLogProcessor::builder(Counting).with_batch_config(config).build();
    let provider = SdkLoggerProvider::builder().with_log_processor(processor).build();
    let bridge = OpenTelemetryTracingBridge::new(&provider);
    tracing_subscriber::registry().with(LevelFilter::INFO).with(bridge).init();
    PROVIDER.set(provider).expect("it is set up once");
}

/// In the hands of an exporter, which does nothing with them.
pub fn exported() -> Side<'static> {
    side("opentelemetry-appender-tracing", false)
}

/// Encoded by the exporter.
pub fn encoded() -> Side<'static> {
    side("opentelemetry-appender-tracing as OTLP", true)
}

fn side(name: &'static str, encodes: bool) -> Side<'static> {
    let pass = move || {
        ENCODES.store(encodes, Ordering::Relaxed);
        pass(emit, flush)
    };
    Side::new(name, pass, exported_so_far)
}

pub fn disabled() -> Side<'static> {
    Side::new("tracing disabled", || pass(emit_disabled, || {}), flushed_so_far)
}

pub fn exported_on_threads() -> Side<'static> {
    ENCODES.store(false, Ordering::Relaxed);
    threads("opentelemetry-appender-tracing on 2 threads", emit, flush, exported_so_far)
}

pub fn encoded_on_threads() -> Side<'static> {
    ENCODES.store(true, Ordering::Relaxed);
    threads("opentelemetry-appender-tracing as OTLP on 2 threads", emit, flush, exported_so_far)
}

pub fn disabled_on_threads() -> Side<'static> {
    threads_disabled("tracing disabled on 2 threads", emit_disabled, flushed_so_far)
}

fn flush() {
    let provider = PROVIDER.get().expect("it was set up before");
    provider.force_flush().expect("the exporter takes everything");
}

fn exported_so_far() -> Totals {
    Totals::counted(EXPORTED.load(Ordering::Relaxed))
}

/// What is still on its way counts too.
fn flushed_so_far() -> Totals {
    flush();
    exported_so_far()
}

/// As lines into nowhere.
pub fn written() -> Side<'static> {
    let lines = Arc::new(AtomicU64::new(0));
    let sink = Sink(Arc::clone(&lines));
    let subscriber = tracing_subscriber::fmt().with_writer(move || sink.clone()).finish();
    let dispatch = tracing::Dispatch::new(subscriber);
    let pass = move || tracing::dispatcher::with_default(&dispatch, || pass(emit, || {}));
    Side::new("tracing fmt to a sink", pass, move || Totals::counted(lines.load(Ordering::Relaxed)))
}

/// Counts lines, each of which is one write.
#[derive(Clone)]
struct Sink(Arc<AtomicU64>);

impl io::Write for Sink {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn emit(route: &str, status: i64, duration: f64) {
    info!(http.route = route, http.status = status, bench.duration = duration, "bench.request.done");
}

fn emit_disabled(route: &str, status: i64, duration: f64) {
    debug!(http.route = route, http.status = status, bench.duration = duration, "bench.request.seen");
}
