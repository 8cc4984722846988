//! Cursors of exporters: each sees every change once, whatever the others do.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use crate::aggregator::{Extremes, ReaderId};
use crate::change::{self, Amount, differences, integer};
use crate::collected::Collected;
use crate::now::Now;
use crate::pipeline::{Pipeline, Snapshot};
use crate::series::Series;

/// Whether an exporter wants totals or changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Temporality {
    /// Totals since the series was registered.
    #[default]
    Cumulative,
    /// Changes since the last delivery; totals of what goes up and down, which OpenTelemetry's preference `delta` keeps
    /// cumulative.
    Delta,
}

/// The cursor of one exporter.
///
/// `collect` says what is to be delivered, `delivered` that it has been. What has not been is in the next collection.
#[derive(Debug)]
pub struct Reader {
    pipeline: Arc<Pipeline>,
    id: ReaderId,
    /// The totals as they were at the last collection.
    now: Snapshot,
    /// The totals as they were at the last delivery.
    last: Snapshot,
    /// The series of each place of the last delivery, by index: another may have its place since.
    known: Vec<Option<Arc<Series>>>,
    /// The smallest and largest values since the last delivery.
    extremes: Extremes,
    collected: Collected,
    /// Whether what was collected last has yet to be delivered.
    is_due: bool,
}

impl Reader {
    pub(crate) fn new(pipeline: Arc<Pipeline>, temporality: Temporality) -> Self {
        let id = pipeline.add_reader(temporality);
        let resource = Arc::clone(&pipeline.resource);
        // Totals start with their series, changes with the first delivery.
        let collected = Collected::new(resource, temporality, UNIX_EPOCH, Snapshot::default());
        let (now, last) = Default::default();
        Self {
            pipeline,
            id,
            now,
            last,
            known: Vec::new(),
            extremes: Extremes::default(),
            collected,
            is_due: false,
        }
    }

    /// What is to be delivered: all totals, or the changes since the last delivery.
    pub fn collect(&mut self) -> &Collected {
        self.collect_at(Now::here())
    }

    pub(crate) fn collect_at(&mut self, now: impl Into<Now>) -> &Collected {
        let now = now.into();
        self.is_due = true;
        match self.collected.temporality() {
            Temporality::Cumulative => {
                self.pipeline.snapshot(now, None, &mut self.collected.snapshot);
            }
            Temporality::Delta => {
                let reader = (self.id, &mut self.extremes);
                self.pipeline.snapshot(now, Some(reader), &mut self.now);
                self.merge_extremes();
                self.collect_changes();
            }
        }
        &self.collected
    }

    /// What was collected last.
    pub fn collected(&self) -> &Collected {
        &self.collected
    }

    /// What was collected last has been delivered: the cursor moves. Said again it means nothing.
    pub fn delivered(&mut self) {
        if !std::mem::take(&mut self.is_due) {
            return;
        }
        let time = self.collected.time();
        if self.collected.temporality() == Temporality::Delta {
            std::mem::swap(&mut self.last, &mut self.now);
            self.known.clear();
            for series in self.last.order.iter() {
                self.known.resize(self.known.len().max(series.index + 1), None);
                self.known[series.index] = Some(Arc::clone(series));
            }
            self.extremes.clear();
            self.collected.since = time;
        }
        self.pipeline.reader_delivered(self.id, self.collected.snapshot.collection);
    }

    fn collect_changes(&mut self) {
        let changes = &mut self.collected.snapshot;
        (changes.time, changes.collection) = (self.now.time, self.now.collection);
        // The clock may have been set back since the last delivery.
        self.collected.since = self.collected.since.min(self.now.time);
        changes.order = Arc::clone(&self.now.order);
        changes.cells.clear();
        changes.cells.resize(self.now.cells.len(), 0);
        let mut zeros = Vec::new();
        for series in self.now.order.iter() {
            let known = self.known.get(series.index).and_then(Option::as_ref);
            let is_known = known.is_some_and(|known| Arc::ptr_eq(known, series));
            let last = if is_known {
                &self.last.cells[series.range()]
            } else {
                zeros.resize(zeros.len().max(series.cells), 0);
                &zeros[..series.cells]
            };
            write_changes(series, &self.now.cells[series.range()], last, &mut changes.cells[series.range()]);
        }
        self.write_extremes();
    }

    /// Keeps one extreme of each cell, however often nothing could be delivered.
    fn merge_extremes(&mut self) {
        self.extremes.sort_unstable_by_key(|(series, change)| (Arc::as_ptr(series), change.cell));
        self.extremes.dedup_by(|(series, change), (kept, merged)| {
            let is_same = Arc::ptr_eq(series, kept) && change.cell == merged.cell;
            if is_same {
                merged.amount = merged.amount.extreme(change.amount);
            }
            is_same
        });
    }

    fn write_extremes(&mut self) {
        if self.extremes.is_empty() {
            return;
        }
        let Snapshot { order, cells, .. } = &mut self.collected.snapshot;
        // A series that expired since has no values to show: others may be in its place.
        self.extremes.retain(|(series, _)| order.has(series));
        for (series, change) in &self.extremes {
            change::add(&mut cells[series.range()], *change);
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.pipeline.forget_reader(self.id);
    }
}

/// Levels and what goes up and down are what they are; of the rest what is different. Extremes do not come from totals.
fn write_changes(series: &Series, now: &[u64], last: &[u64], changes: &mut [u64]) {
    let descriptor = series.descriptor;
    change::clear(descriptor, changes);
    for (index, field) in descriptor.fields.iter().enumerate() {
        if field.kind.goes_up_and_down() {
            changes[index] = now[index];
            continue;
        }
        differences(descriptor, index, now, last, &mut |change| {
            if !matches!(change.amount, Amount::Min(_) | Amount::Max(_)) {
                change::add(changes, change);
            }
        });
    }
    integer(descriptor.rejected_cell(), now, last, &mut |change| {
        change::add(changes, change);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mmsc, MmscValue, Set, Telemetry, Value, metric_set};

    /// Sizes.
    #[metric_set(name = "test.reader")]
    struct Sizes {
        /// Size of a request.
        #[metric(unit = "By")]
        requests: Mmsc,
    }

    #[test]
    fn what_cannot_be_delivered_for_long_takes_no_more_room() {
        let telemetry = Telemetry::default();
        let set: Set<Sizes> = telemetry.worker().register(());
        let mut reader = telemetry.reader(Temporality::Delta);
        for value in [2.0, 1.0, 5.0, 3.0] {
            set.requests.record(value);
            reader.collect();
            assert_eq!(reader.extremes.len(), 2);
        }
        let value = reader.collected().sets().find_map(|set| set.value("test.reader.requests"));
        let expected = MmscValue { min: 1.0, max: 5.0, sum: 11.0, count: 4 };
        assert_eq!(value, Some(Value::Mmsc(expected)));
    }
}
