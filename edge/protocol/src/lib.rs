//! One folder per wire protocol: maps a request head to a plan and a body's records to policy views.
//!
//! Refuses to do I/O: it holds no sockets, tasks or clocks and names no HTTP server.

mod admin;
mod health;
mod otlp;
mod passthrough;
mod plan;
mod policy_sync;

pub use admin::{Admin, AdminSource, MetricsFormat, PolicyReport, PolicyRow, SchemaFormat};
pub use health::{Health, Ready};
pub use otlp::{LogsJson, LogsProtobuf, MetricsJson, MetricsProtobuf, Otlp, TracesJson, TracesProtobuf};
pub use passthrough::Passthrough;
pub use plan::{
    Answerer, BodyFilter, FailOpen, Filtered, Head, Outcome, Plan, Protocol, RecordCounts, Upstream,
};
pub use policy_sync::{PolicySource, PolicyStatus, PolicySync, SyncEncoding};
