//! Whether every provider has answered or failed once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::providers::Source;

/// Counts the providers that have not said anything yet. Clones share the count.
#[derive(Debug, Clone)]
pub struct Readiness {
    pending: Arc<AtomicUsize>,
}

impl Readiness {
    /// Waits for every one of `sources`.
    pub fn of(sources: &[Source]) -> Self {
        Self::waiting_for(sources.len())
    }

    /// Waits for nobody.
    pub fn reached() -> Self {
        Self::waiting_for(0)
    }

    fn waiting_for(providers: usize) -> Self {
        Self { pending: Arc::new(AtomicUsize::new(providers)) }
    }

    /// Whether every provider has answered or failed once. Once true, it stays true.
    pub fn is_ready(&self) -> bool {
        self.pending.load(Ordering::Acquire) == 0
    }

    /// One provider's part, to be reported once.
    pub(crate) fn part(&self) -> Part {
        Part { readiness: Some(self.clone()) }
    }
}

/// One provider's first word: reported once, at the latest when the provider is gone.
#[derive(Debug)]
pub(crate) struct Part {
    readiness: Option<Readiness>,
}

impl Part {
    /// The provider has answered or failed.
    pub(crate) fn report(&mut self) {
        if let Some(readiness) = self.readiness.take() {
            readiness.pending.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.report();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_is_when_every_provider_has_reported_and_each_counts_once() {
        let readiness = Readiness::waiting_for(2);
        let (mut first, second) = (readiness.part(), readiness.part());
        first.report();
        first.report();
        drop(first);
        assert!(!readiness.is_ready());
        drop(second);
        assert!(readiness.is_ready());
        assert!(Readiness::reached().is_ready());
    }
}
