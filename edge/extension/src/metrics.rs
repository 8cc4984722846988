//! What extensions count.

use telemetry::{AttributeValue, Counter, Histogram, attribute_set, metric_set};

/// Which extension, and where its records go.
#[attribute_set(name = "edge.extension")]
#[derive(Debug, Clone)]
pub struct ExtensionAttributes {
    /// Type of the extension.
    #[attribute(key = "extension.type")]
    pub kind: &'static str,
    /// The target, as its kind and its name.
    #[attribute(key = "extension.target")]
    pub target: String,
}

/// Copies of records on their way to an extension.
#[metric_set(name = "edge.extension", attributes = ExtensionAttributes)]
#[derive(Debug)]
pub struct ExtensionMetrics {
    /// Copies of records handed to the extension.
    #[metric(unit = "{record}")]
    pub dispatched: Counter<u64>,
}

/// Why a record was not handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AttributeValue)]
#[attribute(key = "drop.reason")]
pub enum DropReason {
    /// The extension has as many as it may hold.
    QueueFull,
    /// The copies of one batch take as much memory as they may.
    BatchFull,
    /// The protocol gives no copies of its records.
    NoCopy,
    /// The target is gone.
    Closed,
}

/// Records that an extension should have had and did not get.
#[metric_set(name = "edge.extension", attributes = ExtensionAttributes, varying = DropReason)]
#[derive(Debug)]
pub struct DropMetrics {
    /// Copies of records not handed over.
    #[metric(unit = "{record}")]
    pub dropped: Counter<u64>,
}

/// What an extension did with its records.
#[metric_set(name = "edge.extension", attributes = ExtensionAttributes)]
#[derive(Debug)]
pub struct WriteMetrics {
    /// Records whose object is stored.
    #[metric(unit = "{record}")]
    pub written: Counter<u64>,
    /// Bytes of stored objects, as stored.
    #[metric(unit = "By")]
    pub stored: Counter<u64>,
    /// Objects stored.
    #[metric(unit = "{object}")]
    pub objects: Counter<u64>,
    /// Attempts to store an object that failed.
    #[metric(unit = "{attempt}")]
    pub failed_attempts: Counter<u64>,
    /// From the first attempt to store an object to its success.
    #[metric(unit = "s", range = "1ms..600s")]
    pub upload_duration: Histogram,
}

/// Why a record was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AttributeValue)]
#[attribute(key = "failure.reason")]
pub enum FailReason {
    /// Its copy is not well-formed.
    Unreadable,
    /// Its object could not be stored in time.
    Upload,
    /// Its object was not stored when the process had to end.
    Shutdown,
}

/// Records that an extension got and lost.
#[metric_set(name = "edge.extension", attributes = ExtensionAttributes, varying = FailReason)]
#[derive(Debug)]
pub struct FailMetrics {
    /// Records handed over and not stored.
    #[metric(unit = "{record}")]
    pub failed: Counter<u64>,
}
