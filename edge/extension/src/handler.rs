//! What a type of extensions must know how to do.

use std::sync::Arc;
use std::time::Duration;

use edge_policy::Extension;

use crate::outlet::Outlet;

/// Serves the extensions of one type.
pub trait Handler: Send + Sync {
    /// The type, as policies name it.
    fn kind(&self) -> &'static str;

    /// The version of its configuration. Others of the same major version are understood too.
    fn version(&self) -> &'static str;

    /// Where the records of an extension go. Extensions that want the same get the same outlet: a record goes
    /// through it once, however many policies send it there.
    fn outlet(&self, extension: &Extension) -> Result<Arc<Outlet>, Unserved>;

    /// Takes over what a policy server says about this type: all of it, anew. What cannot be used is told.
    fn set_broadcast_targets(&self, provider: &str, targets: &[Vec<u8>]) -> Vec<Unserved>;

    /// Finishes what there is, for at most so long.
    fn shutdown(&self, deadline: Duration);
}

/// What is wrong with the version that an extension asks for, where `known` is served.
pub(crate) fn version_problem(extension: &Extension, known: &'static str) -> Option<Unserved> {
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    let asked = &extension.version;
    let is_understood = asked.is_empty() || major(asked) == major(known);
    (!is_understood).then(|| Unserved::Version { asked: asked.clone(), known })
}

/// Why an extension gets nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unserved {
    /// Nobody here knows the type.
    #[error("unknown type {0:?}")]
    Type(String),
    /// The type is known in another version.
    #[error("version {asked:?} is not supported; {known} is")]
    Version {
        /// The version that is asked for.
        asked: String,
        /// The version that is served.
        known: &'static str,
    },
    /// The configuration is not what it should be.
    #[error("config: {0}")]
    Config(String),
    /// The target is neither configured here nor known from a policy server.
    #[error("config: unknown target {name:?} of kind {kind:?}")]
    Target {
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
    },
}
