//! Reading the cells of a set at one instant, while its owner may be writing.

#[cfg(all(test, model_check))]
mod model;

use std::sync::atomic::Ordering;

use crate::cells::Block;
use crate::descriptor::{InstrumentKind, MetricsDescriptor};
use crate::sync::{AtomicU64, fence};

/// Reads tried until two in a row agree. An owner that flushes itself needs one; another reader needs more only
/// if the owner writes during the 10-100 ns of a read. The model check does with two: each further one is the same once
/// more, and multiplies what it has to go through.
const ATTEMPTS_MAX: usize = if cfg!(model_check) { 2 } else { 8 };

/// Cells compared side by side: each would otherwise wait for the one before.
const LANES: usize = 4;

/// Whether anything changed; no branch per cell, because most cells of most sets are idle.
#[inline]
pub(crate) fn is_dirty(heads: &[AtomicU64], last: &[u64]) -> bool {
    differing(heads, last) != 0
}

/// Every bit in which a cell differs from what it was. If only one cell does, it is known by that what it was now.
#[inline]
fn differing(heads: &[AtomicU64], last: &[u64]) -> u64 {
    let (rows, rest) = heads.as_chunks::<LANES>();
    let (last_rows, last_rest) = last[..heads.len()].as_chunks::<LANES>();
    let mut differing = [0; LANES];
    for (cells, last) in rows.iter().zip(last_rows) {
        for lane in 0..LANES {
            differing[lane] |= cells[lane].load(Ordering::Relaxed) ^ last[lane];
        }
    }
    for (lane, (cell, last)) in rest.iter().zip(last_rest).enumerate() {
        differing[lane] |= cell.load(Ordering::Relaxed) ^ last;
    }
    differing.iter().fold(0, |all, lane| all | lane)
}

/// What came of following the heads of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Followed {
    /// Nothing had changed.
    Idle,
    /// `last` is what the heads were, all at one instant.
    Settled,
    /// The owner was too busy for that: each number is right by itself, and there is more to come.
    Unsettled,
}

/// Moves `last` up to the heads of a set without bodies, and says each cell that changed with both values; more than once
/// if it changes again meanwhile.
///
/// That nothing has changed since is a second reading equal to the first: of cells that only grow it makes an instant.
/// If one cell changed alone, the first look was such a reading already: it had that change, and the others, found
/// unchanged later, had none then.
#[inline]
pub(crate) fn follow(
    heads: &[AtomicU64],
    last: &mut [u64],
    mut changed: impl FnMut(usize, u64, u64),
) -> Followed {
    let seen = differing(heads, last);
    if seen == 0 {
        return Followed::Idle;
    }
    // Orders this look before the reading, and pairs with the release of the retired cell.
    fence(Ordering::Acquire);
    let (mut count, mut found) = (0, 0);
    let mut read = |last: &mut [u64]| {
        for (index, (cell, last)) in heads.iter().zip(last).enumerate() {
            let now = cell.load(Ordering::Relaxed);
            if now != *last {
                changed(index, now, *last);
                found |= now ^ *last;
                count += 1;
                *last = now;
            }
        }
        (count, found)
    };
    if read(last) == (1, seen) {
        return Followed::Settled;
    }
    for _ in 1..ATTEMPTS_MAX {
        fence(Ordering::Acquire);
        if !is_dirty(heads, last) {
            return Followed::Settled;
        }
        std::hint::spin_loop();
        read(last);
    }
    fence(Ordering::Acquire);
    if is_dirty(heads, last) { Followed::Unsettled } else { Followed::Settled }
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
    use std::sync::atomic::Ordering;

    use super::{Followed, follow};
    use crate::descriptor::MetricsDescriptor;
    use crate::{Counter, Histogram, MetricSet, Set, Telemetry, metric_set};

    #[test]
    fn what_changes_while_it_is_read_is_said_too_and_what_keeps_changing_is_not_settled() {
        let cells = crate::cells::take(11);
        let mut last = vec![0; cells.len()];
        assert_eq!(follow(cells, &mut last, |_, _, _| unreachable!("nothing changed")), Followed::Idle);

        for changes in [1, 2, super::ATTEMPTS_MAX as u64 + 1] {
            cells[3].fetch_add(1, Ordering::Relaxed);
            cells[9].fetch_add(1, Ordering::Relaxed);
            let (mut sum, before) = (0, last[9]);
            let followed = follow(cells, &mut last, |cell, now, last| {
                if cell == 3 {
                    return;
                }
                assert_eq!(cell, 9);
                sum += now - last;
                // The owner counts again before the second reading.
                if sum < changes {
                    cells[9].fetch_add(1, Ordering::Relaxed);
                }
            });
            let is_settled = changes <= super::ATTEMPTS_MAX as u64;
            assert_eq!(followed, if is_settled { Followed::Settled } else { Followed::Unsettled });
            assert_eq!(sum, last[9] - before);
        }
        crate::cells::give_back(cells);
    }

    /// What comes of changes of these cells, and of others while a cell is read.
    fn followed(changed: &[usize], meanwhile: (usize, &[usize])) -> (Followed, Vec<u64>) {
        let cells = crate::cells::take(16);
        let mut last = vec![0; cells.len()];
        let mut others = Some(meanwhile.1);
        let count =
            |cell: &usize| cells[*cell].store(cells[*cell].load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        changed.iter().for_each(count);
        let followed = follow(cells, &mut last, |cell, _, _| {
            if cell == meanwhile.0 {
                others.take().into_iter().flatten().for_each(count);
            }
        });
        crate::cells::give_back(cells);
        last.truncate(10);
        (followed, last)
    }

    #[test]
    fn changes_arrive_whole_wherever_they_are_and_whatever_comes_meanwhile() {
        let nothing = (0, &[][..]);
        assert_eq!(followed(&[5], nothing), (Followed::Settled, vec![0, 0, 0, 0, 0, 1, 0, 0, 0, 0]));
        assert_eq!(followed(&[1, 5, 9], nothing), (Followed::Settled, vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 1]));
        assert_eq!(followed(&[0, 3], nothing), (Followed::Settled, vec![1, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        // Of one alone the instant is before what comes while it is read.
        assert_eq!(followed(&[5], (5, &[2])), (Followed::Settled, vec![0, 0, 0, 0, 0, 1, 0, 0, 0, 0]));
        assert_eq!(followed(&[5], (5, &[2, 9])), (Followed::Settled, vec![0, 0, 1, 0, 0, 1, 0, 0, 0, 1]));
        assert_eq!(followed(&[5, 6], (5, &[5, 6])), (Followed::Settled, vec![0, 0, 0, 0, 0, 2, 2, 0, 0, 0]));
    }

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
        block[DESCRIPTOR.retired_cell()].store(1, Ordering::Release);
        reading.copy(DESCRIPTOR, block, &last);
        block[0].store(1, Ordering::Relaxed);
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
