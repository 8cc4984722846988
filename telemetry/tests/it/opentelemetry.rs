//! The log provider `opentelemetry`: events arrive as log records of its SDK.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::opentelemetry::logs::{AnyValue, Severity};
use ::opentelemetry::{InstrumentationScope, SpanId, TraceId};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::logs::{LogProcessor, SdkLogRecord, SdkLoggerProvider};
use telemetry::logs::{self, InternalProvider, Level, LogSetup, Provider, Providers};
use telemetry::trace::{TraceContext, enter};
use telemetry::{otel_error, otel_info};

use crate::process::Process;

/// Keeps the records, and emits an event itself for each.
#[derive(Debug, Clone, Default)]
struct Records {
    all: Arc<Mutex<Vec<SdkLogRecord>>>,
    is_broken: bool,
}

impl LogProcessor for Records {
    fn emit(&self, record: &mut SdkLogRecord, _scope: &InstrumentationScope) {
        otel_error!("bridge.fed.back");
        self.all.lock().expect("nobody panics").push(record.clone());
    }

    fn force_flush(&self) -> OTelSdkResult {
        if self.is_broken { Err(OTelSdkError::AlreadyShutdown) } else { Ok(()) }
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}

impl Records {
    fn provider(&self) -> SdkLoggerProvider {
        SdkLoggerProvider::builder().with_log_processor(self.clone()).build()
    }

    fn take(&self) -> Vec<SdkLogRecord> {
        std::mem::take(&mut *self.all.lock().expect("nobody panics"))
    }
}

fn bridged(records: &Records) -> Process {
    let internal = InternalProvider::Noop;
    let providers = Providers { internal, ..Provider::OpenTelemetry(records.provider()).into() };
    Process::with(LogSetup::new(Level::Info, providers))
}

#[test]
fn an_event_is_a_log_record_with_all_that_was_said() {
    let records = Records::default();
    let _process = bridged(&records);
    let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let context = TraceContext::parse(header, "").expect("it is valid");
    let _entered = enter(&context);
    let absent: Option<u16> = None;
    otel_info!(
        "bridge.values",
        text = "words",
        int = 7,
        double = 0.5,
        truth = true,
        absent,
        shown = %"plain",
        "all of {}",
        "it"
    );
    let records = records.take();
    assert_eq!(records.len(), 1, "what the processor emits does not come back: {records:?}");
    let record = &records[0];
    assert_eq!(record.event_name(), Some("bridge.values"));
    assert_eq!(record.target().map(AsRef::as_ref), Some("it"));
    assert_eq!((record.severity_number(), record.severity_text()), (Some(Severity::Info), Some("INFO")));
    assert_eq!(record.body(), Some(&AnyValue::from("all of it")));
    assert!(record.timestamp().is_some());
    let attributes: Vec<_> =
        record.attributes_iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    let expected = [
        ("text", AnyValue::from("words")),
        ("int", AnyValue::Int(7)),
        ("double", AnyValue::Double(0.5)),
        ("truth", AnyValue::Boolean(true)),
        ("shown", AnyValue::from("plain")),
    ];
    assert_eq!(attributes, expected);
    let trace = record.trace_context().expect("there is a span under way");
    assert_eq!(trace.trace_id, TraceId::from_bytes(context.span.trace_id.0));
    assert_eq!(trace.span_id, SpanId::from_bytes(context.span.span_id.0));
    assert!(trace.trace_flags.is_some_and(|flags| flags.is_sampled()));
}

#[test]
fn a_flush_is_the_logger_providers() {
    let records = Records::default();
    let process = bridged(&records);
    assert!(logs::flush(Duration::from_secs(60)));
    drop(process);
    let broken = Records { is_broken: true, ..Records::default() };
    let process = bridged(&broken);
    assert!(!logs::flush(Duration::from_secs(60)));
    drop(process);
}

#[test]
fn the_word_means_the_logger_provider_that_was_given() {
    let problem = "opentelemetry".parse::<Provider>().expect_err("no logger provider was given");
    let expected = "log provider `opentelemetry` has no logger provider: call `telemetry::logs::set_opentelemetry` before";
    assert_eq!(problem.to_string(), expected);
    let records = Records::default();
    logs::set_opentelemetry(records.provider());
    let provider: Provider = "opentelemetry".parse().expect("a logger provider was given");
    let _process = Process::with(LogSetup::new(Level::Info, provider));
    otel_error!("bridge.by.word");
    let names: Vec<_> = records.take().iter().map(SdkLogRecord::event_name).collect();
    assert_eq!(names, [Some("bridge.by.word")]);
    let problem = "opentelemetry".parse::<InternalProvider>().expect_err("it would feed itself");
    assert!(problem.to_string().contains("console_direct, noop"), "{problem}");
}
