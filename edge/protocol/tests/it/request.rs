//! The requests of the three signals, and what filters them.

use std::fmt::Debug;

use edge_protocol::{
    BodyFilter, LogsJson, LogsProtobuf, MetricsJson, MetricsProtobuf, Outcome, TracesJson, TracesProtobuf,
};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A request as OpenTelemetry's own types read and write it.
pub(crate) trait Request:
    Debug + Message + Default + Clone + PartialEq + Serialize + DeserializeOwned
{
    const JSON: &'static dyn BodyFilter;
    const PROTOBUF: &'static dyn BodyFilter;

    /// Name, filter and body of each spelling.
    fn spellings(&self) -> [(&'static str, &'static dyn BodyFilter, Vec<u8>); 2] {
        let json = serde_json::to_vec(self).expect("OTLP has a JSON form");
        [("json", Self::JSON, json), ("protobuf", Self::PROTOBUF, self.encode_to_vec())]
    }

    /// Reads a body.
    fn read(spelling: &str, body: &[u8]) -> Self {
        match spelling {
            "json" => serde_json::from_slice(body).expect("a request in JSON"),
            _ => Self::decode(body).expect("a request in protobuf"),
        }
    }

    /// What is sent on in place of this request.
    fn after(&self, spelling: &str, outcome: Outcome) -> Self {
        match outcome {
            Outcome::Unchanged => self.clone(),
            Outcome::Replaced(body) => Self::read(spelling, &body),
            Outcome::Emptied => Self::default(),
            Outcome::FailOpen(reason) => panic!("{reason:?}"),
        }
    }
}

impl Request for ExportLogsServiceRequest {
    const JSON: &'static dyn BodyFilter = &LogsJson;
    const PROTOBUF: &'static dyn BodyFilter = &LogsProtobuf;
}

impl Request for ExportMetricsServiceRequest {
    const JSON: &'static dyn BodyFilter = &MetricsJson;
    const PROTOBUF: &'static dyn BodyFilter = &MetricsProtobuf;
}

impl Request for ExportTraceServiceRequest {
    const JSON: &'static dyn BodyFilter = &TracesJson;
    const PROTOBUF: &'static dyn BodyFilter = &TracesProtobuf;
}
