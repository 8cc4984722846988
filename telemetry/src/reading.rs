//! Reading the cells of a set at one instant, while its owner may be writing.

use std::sync::atomic::{Ordering, fence};

use crate::descriptor::{InstrumentKind, MetricsField};
use crate::ledger::body;
use crate::set::Instance;

/// Reads tried until two in a row agree. An owner that flushes itself needs one; another reader needs more only
/// if the owner writes during the 10-100 ns of a read.
const ATTEMPTS_MAX: usize = 8;

/// Whether anything changed; no branch per cell, because most cells of most sets are idle.
pub(crate) fn is_dirty(instance: &Instance, last: &[u64]) -> bool {
    let heads = &instance.block[..instance.series.descriptor.head_cells()];
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
    /// The cells as last taken, in the layout of the block.
    pub(crate) fn cells(&self) -> &[u64] {
        &self.cells
    }

    /// Copies the cells of a set, all at one instant if the owner lets it.
    ///
    /// Two equal reads of cells that only grow are a read at one instant. If the owner is too busy for that, each
    /// number is right by itself, and a histogram under recording keeps its old values until next time. The same
    /// holds between fields on machines that order stores less strictly than x86-64, since a count is a relaxed
    /// store; histograms agree with themselves everywhere.
    pub(crate) fn take(&mut self, instance: &Instance, last: &[u64]) {
        for _ in 0..ATTEMPTS_MAX {
            self.copy(instance, last);
            // Pairs with the release in `Histogram::record`, and orders the reads before those that follow.
            fence(Ordering::Acquire);
            if self.is_settled(instance) {
                return;
            }
            std::hint::spin_loop();
        }
        self.leave_out_unsettled(instance, last);
    }

    fn copy(&mut self, instance: &Instance, last: &[u64]) {
        let descriptor = instance.series.descriptor;
        let heads = &instance.block[..descriptor.head_cells()];
        self.cells.clear();
        self.cells.extend(heads.iter().map(|cell| cell.load(Ordering::Acquire)));
        self.cells.extend_from_slice(&last[heads.len()..]);
        for index in histograms(descriptor.fields) {
            if self.cells[index] != last[index] {
                self.copy_body(instance, index);
            }
        }
    }

    fn copy_body(&mut self, instance: &Instance, field: usize) {
        for cell in body(instance.series.descriptor, field) {
            self.cells[cell] = instance.block[cell].load(Ordering::Relaxed);
        }
    }

    fn is_settled(&self, instance: &Instance) -> bool {
        let descriptor = instance.series.descriptor;
        (0..descriptor.head_cells()).all(|cell| self.is_unmoved(instance, cell))
            && histograms(descriptor.fields).all(|index| is_complete(self.cells[index]))
    }

    fn is_unmoved(&self, instance: &Instance, cell: usize) -> bool {
        instance.block[cell].load(Ordering::Relaxed) == self.cells[cell]
    }

    fn leave_out_unsettled(&mut self, instance: &Instance, last: &[u64]) {
        let descriptor = instance.series.descriptor;
        for index in histograms(descriptor.fields) {
            if !is_complete(self.cells[index]) || !self.is_unmoved(instance, index) {
                self.cells[index] = last[index];
                let body = body(descriptor, index);
                self.cells[body.clone()].copy_from_slice(&last[body]);
            }
        }
    }
}

fn histograms(fields: &[MetricsField]) -> impl Iterator<Item = usize> {
    let indexed = fields.iter().enumerate();
    indexed.filter(|(_, field)| field.kind == InstrumentKind::Histogram).map(|(index, _)| index)
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
