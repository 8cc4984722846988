//! What a program has emitted, from the bodies of OTLP requests in protobuf.

use std::fmt;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind as WireKind;
use prost::Message;

use super::emitted::{Emitted, EmittedAttribute, EmittedEvent, EmittedMetric, EmittedSpan};
use crate::registry::literal::Literal;
use crate::registry::word::{MetricInstrument, Severity, SpanKind};

/// Bytes of the ids of a span, which nothing else in their place has by chance.
const TRACE_ID_BYTES: usize = 16;
const SPAN_ID_BYTES: usize = 8;

/// Which request a body is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtlpSignal {
    /// `ExportMetricsServiceRequest`.
    Metrics,
    /// `ExportLogsServiceRequest`.
    Logs,
    /// `ExportTraceServiceRequest`.
    Spans,
}

impl OtlpSignal {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Metrics, Self::Logs, Self::Spans];
}

/// Why a body says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtlpError {
    /// It is none of the requests of OTLP.
    Unknown,
    /// It could be more than one of them.
    Ambiguous,
}

impl fmt::Display for OtlpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "this is no OTLP request in protobuf, not compressed, of metrics, logs or spans",
            Self::Ambiguous => "this could be a request of several signals: say which it is",
        })
    }
}

impl std::error::Error for OtlpError {}

impl Emitted {
    /// Adds what is in a request, whichever it is: a body does not say that itself, but what is in one hardly ever
    /// reads as another. One without any series, event or span adds nothing.
    pub fn add_otlp(&mut self, body: &[u8]) -> Result<(), OtlpError> {
        let read: Vec<Self> =
            OtlpSignal::ALL.into_iter().filter_map(|signal| of_request(signal, body)).collect();
        if read.is_empty() {
            return Err(OtlpError::Unknown);
        }
        let mut telling = read.into_iter().filter(|emitted| *emitted != Self::default());
        match (telling.next(), telling.next()) {
            (_, Some(_)) => Err(OtlpError::Ambiguous),
            (only, None) => {
                self.append(only.unwrap_or_default());
                Ok(())
            }
        }
    }

    /// Adds what is in a request of this signal.
    pub fn add_otlp_of(&mut self, signal: OtlpSignal, body: &[u8]) -> Result<(), OtlpError> {
        self.append(of_request(signal, body).ok_or(OtlpError::Unknown)?);
        Ok(())
    }

    fn append(&mut self, mut other: Self) {
        self.metrics.append(&mut other.metrics);
        self.events.append(&mut other.events);
        self.spans.append(&mut other.spans);
    }
}

fn of_request(signal: OtlpSignal, body: &[u8]) -> Option<Emitted> {
    match signal {
        OtlpSignal::Metrics => ExportMetricsServiceRequest::decode(body).ok().map(of_metrics),
        OtlpSignal::Logs => ExportLogsServiceRequest::decode(body).ok().map(of_logs),
        OtlpSignal::Spans => ExportTraceServiceRequest::decode(body).ok().and_then(of_spans),
    }
}

fn of_metrics(request: ExportMetricsServiceRequest) -> Emitted {
    let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
    let metrics = scopes.flat_map(|scope| scope.metrics).flat_map(series).collect();
    Emitted { metrics, ..Emitted::default() }
}

fn series(metric: Metric) -> Vec<EmittedMetric> {
    let Metric { name, unit, data, .. } = metric;
    let Some((instrument, points)) = data.map(points) else { return Vec::new() };
    let one = |attributes| EmittedMetric {
        name: name.clone(),
        unit: unit.clone(),
        instrument,
        attributes: attributes_of(attributes),
    };
    points.into_iter().map(one).collect()
}

/// The instrument that emits such data, whatever the temporality, and the attributes of each point.
fn points(data: Data) -> (MetricInstrument, Vec<Vec<KeyValue>>) {
    macro_rules! attributes {
        ($points:expr) => {
            $points.into_iter().map(|point| point.attributes).collect()
        };
    }
    match data {
        Data::Gauge(gauge) => (MetricInstrument::Gauge, attributes!(gauge.data_points)),
        Data::Sum(sum) if sum.is_monotonic => (MetricInstrument::Counter, attributes!(sum.data_points)),
        Data::Sum(sum) => (MetricInstrument::UpDownCounter, attributes!(sum.data_points)),
        Data::Histogram(histogram) => (MetricInstrument::Histogram, attributes!(histogram.data_points)),
        Data::ExponentialHistogram(histogram) => {
            (MetricInstrument::Histogram, attributes!(histogram.data_points))
        }
        Data::Summary(summary) => (MetricInstrument::Histogram, attributes!(summary.data_points)),
    }
}

/// A record without the name of an event is none.
fn of_logs(request: ExportLogsServiceRequest) -> Emitted {
    let scopes = request.resource_logs.into_iter().flat_map(|resource| resource.scope_logs);
    let records = scopes.flat_map(|scope| scope.log_records).filter(|record| !record.event_name.is_empty());
    Emitted { events: records.map(event).collect(), ..Emitted::default() }
}

fn event(record: LogRecord) -> EmittedEvent {
    EmittedEvent {
        name: record.event_name,
        severity: severity(record.severity_number),
        attributes: attributes_of(record.attributes),
    }
}

/// Four numbers for each severity (logs data model, "Field: `SeverityNumber`"); what is worse than an error is one.
fn severity(number: i32) -> Option<Severity> {
    Some(match number {
        1..=4 => Severity::Trace,
        5..=8 => Severity::Debug,
        9..=12 => Severity::Info,
        13..=16 => Severity::Warn,
        17..=24 => Severity::Error,
        _ => return None,
    })
}

/// Nothing if the ids are none: then it is a request of something else.
fn of_spans(request: ExportTraceServiceRequest) -> Option<Emitted> {
    let mut emitted = Emitted::default();
    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    for span in scopes.flat_map(|scope| scope.spans) {
        if (span.trace_id.len(), span.span_id.len()) != (TRACE_ID_BYTES, SPAN_ID_BYTES) {
            return None;
        }
        add_span(&mut emitted, span);
    }
    Some(emitted)
}

/// What happened in a span are events, of which a span does not say how much they matter.
fn add_span(emitted: &mut Emitted, span: Span) {
    let kind = span_kind(span.kind());
    let events = span.events.into_iter().map(|event| EmittedEvent {
        name: event.name,
        severity: None,
        attributes: attributes_of(event.attributes),
    });
    emitted.events.extend(events);
    emitted.spans.push(EmittedSpan { name: span.name, kind, attributes: attributes_of(span.attributes) });
}

/// Receivers take an unspecified kind for an internal span (trace.proto, `SpanKind`).
fn span_kind(kind: WireKind) -> SpanKind {
    match kind {
        WireKind::Unspecified | WireKind::Internal => SpanKind::Internal,
        WireKind::Server => SpanKind::Server,
        WireKind::Client => SpanKind::Client,
        WireKind::Producer => SpanKind::Producer,
        WireKind::Consumer => SpanKind::Consumer,
    }
}

fn attributes_of(attributes: Vec<KeyValue>) -> Vec<EmittedAttribute> {
    let one = |pair: KeyValue| EmittedAttribute { key: pair.key, value: pair.value.and_then(literal) };
    attributes.into_iter().map(one).collect()
}

fn literal(value: AnyValue) -> Option<Literal> {
    Some(match value.value? {
        Value::StringValue(text) => Literal::Text(text),
        Value::BoolValue(truth) => Literal::Bool(truth),
        Value::IntValue(number) => Literal::Int(number),
        Value::DoubleValue(number) => Literal::Double(number),
        _ => return None,
    })
}
