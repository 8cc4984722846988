//! Events as a receiver decodes them.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use proptest::prelude::*;
use prost::Message;
use telemetry::logs::{FieldValue, Level, LogView, Taken};
use telemetry::trace::{ActiveSpan, Parent, SpanDescriptor, SpanKind};
use telemetry::{otel_debug, otel_error, otel_info};
use telemetry_otlp::encode_logs;

use crate::{expected, process};

/// A crate of its own, as far as events can tell.
mod elsewhere {
    pub(crate) fn emit(text: &str) {
        static SITE: telemetry::logs::EventSite =
            telemetry::logs::EventSite::new(telemetry::logs::EventDescriptor::new(
                "elsewhere.happened",
                telemetry::logs::Level::Warn,
                "elsewhere::module",
            ));
        let fields =
            [telemetry::logs::EventField { key: "text", value: telemetry::logs::EventValue::Text(text) }];
        if SITE.is_enabled() {
            telemetry::__private::emit(&SITE, None, &fields);
        }
    }
}

pub(crate) fn fields<'a>(fields: impl Iterator<Item = (&'a str, FieldValue<'a>)>) -> Vec<KeyValue> {
    fields
        .map(|(key, value)| {
            let value = match value {
                FieldValue::Text(text) => expected::text(text),
                FieldValue::Int(number) => any_value::Value::IntValue(number),
                FieldValue::Double(number) => any_value::Value::DoubleValue(number),
                FieldValue::Bool(truth) => any_value::Value::BoolValue(truth),
            };
            expected::key_value(key, value)
        })
        .collect()
}

fn record(log: &LogView<'_>) -> LogRecord {
    let span = log.span();
    LogRecord {
        time_unix_nano: log.time_unix_nanos,
        observed_time_unix_nano: log.time_unix_nanos,
        severity_number: match log.level() {
            Level::Trace => 1,
            Level::Debug => 5,
            Level::Info => 9,
            Level::Warn => 13,
            Level::Error => 17,
        },
        severity_text: log.level().as_str().to_ascii_uppercase(),
        body: log.message().map(|message| AnyValue { value: Some(expected::text(message)) }),
        attributes: fields(log.fields()),
        flags: span.map_or(0, |span| u32::from(span.is_sampled)),
        trace_id: span.map_or_else(Vec::new, |span| span.trace_id.0.to_vec()),
        span_id: span.map_or_else(Vec::new, |span| span.span_id.0.to_vec()),
        event_name: log.name().to_owned(),
        ..LogRecord::default()
    }
}

/// Scopes by name, and the records of each in their order.
fn request(logs: &[LogView<'_>]) -> ExportLogsServiceRequest {
    let mut targets: Vec<&str> = logs.iter().map(LogView::target).collect();
    targets.sort_unstable();
    targets.dedup();
    if targets.is_empty() {
        return ExportLogsServiceRequest::default();
    }
    let scope_logs = targets.iter().map(|target| ScopeLogs {
        scope: Some(expected::scope(target)),
        log_records: logs.iter().filter(|log| log.target() == *target).map(record).collect(),
        schema_url: String::new(),
    });
    let resource = Some(expected::resource(&process::resource()));
    let scope_logs = scope_logs.collect();
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs { resource, scope_logs, schema_url: String::new() }],
    }
}

/// Encodes in portions of a size; how many records there were.
fn check(taken: &Taken, portion: usize) -> usize {
    let logs: Vec<_> = taken.logs().collect();
    let mut count = 0;
    for (index, logs) in logs.chunks(portion).enumerate() {
        let mut out = Vec::new();
        let start = index * portion;
        count += encode_logs(taken, start..start + portion, &process::resource(), &mut out);
        let decoded = ExportLogsServiceRequest::decode(&out[..]).expect("it is a message");
        assert_eq!(decoded, request(logs));
    }
    count
}

fn emit(kind: u8, text: &str, number: i64) {
    match kind % 4 {
        0 => otel_info!("test.happened", text = text, number = number, fraction = number as f64 / 3.0),
        1 => otel_debug!("test.traced", truth = number > 0, "said {text}"),
        2 => otel_error!("test.failed", "nothing to add"),
        _ => elsewhere::emit(text),
    }
}

proptest! {
    #[test]
    fn what_is_decoded_is_what_happened(
        events in prop::collection::vec((any::<u8>(), ".{0,300}", any::<i64>()), 0..60),
        portion in 1..70_usize,
    ) {
        let _turn = process::record();
        for (kind, text, number) in &events {
            emit(*kind, text, *number);
        }
        prop_assert_eq!(check(&process::taken(), portion), events.len());
    }
}

static SPAN: SpanDescriptor = SpanDescriptor::new("test.span", SpanKind::Internal, "test");

#[test]
fn an_event_says_in_which_span_it_happened() {
    let _turn = process::record();
    let span = ActiveSpan::start(&SPAN, Parent::None, &[]);
    let entered = span.enter();
    emit(0, "within", 1);
    drop(entered);
    emit(0, "outside", 1);
    let taken = process::taken();
    assert_eq!(check(&taken, 10), 2);
    let spans: Vec<_> = taken.logs().map(|log| log.span()).collect();
    assert_eq!(spans, [Some(span.context().span), None]);
}

#[test]
fn without_an_event_there_is_no_message() {
    let _turn = process::record();
    let mut out = Vec::new();
    let count = encode_logs(&process::taken(), 0..10, &process::resource(), &mut out);
    assert_eq!((count, out), (0, Vec::new()));
}
