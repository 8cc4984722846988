//! The cursors of one worker's sets: what of each cell has been handed on already.
//!
//! A flush yields `current - last` and moves `last`. Whoever locks the ledger may flush: the owner at its
//! cadence, or the aggregator on behalf of an owner that is idle, blocked or dead. What cannot be delivered stays in
//! the ledger's batch, and until that is gone the values stay in their cells.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::batch::Batch;
use crate::cells::Block;
use crate::change::{Change, differences, head_difference, integer};
use crate::descriptor::InstrumentKind;
use crate::instrument::mmsc;
use crate::reading::{Followed, Reading, follow, is_dirty};
use crate::series::{Series, SeriesRegistry};
use crate::set::Instance;
use crate::sync::own;

/// The sets of one worker with their cursors.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    accounts: Vec<Account>,
    /// The cursors of all accounts, one after another, so that a look at idle sets is a walk through memory.
    last: Vec<u64>,
    /// Cursors of accounts that were closed, by length.
    free: BTreeMap<usize, Vec<usize>>,
    reading: Reading,
    /// What is to be delivered.
    batch: Batch,
}

/// The cursor of one set instance, or of one combination of one that varies.
#[derive(Debug)]
struct Account {
    block: Block,
    /// Cells that change whenever anything changes; all of them in most sets.
    heads: u32,
    /// Which of the combinations of the instance.
    point: u32,
    /// Where its cursors start.
    last: usize,
    /// What is known of the series once something has changed, and the word that it is used.
    series: Option<(Arc<Series>, Arc<()>)>,
    instance: Arc<Instance>,
}

impl Ledger {
    /// Keeps the cursors of an instance, one for each of its combinations.
    pub(crate) fn open(&mut self, instance: &Arc<Instance>, series: Option<&(Arc<Series>, Arc<()>)>) {
        let cells = instance.descriptor.cells();
        for (point, block) in instance.blocks().enumerate() {
            let last = self.cursors(cells);
            self.accounts.push(Account {
                block,
                heads: instance.descriptor.head_cells() as u32,
                point: point as u32,
                last,
                series: series.cloned(),
                instance: Arc::clone(instance),
            });
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.batch.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Puts every change since the last time into the batch, unless the one before has not been delivered yet; whether
    /// there is anything to deliver.
    pub(crate) fn gather(&mut self, registry: &SeriesRegistry) -> bool {
        if self.is_waiting() {
            return true;
        }
        // A flush that panicked may have left changes of no entry.
        self.batch.clear();
        let mut index = 0;
        while index < self.accounts.len() {
            let account = &mut self.accounts[index];
            let last = &mut self.last[account.last..account.last + account.block.len()];
            let has_ended = if account.heads as usize == account.block.len() {
                account.gather_heads(last, &mut self.batch, registry)
            } else {
                is_dirty(&account.block[..account.heads as usize], last)
                    && account.gather(last, &mut self.reading, &mut self.batch, registry)
            };
            if has_ended {
                self.close(index);
            } else {
                index += 1;
            }
        }
        !self.batch.is_empty()
    }

    /// Whether a batch has not been delivered yet.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.batch.is_empty()
    }

    /// The changes to be delivered.
    pub(crate) fn batch(&self) -> &Batch {
        &self.batch
    }

    /// Takes the batch out, for another one.
    pub(crate) fn swap_batch(&mut self, other: Batch) -> Batch {
        std::mem::replace(&mut self.batch, other)
    }

    /// The batch has been delivered.
    pub(crate) fn delivered(&mut self) {
        self.batch.clear();
    }

    fn cursors(&mut self, cells: usize) -> usize {
        if let Some(start) = self.free.get_mut(&cells).and_then(Vec::pop) {
            self.last[start..start + cells].fill(0);
            return start;
        }
        let start = self.last.len();
        self.last.resize(start + cells, 0);
        start
    }

    fn close(&mut self, index: usize) {
        let account = self.accounts.swap_remove(index);
        if let Some((_, token)) = account.series {
            self.batch.keep(token);
        }
        self.free.entry(account.block.len()).or_default().push(account.last);
        if self.accounts.is_empty() {
            (self.last, self.free) = Default::default();
        }
    }
}

impl Account {
    /// Writes the changes of a set without bodies, if there are any, and moves its cursors; whether those are its last.
    #[inline]
    fn gather_heads(&mut self, last: &mut [u64], batch: &mut Batch, registry: &SeriesRegistry) -> bool {
        let descriptor = self.instance.descriptor;
        let (fields, retired) = (descriptor.fields, descriptor.retired_cell());
        if self.series.is_none() {
            if !is_dirty(self.block, last) {
                return false;
            }
            // A combination that was never counted does not become a series because its set is dropped. The end first:
            // whoever sees it sees every count before it.
            if self.block[retired].load(Ordering::Acquire) != 0 && !is_dirty(&self.block[..retired], last) {
                return true;
            }
            self.series = Some(self.instance.resolve(self.point as usize, registry));
        }
        let followed = follow(self.block, last, |cell, now, last| {
            if cell != retired {
                // The count of what was rejected comes after the fields.
                let kind = fields.get(cell).map_or(InstrumentKind::CounterU64, |field| field.kind);
                batch.push(Change { cell: cell as u32, amount: head_difference(kind, now, last) });
            }
        });
        if followed == Followed::Idle {
            return false;
        }
        if followed == Followed::Unsettled {
            // What was read may be older than the end of the owner: there is one more reading to come.
            last[retired] = 0;
        }
        let has_ended = last[retired] != 0;
        if let Some((series, _)) = &self.series {
            batch.end_entry(series.index, series.offset, self.instance.source, has_ended);
        }
        has_ended
    }

    /// Writes the changes of a set and moves its cursors; whether those are its last.
    #[inline]
    fn gather(
        &mut self,
        last: &mut [u64],
        reading: &mut Reading,
        batch: &mut Batch,
        registry: &SeriesRegistry,
    ) -> bool {
        let descriptor = self.instance.descriptor;
        let now = reading.take(descriptor, self.block, last);
        let retired = now[descriptor.retired_cell()] != 0;
        // A combination that was never counted does not become a series because its set is dropped.
        if retired && self.series.is_none() && is_untouched(now, last, descriptor.retired_cell()) {
            return true;
        }
        let series = self.series.get_or_insert_with(|| self.instance.resolve(self.point as usize, registry));
        for (index, field) in descriptor.fields.iter().enumerate() {
            if now[index] != last[index] {
                differences(descriptor, index, now, last, &mut |change| batch.push(change));
                if field.kind == InstrumentKind::Mmsc {
                    start_interval(self.block, descriptor.body_start(index));
                }
            }
        }
        integer(descriptor.rejected_cell(), now, last, &mut |change| batch.push(change));
        batch.end_entry(series.0.index, series.0.offset, self.instance.source, retired);
        last.copy_from_slice(now);
        retired
    }
}

/// Whether nothing differs but one cell.
fn is_untouched(now: &[u64], last: &[u64], except: usize) -> bool {
    now[..except] == last[..except] && now[except + 1..] == last[except + 1..]
}

/// The next value will be the first of an interval. Written by whoever flushes, under the lock of the ledger.
fn start_interval(block: Block, body: usize) {
    let wanted = &block[body + mmsc::INTERVAL_WANTED];
    wanted.store(own(wanted).wrapping_add(1), Ordering::Relaxed);
}
