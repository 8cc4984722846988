//! The log provider `opentelemetry`: events become log records of OpenTelemetry's Rust SDK.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use ::opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity};
use ::opentelemetry::{SpanId, TraceFlags, TraceId};
use crossbeam_channel::bounded;
use opentelemetry_sdk::logs::{SdkLogRecord, SdkLogger, SdkLoggerProvider};

use super::provider::LogProvider;
use super::{Event, EventValue, Level, suppress};
use crate::trace::SpanContext;

static GIVEN: Mutex<Option<SdkLoggerProvider>> = Mutex::new(None);

/// Says which logger provider the word `opentelemetry` of a configuration means.
///
/// ```
/// use opentelemetry_sdk::logs::SdkLoggerProvider;
/// use telemetry::logs::{self, Level, LogSetup, Provider};
///
/// assert!("opentelemetry".parse::<Provider>().is_err());
/// let logger_provider = SdkLoggerProvider::builder().build(); // with exporters
/// logs::set_opentelemetry(logger_provider.clone());
///
/// let provider: Provider = "opentelemetry".parse()?;
/// logs::init(LogSetup::new(Level::Info, provider));
/// telemetry::otel_info!("app.server.ready", server.port = 8080);
///
/// logger_provider.shutdown()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn set_opentelemetry(provider: SdkLoggerProvider) {
    *lock() = Some(provider);
}

pub(super) fn given() -> Option<SdkLoggerProvider> {
    lock().clone()
}

fn lock() -> MutexGuard<'static, Option<SdkLoggerProvider>> {
    GIVEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From events to log records. Whoever made the logger provider shuts it down.
pub(super) struct Bridge {
    provider: SdkLoggerProvider,
    logger: SdkLogger,
}

impl Bridge {
    /// One logger for all: the target of a record, not the logger, becomes the scope.
    pub(super) fn new(provider: SdkLoggerProvider) -> Self {
        let logger = provider.logger("");
        Self { provider, logger }
    }

    fn record(&self, event: &Event<'_>) -> SdkLogRecord {
        let descriptor = event.descriptor;
        let mut record = self.logger.create_log_record();
        // Those of libraries have none.
        if !descriptor.name.is_empty() {
            record.set_event_name(descriptor.name);
        }
        record.set_target(descriptor.target);
        record.set_timestamp(event.time);
        record.set_severity_number(severity(descriptor.level));
        record.set_severity_text(descriptor.level.heading());
        if let Some(message) = event.message {
            record.set_body(EventValue::Display(&message).to_text().into());
        }
        for field in event.fields {
            if let Some(value) = any_value(field.value) {
                record.add_attribute(field.key, value);
            }
        }
        if let Some(span) = event.span {
            set_span(&mut record, span);
        }
        record
    }
}

impl LogProvider for Bridge {
    fn emit(&self, event: &Event<'_>) {
        let &super::EventDescriptor { name, level, target, .. } = event.descriptor;
        if !self.logger.event_enabled(severity(level), target, Some(name).filter(|name| !name.is_empty())) {
            return;
        }
        let record = self.record(event);
        // What processors and exporters emit on the way is not to come back here.
        let _suppressed = suppress();
        self.logger.emit(record);
    }

    /// On a thread of its own, as the SDK takes no deadline.
    fn flush(&self, end: Instant) -> bool {
        let (done, flushed) = bounded(1);
        let provider = self.provider.clone();
        let flush = move || {
            let _suppressed = suppress();
            let _ = done.send(provider.force_flush().is_ok());
        };
        let spawned = thread::Builder::new().name("log-flush".to_owned()).spawn(flush);
        spawned.is_ok() && flushed.recv_deadline(end) == Ok(true)
    }
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Trace => Severity::Trace,
        Level::Debug => Severity::Debug,
        Level::Info => Severity::Info,
        Level::Warn => Severity::Warn,
        Level::Error => Severity::Error,
    }
}

fn any_value(value: EventValue<'_>) -> Option<AnyValue> {
    Some(match value {
        EventValue::Absent => return None,
        EventValue::Int(number) => AnyValue::Int(number),
        EventValue::Double(number) => AnyValue::Double(number),
        EventValue::Bool(truth) => AnyValue::Boolean(truth),
        EventValue::Text(_) | EventValue::Display(_) | EventValue::Debug(_) => value.to_text().into(),
    })
}

fn set_span(record: &mut SdkLogRecord, span: SpanContext) {
    let flags = if span.is_sampled { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
    let (trace_id, span_id) = (TraceId::from_bytes(span.trace_id.0), SpanId::from_bytes(span.span_id.0));
    record.set_trace_context(trace_id, span_id, Some(flags));
}
