//! The cursors of one worker's sets: what of each cell has been handed on already.
//!
//! A flush yields `current - last` and moves `last`. Whoever locks the ledger may flush: the owner at its
//! cadence, or the aggregator on behalf of an owner that is idle, blocked or dead. What cannot be delivered stays in
//! the ledger's batch, and until that is gone the values stay in their cells.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::batch::{Batch, Place, Sink};
use crate::cells::Block;
use crate::change::{Change, differences, head_difference, integer};
use crate::descriptor::{InstrumentKind, MetricsDescriptor};
use crate::instrument::mmsc;
use crate::reading::{Followed, Reading, follow, is_dirty};
use crate::series::{Series, SeriesRegistry};
use crate::set::Instance;
use crate::sync::own;

/// The sets of one worker with their cursors.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    accounts: Accounts,
    /// What is to be delivered.
    batch: Batch,
}

#[derive(Debug, Default)]
struct Accounts {
    all: Vec<Account>,
    /// The cursors of all accounts, one after another, so that a look at idle sets is a walk through memory.
    last: Vec<u64>,
    /// Cursors of accounts that were closed, by length.
    free: BTreeMap<usize, Vec<usize>>,
    reading: Reading,
}

/// The cursor of one set instance, or of one combination of one that varies.
#[derive(Debug)]
struct Account {
    block: Block,
    descriptor: &'static MetricsDescriptor,
    /// Cells that change whenever anything changes; all of them in most sets.
    heads: u32,
    /// Which of the combinations of the instance.
    point: u32,
    /// Where its cursors start.
    last: usize,
    /// Where its changes belong, once there is a series.
    place: Place,
    /// The word that its series is used; a series there is once something has changed.
    token: Option<Arc<()>>,
    instance: Arc<Instance>,
}

impl Ledger {
    /// Keeps the cursors of an instance, one for each of its combinations.
    pub(crate) fn open(&mut self, instance: &Arc<Instance>, series: Option<&(Arc<Series>, Arc<()>)>) {
        self.accounts.open(instance, series);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.accounts.all.is_empty() && self.batch.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.accounts.all.len()
    }

    /// Puts every change since the last time into the batch, unless the one before has not been delivered yet; whether
    /// there is anything to deliver.
    pub(crate) fn gather(&mut self, registry: &SeriesRegistry) -> bool {
        if self.is_waiting() {
            return true;
        }
        // A flush that panicked may have left changes of no entry.
        self.batch.clear();
        self.accounts.gather(registry, &mut self.batch);
        !self.batch.is_empty()
    }

    /// Hands every change since the last time to somebody who adds it up at once. To be called when nothing waits.
    pub(crate) fn gather_into(&mut self, registry: &SeriesRegistry, sink: &mut impl Sink) {
        self.accounts.gather(registry, sink);
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
}

impl Accounts {
    fn open(&mut self, instance: &Arc<Instance>, series: Option<&(Arc<Series>, Arc<()>)>) {
        let descriptor = instance.descriptor;
        for (point, block) in instance.blocks().enumerate() {
            let mut account = Account {
                block,
                descriptor,
                heads: descriptor.head_cells() as u32,
                point: point as u32,
                last: self.cursors(descriptor.cells()),
                place: Place { source: instance.source, ..Place::default() },
                token: None,
                instance: Arc::clone(instance),
            };
            if let Some((series, token)) = series {
                account.belongs_to(series, Arc::clone(token));
            }
            self.all.push(account);
        }
    }

    fn gather(&mut self, registry: &SeriesRegistry, sink: &mut impl Sink) {
        let mut index = 0;
        while index < self.all.len() {
            let account = &mut self.all[index];
            let last = &mut self.last[account.last..account.last + account.block.len()];
            let has_ended = if account.heads as usize == account.block.len() {
                account.gather_heads(last, registry, sink)
            } else {
                is_dirty(&account.block[..account.heads as usize], last)
                    && account.gather(last, &mut self.reading, registry, sink)
            };
            if has_ended {
                self.close(index, sink);
            } else {
                index += 1;
            }
        }
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

    fn close(&mut self, index: usize, sink: &mut impl Sink) {
        let account = self.all.swap_remove(index);
        if let Some(token) = account.token {
            sink.keep(token);
        }
        self.free.entry(account.block.len()).or_default().push(account.last);
        if self.all.is_empty() {
            (self.last, self.free) = Default::default();
        }
    }
}

impl Account {
    fn belongs_to(&mut self, series: &Series, token: Arc<()>) {
        self.place = Place { series: series.index, offset: series.offset, ..self.place };
        self.token = Some(token);
    }

    #[cold]
    fn resolve(&mut self, registry: &SeriesRegistry) {
        let (series, token) = self.instance.resolve(self.point as usize, registry);
        self.belongs_to(&series, token);
    }

    /// Says the changes of a set without bodies, if there are any, and moves its cursors; whether those are its last.
    #[inline]
    fn gather_heads(&mut self, last: &mut [u64], registry: &SeriesRegistry, sink: &mut impl Sink) -> bool {
        let (fields, retired) = (self.descriptor.fields, self.descriptor.retired_cell());
        if self.token.is_none() {
            if !is_dirty(self.block, last) {
                return false;
            }
            // A combination that was never counted does not become a series because its set is dropped. The end first:
            // whoever sees it sees every count before it.
            if self.block[retired].load(Ordering::Acquire) != 0 && !is_dirty(&self.block[..retired], last) {
                return true;
            }
            self.resolve(registry);
        }
        let followed = follow(self.block, last, |cell, now, last| {
            if cell != retired {
                // The count of what was rejected comes after the fields.
                let kind = fields.get(cell).map_or(InstrumentKind::CounterU64, |field| field.kind);
                let amount = head_difference(kind, now, last);
                sink.change(self.place, Change { cell: cell as u32, amount });
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
        sink.end(self.place, has_ended);
        has_ended
    }

    /// Says the changes of a set and moves its cursors; whether those are its last.
    #[inline]
    fn gather(
        &mut self,
        last: &mut [u64],
        reading: &mut Reading,
        registry: &SeriesRegistry,
        sink: &mut impl Sink,
    ) -> bool {
        let descriptor = self.descriptor;
        let now = reading.take(descriptor, self.block, last);
        let retired = now[descriptor.retired_cell()] != 0;
        if self.token.is_none() {
            // A combination that was never counted does not become a series because its set is dropped.
            if retired && is_untouched(now, last, descriptor.retired_cell()) {
                return true;
            }
            self.resolve(registry);
        }
        let place = self.place;
        for (index, field) in descriptor.fields.iter().enumerate() {
            if now[index] != last[index] {
                differences(descriptor, index, now, last, &mut |change| sink.change(place, change));
                if field.kind == InstrumentKind::Mmsc {
                    start_interval(self.block, descriptor.body_start(index));
                }
            }
        }
        integer(descriptor.rejected_cell(), now, last, &mut |change| sink.change(place, change));
        sink.end(place, retired);
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
