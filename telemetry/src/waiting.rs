//! A reader as those see it who forget series: whether it is waited for, and how far it has come.

use crate::pipeline::{Collection, EXPIRY_LOOKS};

/// What a reader has yet to deliver keeps its series; but not for the sake of one that never delivers.
///
/// That is told by looks at what has expired, which are some time apart: a clock that is set, or a process that was
/// stopped for long, makes one look at most, after which the reader still has its turn.
#[derive(Debug)]
pub(crate) struct Waiting {
    delivered: Collection,
    /// Since it delivered.
    looks: u32,
}

impl Waiting {
    /// It has delivered everything up to a collection.
    pub(crate) fn new(delivered: Collection) -> Self {
        Self { delivered, looks: 0 }
    }

    /// Up to which collection it has delivered; `None` from the look on that makes it one that never delivers.
    pub(crate) fn look(&mut self) -> Option<Collection> {
        self.looks = self.looks.saturating_add(1);
        (self.looks <= EXPIRY_LOOKS).then_some(self.delivered)
    }
}
