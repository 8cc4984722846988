//! Adds up what owners send, per series, since the start of the process.

use std::collections::{BTreeMap, HashSet};
use std::ptr;
use std::sync::Arc;
use std::time::SystemTime;

use crossbeam_channel::{Receiver, Sender};

use crate::batch::{Amount, Batch, Change, Entry};
use crate::collected::{Collected, CollectedSet, order_of_declarations};
use crate::descriptor::{InstrumentKind, MetricsDescriptor};
use crate::float::saturating_add;
use crate::ledger::Ledger;
use crate::own::OwnMetrics;
use crate::pipeline::Pipeline;
use crate::prometheus::{self, Clash};
use crate::series::{Series, SeriesRegistry};

/// The totals of one pipeline, and the receiving end of its queue.
#[derive(Debug)]
pub(crate) struct Aggregator {
    batches: Receiver<Batch>,
    emptied: Sender<Batch>,
    series: Vec<Arc<Series>>,
    totals: Vec<Totals>,
    rejected: u64,
    declarations: Declarations,
    own: Option<OwnMetrics>,
}

/// The declarations of all series, and what is wrong between them.
#[derive(Debug, Default)]
struct Declarations {
    /// In the order of export.
    all: Vec<&'static MetricsDescriptor>,
    /// How many series have been looked at.
    series: usize,
    /// Sets and metrics of the clashes found so far, by address.
    clashes: HashSet<(usize, usize)>,
}

/// The totals of one series, in the cell layout of its set.
#[derive(Debug)]
struct Totals {
    cells: Box<[u64]>,
    /// What each instance last said of each gauge, by source and cell; ordered, so that sums do not vary.
    levels: BTreeMap<(u64, usize), u64>,
}

impl Aggregator {
    pub(crate) fn new(batches: Receiver<Batch>, emptied: Sender<Batch>) -> Self {
        let (series, totals) = (Vec::new(), Vec::new());
        Self {
            batches,
            emptied,
            series,
            totals,
            rejected: 0,
            declarations: Declarations::default(),
            own: None,
        }
    }

    pub(crate) fn register_own(&mut self, pipeline: &Pipeline) {
        self.own = Some(OwnMetrics::register(pipeline));
    }

    /// Fetches the changes of a worker that may be idle, blocked or gone.
    ///
    /// The queue is drained under the worker's lock: all its batches are in by then, and what is read now is
    /// newer, which matters to gauges.
    pub(crate) fn flush_on_behalf(&mut self, registry: &SeriesRegistry, ledger: &mut Ledger) {
        self.drain(registry);
        if ledger.gather() {
            self.apply(registry, ledger.batch());
            ledger.commit();
        }
    }

    /// Adds up what waits in the queue, and then what its owner has gathered in a ledger, which is newer.
    pub(crate) fn settle(&mut self, registry: &SeriesRegistry, ledger: &mut Ledger) {
        self.drain(registry);
        self.apply(registry, ledger.batch());
        ledger.commit();
    }

    /// The metrics found since the last time that cannot be exported beside the others.
    pub(crate) fn new_clashes(&mut self) -> Vec<Clash> {
        self.declarations.learn(&self.series)
    }

    /// Counts what the pipeline has to say about itself.
    pub(crate) fn count_own(&mut self, registry: &SeriesRegistry, deferrals: u64) {
        let Some(mut own) = self.own.take() else { return };
        own.count(deferrals, self.rejected, self.declarations.clashes.len() as u64);
        self.flush_on_behalf(registry, own.ledger());
        self.own = Some(own);
    }

    pub(crate) fn collected(&mut self, resource: Arc<[(String, String)]>) -> Collected {
        let sets = self.series.iter().zip(&self.totals).map(|(series, totals)| totals.collected(series));
        Collected::new(SystemTime::now(), resource, sets.collect())
    }

    fn drain(&mut self, registry: &SeriesRegistry) {
        while let Ok(mut batch) = self.batches.try_recv() {
            self.apply(registry, &batch);
            batch.clear();
            // A full return queue only means that enough spares wait already.
            let _ = self.emptied.try_send(batch);
        }
        self.learn_series(registry);
    }

    fn apply(&mut self, registry: &SeriesRegistry, batch: &Batch) {
        for (entry, changes) in batch.entries() {
            if entry.series >= self.totals.len() {
                self.learn_series(registry);
            }
            let descriptor = self.series[entry.series].descriptor;
            self.rejected += self.totals[entry.series].apply(entry, changes, descriptor.rejected_cell());
        }
    }

    /// Makes room for series registered since the last time.
    fn learn_series(&mut self, registry: &SeriesRegistry) {
        registry.catch_up(&mut self.series);
        let new = self.series[self.totals.len()..].iter().map(|series| Totals::new(series));
        self.totals.extend(new);
    }
}

impl Declarations {
    fn learn(&mut self, series: &[Arc<Series>]) -> Vec<Clash> {
        let known = self.all.len();
        for series in &series[std::mem::replace(&mut self.series, series.len())..] {
            if !self.all.iter().any(|known| std::ptr::eq(*known, series.descriptor)) {
                self.all.push(series.descriptor);
            }
        }
        if self.all.len() == known {
            return Vec::new();
        }
        self.all.sort_by(|a, b| order_of_declarations(a, b));
        let address = |clash: &Clash| (ptr::from_ref(clash.set).addr(), ptr::from_ref(clash.metric).addr());
        prometheus::clashes(&self.all)
            .into_iter()
            .filter(|clash| self.clashes.insert(address(clash)))
            .collect()
    }
}

impl Totals {
    fn new(series: &Series) -> Self {
        Self { cells: vec![0; series.descriptor.cells()].into(), levels: BTreeMap::new() }
    }

    /// Returns how many recordings were rejected.
    fn apply(&mut self, entry: Entry, changes: &[Change], rejected_cell: usize) -> u64 {
        let rejected_before = self.cells[rejected_cell];
        for change in changes {
            match change.amount {
                Amount::Integer(n) => self.cells[change.cell] = self.cells[change.cell].wrapping_add(n),
                Amount::Float(n) => self.cells[rejected_cell] += u64::from(!self.add_float(change.cell, n)),
                Amount::Level(bits) => drop(self.levels.insert((entry.source, change.cell), bits)),
            }
        }
        if entry.retired {
            self.forget_levels(entry.source);
        }
        self.cells[rejected_cell].wrapping_sub(rejected_before)
    }

    /// Whether the total could take it: sums that owners kept finite may not be so together.
    fn add_float(&mut self, cell: usize, n: f64) -> bool {
        let total = f64::from_bits(self.cells[cell]);
        self.cells[cell] = saturating_add(total, n).to_bits();
        (total + n).is_finite()
    }

    fn forget_levels(&mut self, source: u64) {
        let last = self.levels.range((source, 0)..=(source, usize::MAX)).map(|(key, _)| *key);
        for key in last.collect::<Vec<_>>() {
            self.levels.remove(&key);
        }
    }

    fn collected(&self, series: &Arc<Series>) -> CollectedSet {
        let mut cells = self.cells.clone();
        for ((_, cell), bits) in &self.levels {
            let total = &mut cells[*cell];
            *total = add_level(series.descriptor.fields[*cell].kind, *total, *bits);
        }
        CollectedSet::new(Arc::clone(series), cells)
    }
}

/// Levels that are too large together stay at the largest number.
fn add_level(kind: InstrumentKind, total: u64, level: u64) -> u64 {
    match kind {
        InstrumentKind::GaugeF64 => saturating_add(f64::from_bits(total), f64::from_bits(level)).to_bits(),
        InstrumentKind::GaugeI64 => total.cast_signed().saturating_add(level.cast_signed()).cast_unsigned(),
        _ => total.saturating_add(level),
    }
}
