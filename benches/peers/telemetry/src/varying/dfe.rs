//! otel-arrow-dfe-telemetry: a measurement set, also a dense array.

use std::cell::RefCell;
use std::rc::Rc;

use otel_arrow_dfe_telemetry::instrument::Counter;
use otel_arrow_dfe_telemetry::metrics::MeasurementMetricSet;
use otel_arrow_dfe_telemetry::registry::TelemetryRegistryHandle;
use otel_arrow_dfe_telemetry::testing::EmptyAttributes;
use otel_arrow_dfe_telemetry_macros::{attribute_set, metric_set};

use super::{Outcome, Pair, Signal, pairs, pass, threads};
use crate::side::{Side, THREADS, Totals};

/// What is chosen per recording.
#[attribute_set(item, measurement)]
#[derive(Debug, Clone, Copy)]
struct Attributes {
    /// What happened.
    outcome: Outcome,
    /// To what.
    signal: Signal,
}

/// What is counted.
#[metric_set(name = "bench.varying", measurement_attributes = Attributes)]
#[derive(Debug, Default, Clone)]
struct Records {
    /// Records.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
}

type Set = MeasurementMetricSet<Records>;

pub fn side(stream: &[Pair]) -> Side<'_> {
    let set = Rc::new(RefCell::new(register()));
    let read = Rc::clone(&set);
    let pass = move || pass(stream, &mut *set.borrow_mut(), count);
    Side::new("otel-arrow-dfe", pass, move || Totals::counted(total(&read.borrow())))
}

pub fn on_threads(stream: &[Pair]) -> Side<'_> {
    let sets = [(); THREADS].map(|()| register());
    threads("otel-arrow-dfe on 2 threads", stream, sets, count, |sets| sets.iter().map(total).sum())
}

fn register() -> Set {
    TelemetryRegistryHandle::new().register_metric_set_with_measurement_attributes(EmptyAttributes())
}

fn count(set: &mut Set, (outcome, signal): Pair) {
    set.with(Attributes { outcome, signal }).records.inc();
}

/// Its counters are read only by their owner.
fn total(set: &Set) -> u64 {
    pairs().map(|(outcome, signal)| set.get(Attributes { outcome, signal }).records.get()).sum()
}
