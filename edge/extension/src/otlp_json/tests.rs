//! OpenTelemetry's own types judge: what they encode as protobuf they read back from the line.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint,
    Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint, exemplar,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message as _;
use serde_json::{Value, json};

use super::*;

fn line(signal: Signal, request: &[u8]) -> String {
    let mut output = Vec::new();
    write_line(signal, request, &mut output).expect("well-formed");
    let line = String::from_utf8(output).expect("text");
    assert!(line.ends_with('\n') && line.trim_end().lines().count() == 1, "{line}");
    line
}

/// Writes a message as a line and reads it back.
fn check<M>(signal: Signal, message: &M)
where
    M: prost::Message + Default + PartialEq + serde::de::DeserializeOwned,
{
    let line = line(signal, &message.encode_to_vec());
    let read: M = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
    assert!(read == *message, "{line}");
}

fn any(value: Any) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn attribute(key: &str, value: Any) -> KeyValue {
    KeyValue { key: key.into(), value: Some(any(value)), ..KeyValue::default() }
}

/// One attribute of every type.
fn attributes() -> Vec<KeyValue> {
    let list = ArrayValue { values: vec![any(Any::IntValue(-1)), any(Any::StringValue("x".into()))] };
    let map = KeyValueList { values: vec![attribute("inner", Any::BoolValue(true))] };
    vec![
        attribute("text", Any::StringValue("a \"quoted\"\n\u{1}line \u{fc}".into())),
        attribute("flag", Any::BoolValue(false)),
        attribute("int", Any::IntValue(i64::MIN)),
        attribute("double", Any::DoubleValue(-0.1)),
        attribute("bytes", Any::BytesValue(vec![0, 255, 7])),
        attribute("list", Any::ArrayValue(list)),
        attribute("map", Any::KvlistValue(map)),
    ]
}

fn resource() -> Resource {
    Resource { attributes: attributes(), dropped_attributes_count: 3, ..Resource::default() }
}

fn scope() -> InstrumentationScope {
    let (name, version) = ("lib".into(), "1".into());
    InstrumentationScope { name, version, attributes: attributes(), dropped_attributes_count: 4 }
}

fn logs() -> ExportLogsServiceRequest {
    let record = LogRecord {
        time_unix_nano: u64::MAX,
        observed_time_unix_nano: 1,
        severity_number: 17,
        severity_text: "ERROR".into(),
        body: Some(any(Any::StringValue("hello".into()))),
        attributes: attributes(),
        dropped_attributes_count: 5,
        flags: 1,
        trace_id: (1..=16).collect(),
        span_id: (250..=255).chain([0, 1]).collect(),
        event_name: "event".into(),
    };
    let scope_logs = ScopeLogs { scope: Some(scope()), log_records: vec![record], schema_url: "s".into() };
    let resource_logs =
        ResourceLogs { resource: Some(resource()), scope_logs: vec![scope_logs], schema_url: "r".into() };
    ExportLogsServiceRequest { resource_logs: vec![resource_logs] }
}

fn exemplar(value: exemplar::Value) -> Vec<Exemplar> {
    vec![Exemplar {
        filtered_attributes: attributes(),
        time_unix_nano: 9,
        span_id: vec![1; 8],
        trace_id: vec![2; 16],
        value: Some(value),
    }]
}

fn number(value: Number) -> NumberDataPoint {
    NumberDataPoint {
        attributes: attributes(),
        start_time_unix_nano: 1,
        time_unix_nano: 2,
        exemplars: exemplar(exemplar::Value::AsDouble(1.5)),
        flags: 1,
        value: Some(value),
    }
}

fn data() -> Vec<Data> {
    let histogram = HistogramDataPoint {
        attributes: attributes(),
        start_time_unix_nano: 1,
        time_unix_nano: 2,
        count: u64::MAX,
        sum: Some(1e300),
        bucket_counts: vec![1, 0, u64::MAX],
        explicit_bounds: vec![-1.5, 0.0],
        exemplars: exemplar(exemplar::Value::AsInt(-7)),
        flags: 1,
        min: Some(-2.0),
        max: Some(3.0),
    };
    let buckets = |offset| Some(Buckets { offset, bucket_counts: vec![0, 300, u64::MAX, 1 << 40] });
    let exponential = ExponentialHistogramDataPoint {
        attributes: attributes(),
        start_time_unix_nano: 1,
        time_unix_nano: 2,
        count: 4,
        sum: Some(0.25),
        scale: -3,
        zero_count: 6,
        positive: buckets(i32::MIN),
        negative: buckets(i32::MAX),
        flags: 1,
        exemplars: exemplar(exemplar::Value::AsInt(i64::MAX)),
        min: Some(-2.0),
        max: Some(3.0),
        zero_threshold: 0.5,
    };
    let summary = SummaryDataPoint {
        attributes: attributes(),
        start_time_unix_nano: 1,
        time_unix_nano: 2,
        count: 3,
        sum: 4.5,
        quantile_values: vec![ValueAtQuantile { quantile: 0.5, value: 6.0 }],
        flags: 1,
    };
    vec![
        Data::Gauge(Gauge { data_points: vec![number(Number::AsDouble(0.1)), number(Number::AsInt(-3))] }),
        Data::Sum(Sum {
            data_points: vec![number(Number::AsInt(i64::MIN))],
            aggregation_temporality: 2,
            is_monotonic: true,
        }),
        Data::Histogram(Histogram { data_points: vec![histogram], aggregation_temporality: 1 }),
        Data::ExponentialHistogram(ExponentialHistogram {
            data_points: vec![exponential],
            aggregation_temporality: 2,
        }),
        Data::Summary(Summary { data_points: vec![summary] }),
    ]
}

fn metrics(data: Vec<Data>) -> ExportMetricsServiceRequest {
    let metrics = data.into_iter().map(|data| Metric {
        name: "name".into(),
        description: "description".into(),
        unit: "By".into(),
        metadata: attributes(),
        data: Some(data),
    });
    let scope_metrics =
        ScopeMetrics { scope: Some(scope()), metrics: metrics.collect(), schema_url: "s".into() };
    let resource_metrics = ResourceMetrics {
        resource: Some(resource()),
        scope_metrics: vec![scope_metrics],
        schema_url: "r".into(),
    };
    ExportMetricsServiceRequest { resource_metrics: vec![resource_metrics] }
}

fn traces() -> ExportTraceServiceRequest {
    let event = Event {
        time_unix_nano: 5,
        name: "event".into(),
        attributes: attributes(),
        dropped_attributes_count: 1,
    };
    let link = Link {
        trace_id: vec![3; 16],
        span_id: vec![4; 8],
        trace_state: "a=b".into(),
        attributes: attributes(),
        dropped_attributes_count: 2,
        flags: 0x100,
    };
    let span = Span {
        trace_id: vec![0xab; 16],
        span_id: vec![0xcd; 8],
        trace_state: "ot=th:8".into(),
        parent_span_id: vec![1; 8],
        flags: 0x101,
        name: "GET".into(),
        kind: 2,
        start_time_unix_nano: 1,
        end_time_unix_nano: 2,
        attributes: attributes(),
        dropped_attributes_count: 1,
        events: vec![event],
        dropped_events_count: 2,
        links: vec![link],
        dropped_links_count: 3,
        status: Some(Status { message: "no".into(), code: 2 }),
    };
    let scope_spans = ScopeSpans { scope: Some(scope()), spans: vec![span], schema_url: "s".into() };
    let resource_spans =
        ResourceSpans { resource: Some(resource()), scope_spans: vec![scope_spans], schema_url: "r".into() };
    ExportTraceServiceRequest { resource_spans: vec![resource_spans] }
}

#[test]
fn every_field_of_every_signal_is_read_back_as_it_was() {
    check(Signal::Log, &logs());
    check(Signal::Metric, &metrics(data()));
    check(Signal::Trace, &traces());
}

#[test]
fn identifiers_are_hexadecimal_and_long_integers_are_strings() {
    let line = line(Signal::Log, &logs().encode_to_vec());
    let line: Value = serde_json::from_str(&line).expect("JSON");
    let record = &line["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0];
    assert_eq!(record["traceId"], "0102030405060708090a0b0c0d0e0f10");
    assert_eq!(record["timeUnixNano"], u64::MAX.to_string());
    assert_eq!(record["severityNumber"], 17);
    assert_eq!(record["attributes"][2]["value"], json!({"intValue": i64::MIN.to_string()}));
    assert_eq!(record["attributes"][4]["value"], json!({"bytesValue": "AP8H"}));
}

#[test]
fn numbers_that_json_does_not_have_keep_their_names() {
    let values = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let data_points = values.map(|value| number(Number::AsDouble(value))).to_vec();
    let request = metrics(vec![Data::Gauge(Gauge { data_points })]);
    let line = line(Signal::Metric, &request.encode_to_vec());
    let line: Value = serde_json::from_str(&line).expect("JSON");
    let points = &line["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["gauge"]["dataPoints"];
    let names = [0, 1, 2].map(|index| points[index]["asDouble"].clone());
    assert_eq!(names, ["NaN", "Infinity", "-Infinity"]);
}

#[test]
fn json_becomes_one_line_and_keeps_its_strings() {
    let request = br#"{ "resourceLogs" : [
        {"scopeLogs": [ {"logRecords":[{"body":{"stringValue":"a  \" b\\" }}]}]}] }"#;
    let expected =
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a  \" b\\"}}]}]}]}"#;
    assert_eq!(line(Signal::Log, request).trim_end(), expected);
}

#[test]
fn what_is_malformed_leaves_no_trace() {
    let whole = logs().encode_to_vec();
    for length in 1..whole.len() {
        let mut output = b"before".to_vec();
        assert_eq!(write_line(Signal::Log, &whole[..length], &mut output), Err(Malformed), "{length}");
        assert_eq!(output, b"before");
    }
    let nested = (0..200)
        .fold(any(Any::BoolValue(true)), |inner, _| any(Any::ArrayValue(ArrayValue { values: vec![inner] })));
    let mut request = logs();
    request.resource_logs[0].scope_logs[0].log_records[0].body = Some(nested);
    assert_eq!(write_line(Signal::Log, &request.encode_to_vec(), &mut Vec::new()), Err(Malformed));
}
