//! OTLP: metrics, events and spans as protobuf, over HTTP and gRPC.
//!
//! Knows the SDK and the wire; never reads what it sends, and never exports what it does itself but as metrics.
#![doc = concat!("\n", include_str!("../README.md"))]

mod backoff;
mod config;
mod console;
mod encode;
mod env;
mod error;
mod exporter;
mod metrics;
mod signal;
mod transport;

pub use config::{Compression, Intercept, OtlpOptions, Protocol, Retry, Target};
pub use console::ConsoleExporter;
pub use encode::{MetricsPart, encode_logs, encode_metrics, encode_spans, split_metrics};
pub use error::ConfigError;
pub use exporter::{OtlpExporter, ShutdownReport};
pub use signal::Signal;
