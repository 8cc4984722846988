//! Where policies come from: a watched file, or a server over HTTP or gRPC. What all providers say is merged, compiled and published.
//!
//! Refuses to evaluate anything, and to hold up a request: every provider works in a thread of its own, and
//! the proxy only ever sees finished snapshots.

mod databases;
mod events;
mod file;
mod merge;
mod metrics;
mod patience;
mod providers;
mod publisher;
mod readiness;
mod served;
mod sync;

pub use databases::DatabaseFolder;
pub use file::FileSource;
pub use metrics::{
    PolicyMetrics, ReloadAttributes, ReloadMetrics, ReloadResult, SyncAttributes, SyncMetrics, SyncResult,
};
pub use providers::{Context, Providers, Source};
pub use readiness::Readiness;
pub use served::{Offer, Served};
pub use sync::{
    Broadcast, Client, Counts, Encoding, ExtensionConfig, Stage, SyncProtocol, SyncSource, SyncUrl,
    SyncUrlError,
};
