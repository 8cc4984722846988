//! Reading the cells of a set at one instant, while its owner may be writing.

use std::sync::atomic::Ordering;

use crate::cells::Block;
use crate::descriptor::{InstrumentKind, MetricsDescriptor};
use crate::sync::{AtomicU64, fence};

/// Reads tried until two in a row agree. An owner that flushes itself needs one; another reader needs more only
/// if the owner writes during the 10-100 ns of a read.
const ATTEMPTS_MAX: usize = 8;

/// Whether anything changed; no branch per cell, because most cells of most sets are idle.
#[inline]
pub(crate) fn is_dirty(heads: &[AtomicU64], last: &[u64]) -> bool {
    let differing =
        heads.iter().zip(last).fold(0, |all, (cell, last)| all | (cell.load(Ordering::Relaxed) ^ last));
    differing != 0
}

/// A copy of the cells of a set, kept to be filled again.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    cells: Vec<u64>,
}

impl Reading {
    /// Copies the cells of a set, all at one instant if the owner lets it; in the layout of the block.
    ///
    /// Two equal reads of cells that only grow are a read at one instant. If the owner is too busy for that, each
    /// number is right by itself, and a field under recording keeps its old values until next time. The same
    /// holds between fields on machines that order stores less strictly than x86-64, since a count is a relaxed
    /// store; fields of several cells agree with themselves everywhere.
    pub(crate) fn take(&mut self, descriptor: &MetricsDescriptor, block: Block, last: &[u64]) -> &[u64] {
        for _ in 0..ATTEMPTS_MAX {
            self.copy(descriptor, block, last);
            // Pairs with the release in `Sequence::during` and with that of the retired cell, and orders the reads
            // before those that follow.
            fence(Ordering::Acquire);
            if self.is_settled(descriptor, block) {
                return &self.cells;
            }
            std::hint::spin_loop();
        }
        self.leave_out_unsettled(descriptor, block, last);
        &self.cells
    }

    fn copy(&mut self, descriptor: &MetricsDescriptor, block: Block, last: &[u64]) {
        let heads = &block[..descriptor.head_cells()];
        self.cells.clear();
        self.cells.extend(heads.iter().map(|cell| cell.load(Ordering::Acquire)));
        self.cells.extend_from_slice(&last[heads.len()..]);
        if last.len() == heads.len() {
            return;
        }
        for index in bodied(descriptor) {
            if self.cells[index] != last[index] {
                for cell in descriptor.body(index) {
                    self.cells[cell] = block[cell].load(Ordering::Relaxed);
                }
            }
        }
    }

    fn is_settled(&self, descriptor: &MetricsDescriptor, block: Block) -> bool {
        let heads = descriptor.head_cells();
        !is_dirty(&block[..heads], &self.cells)
            && (block.len() == heads || sequenced(descriptor).all(|index| is_complete(self.cells[index])))
    }

    fn leave_out_unsettled(&mut self, descriptor: &MetricsDescriptor, block: Block, last: &[u64]) {
        // What was read may be older than the end of the owner: there is one more reading to come.
        self.cells[descriptor.retired_cell()] = last[descriptor.retired_cell()];
        for index in sequenced(descriptor) {
            let is_unmoved = block[index].load(Ordering::Relaxed) == self.cells[index];
            if !is_complete(self.cells[index]) || !is_unmoved {
                self.cells[index] = last[index];
                let body = descriptor.body(index);
                self.cells[body.clone()].copy_from_slice(&last[body]);
            }
        }
    }
}

/// The fields that have cells beside their head.
fn bodied(descriptor: &MetricsDescriptor) -> impl Iterator<Item = usize> {
    let fields = descriptor.fields.iter().enumerate();
    fields.filter(|(_, field)| field.body_cells() > 0).map(|(index, _)| index)
}

/// The fields whose head is a sequence word.
fn sequenced(descriptor: &MetricsDescriptor) -> impl Iterator<Item = usize> {
    let fields = descriptor.fields.iter().enumerate();
    let is_sequenced = |kind| matches!(kind, InstrumentKind::Histogram | InstrumentKind::Mmsc);
    fields.filter(move |(_, field)| is_sequenced(field.kind)).map(|(index, _)| index)
}

/// Sequence words are odd while a recording is under way.
fn is_complete(sequence: u64) -> bool {
    sequence.is_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use crate::descriptor::MetricsDescriptor;
    use crate::{Counter, Histogram, MetricSet, Set, Telemetry, metric_set};

    /// A set whose cells the tests write by hand.
    #[metric_set(name = "test.reading")]
    struct Requests {
        /// Requests.
        #[metric(unit = "{request}")]
        requests: Counter<u64>,
        /// Time to answer.
        #[metric(unit = "s", buckets = [1, 2])]
        duration: Histogram,
    }

    const DESCRIPTOR: &MetricsDescriptor = Requests::DESCRIPTOR;

    #[test]
    fn the_end_of_an_owner_is_not_believed_before_its_last_counts_are_read() {
        let block = crate::cells::take(DESCRIPTOR.cells());
        let last = vec![0; DESCRIPTOR.cells()];
        let mut reading = super::Reading::default();
        // The owner counted after its count was read, and has ended before the last cell was.
        block[DESCRIPTOR.retired_cell()].store(1, std::sync::atomic::Ordering::Release);
        reading.copy(DESCRIPTOR, block, &last);
        block[0].store(1, std::sync::atomic::Ordering::Relaxed);
        reading.leave_out_unsettled(DESCRIPTOR, block, &last);
        assert_eq!(reading.cells[DESCRIPTOR.retired_cell()], 0);
    }

    #[test]
    fn a_recording_under_way_is_left_for_the_next_time() {
        let telemetry = Telemetry::default();
        let set: Set<Requests> = telemetry.worker().register(());
        let sums = || {
            let collected = telemetry.collect();
            [0, 1].map(|field| collected.sum(DESCRIPTOR.fields[field].name, &[]))
        };
        set.requests.inc();
        set.duration.record(1.5);
        let finish = set.duration.start_recording(0.5);
        assert_eq!(sums(), [1, 0]);
        set.requests.inc();
        assert_eq!(sums(), [2, 0]);
        finish();
        assert_eq!(sums(), [2, 2]);
    }
}
