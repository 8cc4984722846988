//! Extensions of policies: copies of records, handed to whoever wants them, off the hot path.
//!
//! Refuses to hold up a request or to change what becomes of a record: what there is no room for is dropped and
//! counted.

pub mod built_in;
mod copies;
mod events;
mod extensions;
mod handler;
mod metrics;
mod otlp_json;
mod outlet;
mod s3_dump;

pub use extensions::{Capability, Extensions};
pub use handler::{Handler, Unserved};
pub use metrics::{
    DropMetrics, DropReason, ExtensionAttributes, ExtensionMetrics, FailMetrics, FailReason, WriteMetrics,
};
pub use outlet::{Batch, Outlet, OutletLimits};
pub use s3_dump::{Batching, Compression, Environment, Place, S3Dump, Store, Target, TargetError};
