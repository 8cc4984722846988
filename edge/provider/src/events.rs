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
