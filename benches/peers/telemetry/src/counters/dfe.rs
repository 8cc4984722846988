//! otel-arrow-dfe-telemetry: a set of its own per owner, attributes given at registration.

use std::cell::RefCell;
use std::rc::Rc;

use otel_arrow_dfe_telemetry::instrument::Counter;
use otel_arrow_dfe_telemetry::registry::TelemetryRegistryHandle;
use otel_arrow_dfe_telemetry_macros::metric_set;

use super::CALLS;
use crate::side::{Side, Totals};
use otel_arrow_dfe_telemetry::testing::EmptyAttributes;

/// What is counted.
#[metric_set(name = "bench.counters")]
#[derive(Debug, Default, Clone)]
struct Counters {
    /// Increments.
    #[metric(unit = "{call}")]
    calls: Counter<u64>,
}

/// Its counter is read only by its owner, so the loop borrows it for a whole pass.
pub fn sides() -> [Side<'static>; 1] {
    let registry = TelemetryRegistryHandle::new();
    let set = Rc::new(RefCell::new(registry.register_metric_set::<Counters>(EmptyAttributes())));
    let read = Rc::clone(&set);
    let pass = move || {
        let mut set = set.borrow_mut();
        let set = &mut *set;
        benches_measure::cpu::per_call(CALLS, || {
            set.calls.inc();
            std::hint::black_box(&mut *set);
        })
    };
    [Side::new("otel-arrow-dfe", pass, move || Totals::counted(read.borrow().calls.get()))]
}
