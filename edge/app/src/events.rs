//! What the process says of its own life, in the order in which it happens.

use std::fmt::Display;

use telemetry::event;

/// The process runs, and has read its configuration.
#[event(name = "edge.process.started", severity = "info")]
pub(crate) struct ProcessStarted<'a> {
    /// Which distribution it is.
    #[attribute(key = "build.name")]
    pub(crate) build_name: &'a str,
    /// The build's version.
    #[attribute(key = "build.version")]
    pub(crate) build_version: &'a str,
    /// Where the configuration came from.
    #[attribute(key = "config.origin")]
    pub(crate) config_origin: &'a str,
}

/// Something is configured that this distribution has no use for.
#[event(name = "edge.config.ineffective", severity = "warn")]
pub(crate) struct ConfigIneffective<'a> {
    /// The key of the configuration.
    #[attribute(key = "config.key")]
    pub(crate) key: &'a str,
}

/// A variable looks like one of edge's, and is none.
#[event(name = "edge.config.unknown_variable", severity = "warn")]
pub(crate) struct UnknownVariableFound<'a> {
    /// The variable.
    #[attribute(key = "variable.name")]
    pub(crate) name: &'a str,
    /// The one that may have been meant.
    #[attribute(key = "variable.nearest")]
    pub(crate) nearest: &'a str,
}

/// Which library matches patterns.
#[event(name = "edge.policy.library", severity = "info")]
pub(crate) struct LibraryInUse<'a> {
    /// Its version.
    #[attribute(key = "library.version")]
    pub(crate) version: &'a str,
}

/// The library that matches patterns is known to be wrong: patterns are matched one by one.
#[event(name = "edge.policy.library.unsound", severity = "error")]
pub(crate) struct LibraryUnsound<'a> {
    /// Its version.
    #[attribute(key = "library.version")]
    pub(crate) version: &'a str,
    /// What that means for whoever reads it.
    #[attribute(key = "consequence")]
    pub(crate) consequence: &'a str,
}

/// How many files the process may have open.
#[event(name = "edge.process.file_limit", severity = "info")]
pub(crate) struct FileLimit {
    /// So many.
    #[attribute(key = "files.limit")]
    pub(crate) limit: u64,
}

/// The process may have too few files open for the connections that are configured.
#[event(name = "edge.process.file_limit_low", severity = "warn")]
pub(crate) struct FileLimitLow<'a> {
    /// How many it may have open.
    #[attribute(key = "files.limit")]
    pub(crate) limit: u64,
    /// How many it would need.
    #[attribute(key = "files.needed")]
    pub(crate) needed: u64,
    /// The key of the configuration that asks for them.
    #[attribute(key = "config.key")]
    pub(crate) key: &'a str,
    /// What that means for whoever reads it.
    #[attribute(key = "consequence")]
    pub(crate) consequence: &'a str,
}

/// Nobody knows how many files the process may have open.
#[event(name = "edge.process.file_limit_failed", severity = "warn")]
pub(crate) struct FileLimitFailed<'a> {
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a dyn Display,
}

/// Requests are served.
#[event(name = "edge.server.ready", severity = "info")]
pub(crate) struct ServerReady<'a> {
    /// Address of the listener.
    #[attribute(key = "server.address")]
    pub(crate) address: &'a dyn Display,
    /// Port of the listener.
    #[attribute(key = "server.port")]
    pub(crate) port: u16,
}

/// A signal came: requests that are being served may end, others are not taken.
#[event(name = "edge.server.stopping", severity = "info")]
pub(crate) struct ServerStopping {
    /// Seconds that they have.
    #[attribute(key = "drain.deadline")]
    pub(crate) deadline: f64,
}

/// Nothing is served any more.
#[event(name = "edge.server.stopped", severity = "info")]
pub(crate) struct ServerStopped;

/// An edge that has its policies from here says that more was counted than there is room for. What is beyond is left out.
#[event(name = "edge.policy.downstream.overflowed", severity = "warn")]
pub(crate) struct DownstreamCountsOverflowed<'a> {
    /// Id of the policy.
    #[attribute(key = "policy.id")]
    pub(crate) id: &'a str,
}

/// An edge that has its policies from here found one wrong.
#[event(name = "edge.policy.downstream.rejected", severity = "warn")]
pub(crate) struct DownstreamPolicyRejected<'a> {
    /// Id of the policy.
    #[attribute(key = "policy.id")]
    pub(crate) id: &'a str,
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) errors: String,
}
