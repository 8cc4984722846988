//! What providers count.

use telemetry::{AttributeValue, Counter, Gauge, Histogram, Set, Worker, attribute_set, metric_set};

/// How a look at changed content ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AttributeValue)]
pub enum ReloadResult {
    /// The content is in force.
    Loaded,
    /// The content is no policy set; what was in force before stays.
    Failed,
}

/// Which provider, and how it went.
#[attribute_set(name = "edge.policy.provider")]
pub struct ReloadAttributes {
    /// The provider's id, as configured.
    pub id: String,
    /// How it ended.
    pub result: ReloadResult,
}

/// What one provider did.
#[metric_set(name = "edge.policy.provider", attributes = ReloadAttributes)]
#[derive(Debug)]
pub struct ReloadMetrics {
    /// Times a provider had something new to say, or failed in a new way.
    #[metric(unit = "{reload}")]
    pub reloads: Counter<u64>,
}

/// How an exchange with a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AttributeValue)]
pub enum SyncResult {
    /// The answer brought another set.
    Changed,
    /// The answer brought what is in force already.
    Unchanged,
    /// There was no answer, or none that could be taken; what was in force before stays.
    Failed,
}

/// Which provider, and how its exchange ended.
#[attribute_set(name = "edge.policy.sync")]
pub struct SyncAttributes {
    /// The provider's id, as configured.
    pub id: String,
    /// How it ended.
    pub result: SyncResult,
}

/// Exchanges with one server.
#[metric_set(name = "edge.policy.sync", attributes = SyncAttributes)]
#[derive(Debug)]
pub struct SyncMetrics {
    /// Exchanges with the server.
    #[metric(unit = "{exchange}")]
    pub attempts: Counter<u64>,
    /// From the look-up of the server's address to the end of its answer.
    #[metric(unit = "s", range = "100us..60s")]
    pub duration: Histogram,
}

/// The policies of all providers together.
#[metric_set(name = "edge.policy")]
#[derive(Debug)]
pub struct PolicyMetrics {
    /// Policies in force.
    #[metric(unit = "{policy}")]
    pub active: Gauge<u64>,
    /// Policies that are not in force because they are invalid.
    #[metric(unit = "{policy}")]
    pub rejected: Gauge<u64>,
    /// Snapshots published.
    #[metric(unit = "{snapshot}")]
    pub snapshots: Counter<u64>,
    /// Time to merge and compile all policies into a snapshot.
    #[metric(unit = "s", range = "10us..60s")]
    pub compile_duration: Histogram,
}

/// One provider's counters, one set a result.
#[derive(Debug)]
pub(crate) struct Reloads {
    pub(crate) loaded: Set<ReloadMetrics>,
    pub(crate) failed: Set<ReloadMetrics>,
}

impl Reloads {
    pub(crate) fn register(worker: &Worker, provider: &str) -> Self {
        let set = |result| worker.register(ReloadAttributes { id: provider.to_owned(), result });
        Self { loaded: set(ReloadResult::Loaded), failed: set(ReloadResult::Failed) }
    }
}

/// One server's exchanges, one set a result.
#[derive(Debug)]
pub(crate) struct Syncs {
    pub(crate) changed: Set<SyncMetrics>,
    pub(crate) unchanged: Set<SyncMetrics>,
    pub(crate) failed: Set<SyncMetrics>,
}

impl Syncs {
    pub(crate) fn register(worker: &Worker, provider: &str) -> Self {
        let set = |result| worker.register(SyncAttributes { id: provider.to_owned(), result });
        Self {
            changed: set(SyncResult::Changed),
            unchanged: set(SyncResult::Unchanged),
            failed: set(SyncResult::Failed),
        }
    }
}
