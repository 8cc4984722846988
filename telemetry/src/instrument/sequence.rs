//! Fields whose cells must agree: a word that is odd while they are written.

use std::sync::atomic::Ordering;

use crate::sync::{AtomicU64, fence, own};

/// The sequence word of a field. A reader that sees it odd or changed reads again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sequence(pub(super) &'static AtomicU64);

impl Sequence {
    /// Does `write` between two changes of the word: two plain stores, no locked instruction.
    #[inline]
    pub(super) fn during(self, write: impl FnOnce()) {
        let sequence = own(self.0);
        self.0.store(sequence.wrapping_add(1), Ordering::Relaxed);
        // Orders the odd number before the values, for readers; costs no instruction on x86-64.
        fence(Ordering::Release);
        write();
        self.0.store(sequence.wrapping_add(2), Ordering::Release);
    }
}
