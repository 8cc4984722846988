//! prometheus: a counter alone, a handle looked up once, and a look-up per call.

use prometheus::{IntCounter, IntCounterVec, Opts};

use super::{KEYS, THREADS, VALUES, side, threads};
use crate::side::Side;

pub fn sides() -> [Side<'static>; 3] {
    let alone = counter();
    let read = alone.clone();
    [
        side("prometheus IntCounter", alone, |counter| counter.inc(), move || read.get()),
        looked_up::<1>("prometheus IntCounterVec with 1 label"),
        looked_up::<4>("prometheus IntCounterVec with 4 labels"),
    ]
}

pub fn on_threads() -> Side<'static> {
    let counter = counter();
    let counters = [(); THREADS].map(|()| counter.clone());
    threads("prometheus IntCounter on 2 threads", counters, |counter| counter.inc(), move || counter.get())
}

fn counter() -> IntCounter {
    IntCounter::new("calls", "Increments.").expect("the name is valid")
}

fn looked_up<const LABELS: usize>(name: &'static str) -> Side<'static> {
    let family =
        IntCounterVec::new(Opts::new("calls", "Increments."), &KEYS[..LABELS]).expect("names are valid");
    let values = &VALUES[..LABELS];
    let read = family.with_label_values(values);
    side(name, family, move |family| family.with_label_values(values).inc(), move || read.get())
}
