//! The cursors of one worker's sets: what of each cell has been handed on already.
//!
//! A flush yields `current - last` and moves `last`. Whoever locks the ledger may flush: the owner at its
//! cadence, or the aggregator on behalf of an owner that is idle, blocked or dead. Values never leave the
//! cells, so a flush that cannot deliver just leaves the cursor where it was.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::batch::{Amount, Batch};
use crate::descriptor::{InstrumentKind, MetricsDescriptor};
use crate::float::saturating_add;
use crate::reading::{Reading, is_dirty};
use crate::set::Instance;

/// The sets of one worker with their cursors.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    accounts: Vec<Account>,
    reading: Reading,
    /// The batch under way; empty between flushes.
    batch: Batch,
    /// Cursor moves of the batch under way, taken back if it cannot be sent.
    moves: Vec<Move>,
    /// Accounts whose last changes are in the batch under way, ascending.
    closing: Vec<usize>,
}

#[derive(Debug)]
struct Account {
    instance: Arc<Instance>,
    last: Box<[u64]>,
}

#[derive(Debug)]
struct Move {
    account: usize,
    cell: usize,
    to: u64,
}

impl Ledger {
    pub(crate) fn open(&mut self, instance: Arc<Instance>) {
        let last = vec![0; instance.series.descriptor.cells()].into();
        self.accounts.push(Account { instance, last });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Puts every change since the last commit into the batch; whether there is any. Follow with `commit` or
    /// `take_back`.
    pub(crate) fn gather(&mut self) -> bool {
        // A flush that panicked may have left a batch that nobody delivered.
        self.take_back();
        for (index, account) in self.accounts.iter().enumerate() {
            // Before the cells are read: whoever sees the flag sees every count before it.
            let retired = account.instance.retired.load(Ordering::Acquire);
            if retired {
                self.closing.push(index);
            }
            if retired || is_dirty(&account.instance, &account.last) {
                self.reading.take(&account.instance, &account.last);
                account.write(&self.reading, &mut self.batch);
                self.moves.extend(moves(index, &account.last, self.reading.cells()));
                let instance = &account.instance;
                self.batch.end_entry(instance.series.index, instance.source, retired);
            }
        }
        !self.batch.is_empty()
    }

    /// The changes gathered.
    pub(crate) fn batch(&self) -> &Batch {
        &self.batch
    }

    /// Takes the batch out, for another one.
    pub(crate) fn swap_batch(&mut self, other: Batch) -> Batch {
        std::mem::replace(&mut self.batch, other)
    }

    /// The batch has been delivered: the cursors move, retired sets are forgotten.
    pub(crate) fn commit(&mut self) {
        self.batch.clear();
        for change in self.moves.drain(..) {
            self.accounts[change.account].last[change.cell] = change.to;
        }
        while let Some(index) = self.closing.pop() {
            self.accounts.swap_remove(index);
        }
    }

    /// The batch has not been delivered: everything is still to be flushed.
    pub(crate) fn take_back(&mut self) {
        self.batch.clear();
        self.moves.clear();
        self.closing.clear();
    }
}

impl Account {
    fn write(&self, reading: &Reading, batch: &mut Batch) {
        let descriptor = self.instance.series.descriptor;
        let current = reading.cells();
        for (index, field) in descriptor.fields.iter().enumerate() {
            if current[index] != self.last[index] {
                self.write_field(field.kind, index, current, batch);
            }
        }
        let rejected = descriptor.rejected_cell();
        integer(rejected, current[rejected], self.last[rejected], batch);
    }

    fn write_field(&self, kind: InstrumentKind, index: usize, current: &[u64], batch: &mut Batch) {
        let (now, last) = (current[index], self.last[index]);
        match kind {
            InstrumentKind::CounterU64 | InstrumentKind::UpDownCounterI64 => integer(index, now, last, batch),
            InstrumentKind::CounterF64 => float(index, now, last, batch),
            InstrumentKind::GaugeU64 | InstrumentKind::GaugeI64 | InstrumentKind::GaugeF64 => {
                batch.change(index, Amount::Level(now));
            }
            InstrumentKind::Histogram => self.write_histogram(index, current, batch),
        }
    }

    fn write_histogram(&self, index: usize, current: &[u64], batch: &mut Batch) {
        let body = body(self.instance.series.descriptor, index);
        float(body.start, current[body.start], self.last[body.start], batch);
        for cell in body.skip(1) {
            integer(cell, current[cell], self.last[cell], batch);
        }
    }
}

/// The body cells of a field.
pub(crate) fn body(descriptor: &MetricsDescriptor, field: usize) -> std::ops::Range<usize> {
    let start = descriptor.body_start(field);
    start..start + descriptor.fields[field].body_cells()
}

fn integer(cell: usize, now: u64, last: u64, batch: &mut Batch) {
    if now != last {
        batch.change(cell, Amount::Integer(now.wrapping_sub(last)));
    }
}

fn float(cell: usize, now: u64, last: u64, batch: &mut Batch) {
    if now != last {
        batch.change(cell, Amount::Float(saturating_add(f64::from_bits(now), -f64::from_bits(last))));
    }
}

fn moves(account: usize, last: &[u64], current: &[u64]) -> impl Iterator<Item = Move> {
    let pairs = last.iter().zip(current).enumerate();
    pairs.filter(|(_, (last, now))| last != now).map(move |(cell, (_, now))| Move { account, cell, to: *now })
}
