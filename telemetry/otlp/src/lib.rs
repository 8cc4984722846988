//! OTLP: metrics, events and spans as protobuf, over HTTP and gRPC.
//!
//! Knows the SDK and the wire; never reads what it sends, and never exports what it does itself but as metrics.
#![doc = concat!("\n", include_str!("../README.md"))]

mod encode;

pub use encode::{encode_logs, encode_metrics, encode_spans};
