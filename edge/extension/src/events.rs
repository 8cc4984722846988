//! What happens to copies of records on their way out.

use std::fmt::Display;

use telemetry::event;

/// Records could not be written in time, and are given up.
#[event(name = "edge.extension.lost", severity = "warn")]
pub(crate) struct RecordsLost<'a> {
    /// Kind and name of the target.
    #[attribute(key = "extension.target")]
    pub(crate) target: &'a dyn Display,
    /// How many records.
    #[attribute(key = "records.count")]
    pub(crate) records: u64,
}

/// A target does not take what is written to it; it is tried again. Told once, until it takes something.
#[event(name = "edge.extension.failing", severity = "warn")]
pub(crate) struct TargetFailing<'a> {
    /// Kind and name of the target.
    #[attribute(key = "extension.target")]
    pub(crate) target: &'a dyn Display,
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a dyn Display,
}

/// A target takes what is written to it again.
#[event(name = "edge.extension.recovered", severity = "info")]
pub(crate) struct TargetRecovered<'a> {
    /// Kind and name of the target.
    #[attribute(key = "extension.target")]
    pub(crate) target: &'a dyn Display,
}
