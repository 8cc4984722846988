//! Why a sync failed.

use std::time::Duration;

/// A sync that changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SyncError {
    /// Nobody could be connected to.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The connection broke, or what came over it is none of the protocol's.
    #[error("no answer: {0}")]
    Broken(String),
    /// It took too long.
    #[error("no answer in time")]
    Deadline,
    /// The server said no.
    #[error("refused: {detail}")]
    Refused {
        /// Its status, and what it said.
        detail: String,
        /// How long it wants to be left alone.
        after: Option<Duration>,
    },
    /// The answer is larger than what is read.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The answer is no set of policies.
    #[error("the answer is not understood: {0}")]
    Malformed(String),
    /// The answer says that the server could not answer.
    #[error("the server reports: {0}")]
    Reported(String),
}

impl SyncError {
    /// How long the server wants to be left alone, if it said so.
    pub(crate) fn after(&self) -> Option<Duration> {
        match self {
            Self::Refused { after, .. } => *after,
            _ => None,
        }
    }
}
