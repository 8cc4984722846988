//! What was lost on the way, by why and by how much it mattered.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Level;
use crate::AttributeValue;

/// Why an event or a span was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AttributeValue)]
pub enum DropReason {
    /// Too much was waiting.
    QueueFull,
    /// Its call site emitted too many.
    RateLimited,
    /// The console did not take it.
    WriteFailed,
    /// Its thread was ending.
    Shutdown,
}

impl DropReason {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::QueueFull, Self::RateLimited, Self::WriteFailed, Self::Shutdown];
}

static DROPPED: [[AtomicU64; Level::ALL.len()]; DropReason::ALL.len()] =
    [const { [const { AtomicU64::new(0) }; Level::ALL.len()] }; DropReason::ALL.len()];

/// Counts what is lost here.
pub(crate) fn count_dropped(reason: DropReason, level: Level) {
    DROPPED[reason as usize][level as usize].fetch_add(1, Ordering::Relaxed);
}

/// What was lost since the start of the process for one reason at one level. Spans count as `Info`.
pub fn dropped_by(reason: DropReason, level: Level) -> u64 {
    DROPPED[reason as usize][level as usize].load(Ordering::Relaxed)
}

/// Events and spans lost since the start of the process, for whatever reason.
pub fn dropped() -> u64 {
    DROPPED.iter().flatten().map(|count| count.load(Ordering::Relaxed)).sum()
}
