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

/// Longest time that a receiver can ask to be left alone; more would be a mistake.
const AFTER_MAX: Duration = Duration::from_secs(3600);

impl Verdict {
    /// The receiver wants to be asked later.
    pub(super) fn throttled(after: Option<Duration>, detail: String) -> Self {
        let after = after.map(|after| after.min(AFTER_MAX));
        Self::Retry { failure: Failure::Throttled, after, detail }
    }

    pub(super) fn retry(failure: Failure, detail: &str) -> Self {
        Self::Retry { failure, after: None, detail: detail.to_owned() }
    }
}
