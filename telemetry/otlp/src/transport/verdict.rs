//! What became of a request.

use std::time::Duration;

use crate::metrics::Failure;

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// The receiver has it.
    Delivered(Partial),
    /// It may be taken another time.
    Retry {
        failure: Failure,
        /// How long the receiver wants to be left alone.
        after: Option<Duration>,
        detail: String,
    },
    /// It will never be taken.
    Refused { detail: String },
}

/// What a receiver did not take of what it took (OTLP, "Partial Success").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Partial {
    pub(crate) rejected: u64,
    pub(crate) message: String,
}

impl Partial {
    /// Whether all is well.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl Verdict {
    pub(super) fn retry(failure: Failure, detail: &str) -> Self {
        Self::Retry { failure, after: None, detail: detail.to_owned() }
    }
}
