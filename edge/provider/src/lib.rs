//! Where policies come from: a watched file. What all providers say is merged, compiled and published.
//!
//! Refuses to evaluate anything, and to hold up a request: every provider works in a thread of its own, and
//! the proxy only ever sees finished snapshots.

mod events;
mod file;
mod merge;
mod metrics;
mod patience;
mod providers;
mod publisher;
mod readiness;

pub use file::FileSource;
pub use metrics::{PolicyMetrics, ReloadAttributes, ReloadMetrics, ReloadResult};
pub use providers::Providers;
pub use readiness::Readiness;
