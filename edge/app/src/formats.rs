//! OTLP requests in either encoding.

use edge_policy::Signal;
use edge_protocol::{
    BodyFilter, LogsJson, LogsProtobuf, MetricsJson, MetricsProtobuf, TracesJson, TracesProtobuf,
};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde::Serialize;
use serde_json::Value;

/// What filters a request of the signal in the encoding that it is in.
pub(crate) fn filter(signal: Signal, request: &[u8]) -> &'static dyn BodyFilter {
    match (signal, is_json(request)) {
        (Signal::Log, true) => &LogsJson,
        (Signal::Log, false) => &LogsProtobuf,
        (Signal::Metric, true) => &MetricsJson,
        (Signal::Metric, false) => &MetricsProtobuf,
        (Signal::Trace, true) => &TracesJson,
        (Signal::Trace, false) => &TracesProtobuf,
    }
}

/// A request in JSON, whatever encoding it is in; null if it is malformed.
pub(crate) fn to_json(signal: Signal, request: &[u8]) -> Value {
    if is_json(request) {
        return serde_json::from_slice(request).unwrap_or_default();
    }
    match signal {
        Signal::Log => json_of::<ExportLogsServiceRequest>(request),
        Signal::Metric => json_of::<ExportMetricsServiceRequest>(request),
        Signal::Trace => json_of::<ExportTraceServiceRequest>(request),
    }
}

fn json_of<M: Message + Default + Serialize>(request: &[u8]) -> Value {
    M::decode(request).ok().and_then(|message| serde_json::to_value(message).ok()).unwrap_or_default()
}

/// No protobuf request begins with this byte: it would be a group, which OTLP has none of.
fn is_json(request: &[u8]) -> bool {
    request.trim_ascii_start().first() == Some(&b'{')
}
