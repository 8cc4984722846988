//! otel-arrow-dfe-telemetry: snapshots over a channel, accumulated in its registry.

use std::cell::Cell;
use std::rc::Rc;

use flume::Receiver;
use otel_arrow_dfe_telemetry::instrument::Counter;
use otel_arrow_dfe_telemetry::metrics::{MetricExportBatch, MetricSet, MetricSetSnapshot, MetricValue};
use otel_arrow_dfe_telemetry::registry::TelemetryRegistryHandle;
use otel_arrow_dfe_telemetry::reporter::MetricsReporter;
use otel_arrow_dfe_telemetry_macros::{attribute_set, metric_set};

use super::{Dirt, SETS, pass};
use crate::sets::twenty_counters;
use crate::side::{Side, Totals};

/// What tells the sets apart.
#[attribute_set(scope, name = "bench.collect")]
#[derive(Debug, Default, Clone)]
struct Attributes {
    /// Number of the set.
    number: u64,
}

twenty_counters! {
    &mut Calls,
    /// What is counted.
    #[metric_set(name = "bench.collect")]
    #[derive(Debug, Default, Clone)]
}

/// The cycle without an export.
pub fn accumulated(dirt: Dirt) -> Side<'static> {
    let mut flow = Flow::new();
    let registry = flow.registry.clone();
    let pass = move || pass(dirt, &mut flow, Flow::count, Flow::cycle, |()| {});
    Side::new("otel-arrow-dfe", pass, move || Totals::counted(total(&registry)))
}

/// The cycle, and then the batch that an exporter gets: the changes since the last time.
pub fn exported() -> Side<'static> {
    let mut flow = Flow::new();
    let exported = Rc::new(Cell::new(0));
    let read = Rc::clone(&exported);
    let pass = move || {
        let add = |batch: MetricExportBatch| {
            let values = batch.metric_sets.iter().flat_map(|set| &set.values);
            exported.set(exported.get() + sum(values));
        };
        pass(Dirt::OneField, &mut flow, Flow::count, Flow::export, add)
    };
    Side::new("otel-arrow-dfe with an export batch", pass, move || Totals::counted(read.get()))
}

/// The sets, the channel and the registry.
struct Flow {
    sets: Vec<MetricSet<Calls>>,
    reporter: MetricsReporter,
    snapshots: Receiver<MetricSetSnapshot>,
    registry: TelemetryRegistryHandle,
}

impl Flow {
    fn new() -> Self {
        let registry = TelemetryRegistryHandle::new();
        let attributes = |number| Attributes { number };
        let sets = (0..SETS as u64).map(|number| registry.register_metric_set(attributes(number))).collect();
        let (snapshots, reporter) = MetricsReporter::create_new_and_receiver(SETS);
        Self { sets, reporter, snapshots, registry }
    }

    fn count(&mut self, set: usize, field: usize) {
        add(&mut self.sets[set], field, 1);
    }

    /// What its collector does with what the owners report.
    fn cycle(&mut self) {
        for set in &mut self.sets {
            self.reporter.report(set).expect("the receiver lives");
        }
        while let Ok(snapshot) = self.snapshots.try_recv() {
            self.registry.accumulate_metric_set_snapshot(
                snapshot.key(),
                snapshot.bucket(),
                snapshot.get_metrics(),
            );
        }
    }

    fn export(&mut self) -> MetricExportBatch {
        self.cycle();
        self.registry.drain_metric_export_batch()
    }
}

/// The sum of all that has reached the registry.
fn total(registry: &TelemetryRegistryHandle) -> u64 {
    let mut total = 0;
    registry.visit_current_metrics(|_, _, fields| total += sum(fields.map(|(_, value)| value)));
    total
}

fn sum<'a>(values: impl IntoIterator<Item = &'a MetricValue>) -> u64 {
    values.into_iter().map(MetricValue::to_u64_lossy).sum()
}
