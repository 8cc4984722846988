//! What happens to policies on their way into force.

use std::fmt::Display;

use telemetry::event;

/// A policy is in force, and may not do what its author wants.
#[event(name = "edge.policy.warning", severity = "warn")]
pub(crate) struct PolicyWarning<'a> {
    /// Who provides the policies.
    #[attribute(key = "policy.provider")]
    pub(crate) provider: &'a str,
    /// What to look at.
    #[attribute(key = "policy.warning")]
    pub(crate) warning: &'a dyn Display,
}

/// Policies take long to compile; until that ends, those before are in force.
#[event(name = "edge.policy.compiling", severity = "info")]
pub(crate) struct PolicyCompiling<'a> {
    /// Who provides the policies.
    #[attribute(key = "policy.provider")]
    pub(crate) provider: &'a str,
    /// How many there are, of all providers.
    #[attribute(key = "policies.count")]
    pub(crate) policies: u64,
}

/// A policy is not in force, because it is wrong.
#[event(name = "edge.policy.rejected", severity = "warn")]
pub(crate) struct PolicyRejected<'a> {
    /// Id of the policy.
    #[attribute(key = "policy.id")]
    pub(crate) id: &'a str,
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) errors: String,
}

/// These policies are in force now.
#[event(name = "edge.policy.loaded", severity = "info")]
pub(crate) struct PolicyLoaded<'a> {
    /// Who provides the policies.
    #[attribute(key = "policy.provider")]
    pub(crate) provider: &'a str,
    /// How many are in force, of all providers.
    #[attribute(key = "policies.active")]
    pub(crate) active: u64,
    /// How many are not, because they are wrong.
    #[attribute(key = "policies.rejected")]
    pub(crate) rejected: u64,
}

/// A file of policies cannot be used; what it said before stays in force.
#[event(name = "edge.policy.file.invalid", severity = "warn")]
pub(crate) struct PolicyFileInvalid<'a> {
    /// Who provides the policies.
    #[attribute(key = "policy.provider")]
    pub(crate) provider: &'a str,
    /// Where the file is.
    #[attribute(key = "file.path")]
    pub(crate) path: &'a dyn Display,
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a str,
}

/// The last good set cannot be kept on disk: a start without the server would have none.
#[event(name = "edge.policy.cache.unwritten", severity = "warn")]
pub(crate) struct PolicyCacheUnwritten<'a> {
    /// Who provides the policies.
    #[attribute(key = "policy.provider")]
    pub(crate) provider: &'a str,
    /// Where it was to be.
    #[attribute(key = "file.path")]
    pub(crate) path: &'a dyn Display,
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a dyn Display,
}

/// What an earlier process kept on disk cannot be used.
#[event(name = "edge.policy.cache.invalid", severity = "warn")]
pub(crate) struct PolicyCacheInvalid<'a> {
    /// Who provides the policies.
    #[attribute(key = "policy.provider")]
    pub(crate) provider: &'a str,
    /// Where it is.
    #[attribute(key = "file.path")]
    pub(crate) path: &'a dyn Display,
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a str,
}

/// Edge ends, and a policy server has not taken what policies did since the last report that arrived.
#[event(name = "edge.policy.report.lost", severity = "warn")]
pub(crate) struct PolicyReportLost<'a> {
    /// Who provides the policies.
    #[attribute(key = "policy.provider")]
    pub(crate) provider: &'a str,
    /// How many policies the report tells of.
    #[attribute(key = "policies.count")]
    pub(crate) policies: u64,
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a dyn Display,
}

/// A policy server could not be asked; what it said before stays in force. Told once for each way of failing.
#[event(name = "edge.policy.sync.failed", severity = "warn")]
pub(crate) struct PolicySyncFailed<'a> {
    /// Who provides the policies.
    #[attribute(key = "policy.provider")]
    pub(crate) provider: &'a str,
    /// The server.
    #[attribute(key = "server.url")]
    pub(crate) url: &'a dyn Display,
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a dyn Display,
    /// Seconds until it is asked again.
    #[attribute(key = "retry.wait")]
    pub(crate) wait: f64,
}

/// A policy server answers again.
#[event(name = "edge.policy.sync.recovered", severity = "info")]
pub(crate) struct PolicySyncRecovered<'a> {
    /// Who provides the policies.
    #[attribute(key = "policy.provider")]
    pub(crate) provider: &'a str,
}

/// Compiled patterns cannot be kept on disk: the next start compiles them again. Told once.
#[event(name = "edge.policy.cache.unwritable", severity = "warn")]
pub(crate) struct CompiledUnwritable<'a> {
    /// The folder.
    #[attribute(key = "file.directory")]
    pub(crate) folder: &'a dyn Display,
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a dyn Display,
}

/// A file of compiled patterns is not what was written there: it is thrown away, and the patterns are compiled.
#[event(name = "edge.policy.cache.damaged", severity = "warn")]
pub(crate) struct CompiledDamaged<'a> {
    /// Where it was.
    #[attribute(key = "file.path")]
    pub(crate) path: &'a dyn Display,
}

/// What a policy server says of where extensions write cannot be used.
#[event(name = "edge.policy.broadcast.unusable", severity = "warn")]
pub(crate) struct BroadcastUnusable<'a> {
    /// Who provides the policies.
    #[attribute(key = "policy.provider")]
    pub(crate) provider: &'a str,
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a dyn Display,
}

/// A policy is in force, but not all of it works.
#[event(name = "edge.policy.flawed", severity = "warn")]
pub(crate) struct PolicyFlawed<'a> {
    /// Id of the policy.
    #[attribute(key = "policy.id")]
    pub(crate) id: &'a str,
    /// What does not work.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a str,
}
