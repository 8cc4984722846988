//! What happens to targets.

use std::fmt::Display;

use telemetry::event;

/// A target does not take what is stored there. Told once until it does.
#[event(name = "edge.extension.failing", severity = "warn")]
pub(crate) struct TargetFailing<'a> {
    /// The target, as its kind and its name.
    #[attribute(key = "extension.target")]
    pub(crate) target: &'a dyn Display,
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a dyn Display,
}

/// A target takes what is stored there again.
#[event(name = "edge.extension.recovered", severity = "info")]
pub(crate) struct TargetRecovered<'a> {
    /// The target, as its kind and its name.
    #[attribute(key = "extension.target")]
    pub(crate) target: &'a dyn Display,
}

/// Records could not be stored in time.
#[event(name = "edge.extension.lost", severity = "warn")]
pub(crate) struct RecordsLost<'a> {
    /// The target, as its kind and its name.
    #[attribute(key = "extension.target")]
    pub(crate) target: &'a dyn Display,
    /// So many.
    #[attribute(key = "records.count")]
    pub(crate) records: u64,
}
