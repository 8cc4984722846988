//! The memory that values live in: blocks of atomic words, each written by one owner and readable by anyone.
//!
//! Blocks live as long as the process and are recycled. That is what lets a handle be a plain reference, an
//! increment one plain add, and another thread read it soundly without `unsafe`. Memory stays at the peak of
//! sets registered at one time.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use crate::sync::AtomicU64;

/// Head cells beside the fields: the count of rejected recordings, and whether the owner is gone.
pub(crate) const HEAD_CELLS_FIXED: usize = 2;

/// Cells in a cache line. Blocks start and end on lines, so that two owners never write the same one.
const LINE_CELLS: usize = 8;
const LINE_BYTES: usize = LINE_CELLS * size_of::<AtomicU64>();
/// Cells taken from the allocator at a time, unless one block needs more.
const CHUNK_CELLS: usize = 8 << 10;

/// The cells of one set instance.
pub(crate) type Block = &'static [AtomicU64];

/// Takes a zeroed block of `cells` cells, rounded up to whole lines.
pub(crate) fn take(cells: usize) -> Block {
    // What the model check follows does not outlive one of its executions, and where it lies must not matter.
    if cfg!(model_check) {
        return zeros(cells.next_multiple_of(LINE_CELLS));
    }
    pool().take(cells.next_multiple_of(LINE_CELLS))
}

/// Gives a block back. Nobody may write to it any more.
pub(crate) fn give_back(block: Block) {
    for cell in block {
        cell.store(0, Ordering::Relaxed);
    }
    if cfg!(model_check) {
        return;
    }
    pool().free.entry(block.len()).or_default().push(block);
}

static POOL: LazyLock<Mutex<Pool>> = LazyLock::new(Mutex::default);

fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Default)]
struct Pool {
    /// Recycled blocks by length.
    free: HashMap<usize, Vec<Block>>,
    /// The part of the last chunk that no block uses yet; starts on a cache line.
    fresh: Block,
}

impl Pool {
    fn take(&mut self, cells: usize) -> Block {
        if let Some(block) = self.free.get_mut(&cells).and_then(Vec::pop) {
            return block;
        }
        if self.fresh.len() < cells {
            self.fresh = chunk(cells.max(CHUNK_CELLS));
        }
        let (block, rest) = self.fresh.split_at(cells);
        self.fresh = rest;
        block
    }
}

fn chunk(cells: usize) -> Block {
    let chunk = zeros(cells + LINE_CELLS);
    let skipped = chunk.as_ptr().align_offset(LINE_BYTES).min(LINE_CELLS);
    &chunk[skipped..]
}

fn zeros(cells: usize) -> Block {
    let zeros: Vec<AtomicU64> = (0..cells).map(|_| AtomicU64::new(0)).collect();
    zeros.leak()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_start_on_cache_lines_and_are_whole_lines() {
        for cells in [1, 8, 9, 200, 20_000] {
            let block = take(cells);
            assert!(block.len() >= cells && block.len().is_multiple_of(LINE_CELLS));
            assert_eq!(block.as_ptr().addr() % LINE_BYTES, 0);
        }
    }

    #[test]
    fn a_returned_block_is_used_again_and_is_zero() {
        // A length no other test takes, because the pool is shared by the process.
        let block = take(1_111);
        block[3].store(7, Ordering::Relaxed);
        give_back(block);
        let again = take(1_111);
        assert!(std::ptr::eq(block, again));
        assert_eq!(again[3].load(Ordering::Relaxed), 0);
    }
}
