//! Our side: one worker with all the sets.

use std::cell::RefCell;
use std::rc::Rc;

use telemetry::{
    Collected, Counter, MetricSet, Set, Telemetry, Temporality, Worker, attribute_set, metric_set,
};

use super::{Dirt, FIELDS, SETS, pass};
use crate::sets::twenty_counters;
use crate::side::{Side, Totals};

/// What tells the sets apart.
#[attribute_set(name = "bench.collect")]
struct Attributes {
    /// Number of the set.
    #[attribute(key = "bench.number")]
    number: i64,
}

twenty_counters! {
    &Calls,
    /// What is counted.
    #[metric_set(name = "bench.collect", attributes = Attributes)]
}

/// Flushed and added up by whoever collects: as far as the peer's cycle goes.
pub fn aggregated(dirt: Dirt) -> Side<'static> {
    side("ours", dirt, |flow| flow.telemetry.aggregate())
}

/// Flushed by their owner first: whoever collects then looks at all of them again.
pub fn flushed(dirt: Dirt) -> Side<'static> {
    side("ours with a flush of the owner's", dirt, |flow| {
        flow.worker.flush();
        flow.telemetry.aggregate();
    })
}

fn side(name: &'static str, dirt: Dirt, aggregate: fn(&mut Flow)) -> Side<'static> {
    let mut flow = Flow::new();
    let telemetry = flow.telemetry.clone();
    let pass = move || pass(dirt, &mut flow, Flow::count, aggregate, |()| {});
    Side::new(name, pass, move || Totals::counted(total(&telemetry.collect())))
}

/// Flushed, added up, and all totals copied for an exporter.
pub fn collected() -> Side<'static> {
    let mut flow = Flow::new();
    let telemetry = flow.telemetry.clone();
    let collect = |flow: &mut Flow| flow.telemetry.collect();
    let pass = move || pass(Dirt::OneField, &mut flow, Flow::count, collect, drop);
    Side::new("ours with a collection", pass, move || Totals::counted(total(&telemetry.collect())))
}

/// Flushed, added up, and the changes since the last time given to an exporter.
pub fn read() -> Side<'static> {
    let mut flow = Flow::new();
    let changes = Rc::new(RefCell::new((flow.telemetry.reader(Temporality::Delta), 0)));
    let read = Rc::clone(&changes);
    let pass = move || {
        let collect = |_: &mut Flow| {
            changes.borrow_mut().0.collect();
        };
        let add = |()| {
            let (reader, sum) = &mut *changes.borrow_mut();
            *sum += total(reader.collected());
            reader.delivered();
        };
        pass(Dirt::OneField, &mut flow, Flow::count, collect, add)
    };
    Side::new("ours with a reader of changes", pass, move || Totals::counted(read.borrow().1))
}

/// The sets, their owner and the pipeline.
struct Flow {
    sets: Vec<Set<Calls>>,
    worker: Worker,
    telemetry: Telemetry,
}

impl Flow {
    fn new() -> Self {
        let telemetry = Telemetry::default();
        let worker = telemetry.worker();
        let attributes = |number| Attributes { number };
        let sets = (0..SETS as i64).map(|number| worker.register(attributes(number))).collect();
        Self { sets, worker, telemetry }
    }

    fn count(&mut self, set: usize, field: usize) {
        add(&self.sets[set], field, 1);
    }
}

/// The sum over all fields of all sets.
fn total(collected: &Collected) -> u64 {
    let sets = collected.sets().filter(|set| std::ptr::eq(set.descriptor(), Calls::DESCRIPTOR));
    sets.map(|set| (0..FIELDS).map(|field| set.value_at(field).as_u64()).sum::<u64>()).sum()
}
