//! Whole OTLP logs bodies: one of the corpus, and recorded ones where a directory of payloads is at hand.

use std::env;
use std::fs;
use std::path::PathBuf;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message;

use crate::corpus;

/// The directory with recorded payloads, unless this environment variable names another one.
pub const PAYLOADS_VARIABLE: &str = "BENCH_PAYLOADS";

const RECORDED: [&str; 3] = ["otlp-1mb", "otlp-large", "otlp-small"];

/// One request in both encodings.
#[derive(Debug)]
pub struct Body {
    /// Where it comes from.
    pub name: &'static str,
    /// As `application/x-protobuf`.
    pub protobuf: Vec<u8>,
    /// As `application/json`.
    pub json: Vec<u8>,
}

/// The first request of the corpus, then every recorded one that is found.
///
/// # Panics
/// Never: OTLP messages have a JSON form.
pub fn all() -> Vec<Body> {
    let first = corpus::requests().swap_remove(0);
    let json = serde_json::to_vec(&first).expect("OTLP messages have a JSON form");
    let generated = Body { name: "corpus", protobuf: first.encode_to_vec(), json };
    std::iter::once(generated).chain(RECORDED.into_iter().filter_map(recorded)).collect()
}

fn recorded(name: &'static str) -> Option<Body> {
    let json = fs::read(payloads().join("logs").join(name).with_extension("json")).ok()?;
    let request: ExportLogsServiceRequest = serde_json::from_slice(&json).ok()?;
    Some(Body { name, protobuf: request.encode_to_vec(), json })
}

/// Where recorded payloads are, if there are any.
pub fn payloads() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/payloads");
    env::var_os(PAYLOADS_VARIABLE).map_or_else(|| PathBuf::from(default), PathBuf::from)
}
