//! One folder per wire protocol: maps a request head to a plan and a body's records to policy views.
//!
//! Refuses to do I/O: it holds no sockets, tasks or clocks and names no HTTP server.

mod admin;
mod health;
mod otlp;
mod passthrough;
mod plan;
mod policy_sync;

pub use admin::{
    Admin, AdminSource, LiveSource, MetricsFormat, PolicyReport, PolicyRow, Refusal, SchemaFormat, Tail,
    TailDecision,
};
pub use health::{Health, Ready};
pub use otlp::{LogsJson, LogsProtobuf, MetricsJson, MetricsProtobuf, Otlp, TracesJson, TracesProtobuf};
pub use passthrough::Passthrough;
pub use plan::{
    Answerer, BodyFilter, FailOpen, Feed, Feeder, Filtered, Head, Outcome, Plan, Protocol, RecordCounts,
    Upstream, Whole,
};
pub use policy_sync::{PolicySource, PolicyStatus, PolicySync, SyncEncoding};
