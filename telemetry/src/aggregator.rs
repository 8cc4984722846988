//! Adds up what owners send, per series, since the start of the process. One for each NUMA node.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::batch::{Batch, Entry};
use crate::change::{self, Amount, Change, add_level};
use crate::ledger::Ledger;
use crate::queue::{Receiver, Sender};
use crate::series::{Series, SeriesRegistry};
use crate::worker::SharedLedger;

/// The totals of one node, and the receiving end of its queue.
#[derive(Debug)]
pub(crate) struct Aggregator {
    batches: Receiver<Batch>,
    emptied: Sender<Batch>,
    /// The totals of all series, each where the registry placed it.
    cells: Vec<u64>,
    /// By index.
    accounts: Vec<Account>,
    /// Who wants to know the extremes since its last reading.
    readers: Vec<ReaderId>,
    extremes: HashMap<(ReaderId, usize, u32), Amount>,
    rejected: u64,
    /// Room for a list of workers, empty between two flushes.
    list: Vec<SharedLedger>,
}

/// A reader of changes.
pub(crate) type ReaderId = u64;

/// The smallest and largest values that a reader has not seen yet, by series and cell.
pub(crate) type Extremes = Vec<(Arc<Series>, Change)>;

/// What is known of a series beside its totals.
#[derive(Debug, Default)]
struct Account {
    series: Option<Arc<Series>>,
    /// Which cell counts what was rejected; kept here, because what a series knows is three looks away.
    rejected_cell: usize,
    has_changed: bool,
    /// What each instance last said of each level, by source and cell; ordered, so that sums do not vary.
    levels: BTreeMap<(u64, u32), u64>,
}

impl Aggregator {
    pub(crate) fn new(batches: Receiver<Batch>, emptied: Sender<Batch>) -> Self {
        Self {
            batches,
            emptied,
            cells: Vec::new(),
            accounts: Vec::new(),
            readers: Vec::new(),
            extremes: HashMap::new(),
            rejected: 0,
            list: Vec::new(),
        }
    }

    /// An empty list, with the room of the one before.
    pub(crate) fn take_list(&mut self) -> Vec<SharedLedger> {
        std::mem::take(&mut self.list)
    }

    /// Keeps the room of a list, and none of the workers in it.
    pub(crate) fn give_back_list(&mut self, mut list: Vec<SharedLedger>) {
        list.clear();
        self.list = list;
    }

    /// Fetches the changes of a worker that may be idle, blocked or gone.
    ///
    /// The queue is drained under the worker's lock: all its batches are in by then, and what is read now is
    /// newer, which matters to levels.
    pub(crate) fn flush_on_behalf(&mut self, registry: &SeriesRegistry, ledger: &mut Ledger) {
        self.drain(registry);
        // What waits undelivered first, then what has changed since.
        if ledger.is_waiting() {
            self.apply(registry, ledger.batch());
            ledger.delivered();
        }
        if ledger.gather(registry) {
            self.apply(registry, ledger.batch());
            ledger.delivered();
        }
    }

    /// Adds up what waits in the queue, and then what its owner has gathered in a ledger, which is newer.
    pub(crate) fn settle(&mut self, registry: &SeriesRegistry, ledger: &mut Ledger) {
        self.drain(registry);
        self.apply(registry, ledger.batch());
        ledger.delivered();
    }

    /// Adds up what waits in the queue.
    pub(crate) fn drain(&mut self, registry: &SeriesRegistry) {
        while let Ok(mut batch) = self.batches.try_recv() {
            self.apply(registry, &batch);
            batch.clear();
            // A full return queue only means that enough spares wait already.
            let _ = self.emptied.try_send(batch);
        }
    }

    /// Recordings refused up to now.
    pub(crate) fn rejected(&self) -> u64 {
        self.rejected
    }

    /// Makes room for the series registered since the last time.
    pub(crate) fn learn(&mut self, registry: &SeriesRegistry) {
        let Self { cells, accounts, .. } = self;
        let total = registry.learn(|index, series| {
            if accounts.len() <= index {
                accounts.resize_with(index + 1, Account::default);
            }
            let known = accounts[index].series.as_ref();
            if !known.is_some_and(|known| Arc::ptr_eq(known, series)) {
                cells.resize(cells.len().max(series.range().end), 0);
                change::clear(series.descriptor, &mut cells[series.range()]);
                let rejected_cell = series.descriptor.rejected_cell();
                accounts[index] =
                    Account { series: Some(Arc::clone(series)), rejected_cell, ..Account::default() };
            }
        });
        cells.resize(total, 0);
    }

    /// Copies the totals of all series, levels added up.
    pub(crate) fn copy_to(&self, cells: &mut Vec<u64>) {
        cells.clear();
        cells.extend_from_slice(&self.cells);
        for account in self.accounts.iter().filter(|account| !account.levels.is_empty()) {
            let Some(series) = &account.series else { continue };
            for ((_, cell), bits) in &account.levels {
                let total = &mut cells[series.offset + *cell as usize];
                *total = add_level(series.descriptor.fields[*cell as usize].kind, *total, *bits);
            }
        }
    }

    /// Says which series have changed since the last time, by index.
    pub(crate) fn changed(&mut self, mut each: impl FnMut(usize)) {
        for (index, account) in self.accounts.iter_mut().enumerate() {
            if std::mem::take(&mut account.has_changed) {
                each(index);
            }
        }
    }

    /// Forgets a series that expired; another may be in its place next.
    pub(crate) fn forget(&mut self, series: &Series) {
        if let Some(account) = self.accounts.get_mut(series.index) {
            *account = Account::default();
        }
        self.extremes.retain(|(_, index, _), _| *index != series.index);
    }

    pub(crate) fn add_reader(&mut self, reader: ReaderId) {
        self.readers.push(reader);
    }

    pub(crate) fn forget_reader(&mut self, reader: ReaderId) {
        self.readers.retain(|other| *other != reader);
        self.extremes.retain(|(other, _, _), _| *other != reader);
    }

    /// Takes the extremes that a reader has not seen yet.
    pub(crate) fn take_extremes(&mut self, reader: ReaderId, taken: &mut Extremes) {
        let of_reader = self.extremes.extract_if(|(other, _, _), _| *other == reader);
        taken.extend(of_reader.filter_map(|((_, series, cell), amount)| {
            let series = self.accounts.get(series)?.series.as_ref()?;
            Some((Arc::clone(series), Change { cell, amount }))
        }));
    }

    fn apply(&mut self, registry: &SeriesRegistry, batch: &Batch) {
        for (entry, changes) in batch.entries() {
            if self.accounts.get(entry.series).is_none_or(|account| account.series.is_none()) {
                self.learn(registry);
            }
            self.apply_entry(entry, changes);
        }
    }

    #[inline]
    fn apply_entry(&mut self, entry: Entry, changes: &[Change]) {
        let account = &mut self.accounts[entry.series];
        if account.series.is_none() {
            return;
        }
        let rejected_cell = account.rejected_cell;
        let cells = &mut self.cells[entry.offset..];
        let rejected_before = cells[rejected_cell];
        account.has_changed |= !changes.is_empty();
        for change in changes {
            match change.amount {
                Amount::Level(bits) => drop(account.levels.insert((entry.source, change.cell), bits)),
                Amount::Min(_) | Amount::Max(_) => {
                    change::add(cells, *change);
                    for reader in &self.readers {
                        let seen = self.extremes.entry((*reader, entry.series, change.cell));
                        let seen = seen.or_insert(change.amount);
                        *seen = seen.extreme(change.amount);
                    }
                }
                _ => cells[rejected_cell] += u64::from(!change::add(cells, *change)),
            }
        }
        if entry.retired && !account.levels.is_empty() {
            account.forget_levels(entry.source);
        }
        self.rejected += cells[rejected_cell].wrapping_sub(rejected_before);
    }
}

impl Account {
    fn forget_levels(&mut self, source: u64) {
        let last = self.levels.range((source, 0)..=(source, u32::MAX)).map(|(key, _)| *key);
        for key in last.collect::<Vec<_>>() {
            self.levels.remove(&key);
        }
    }
}
