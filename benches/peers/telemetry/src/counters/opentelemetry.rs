//! `opentelemetry_sdk`: attributes per call, and bound once.

use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;

use super::{ATTRIBUTES, THREADS, side, threads};
use crate::otel::Otel;
use crate::side::Side;

pub fn sides() -> [Side<'static>; 4] {
    [
        with_attributes::<0>("opentelemetry_sdk add with 0 attributes"),
        with_attributes::<1>("opentelemetry_sdk add with 1 attribute"),
        with_attributes::<4>("opentelemetry_sdk add with 4 attributes"),
        bound(),
    ]
}

pub fn on_threads() -> Side<'static> {
    let (otel, counter) = counter();
    let counters = [(); THREADS].map(|()| counter.clone());
    let count = |counter: &mut Counter<u64>| counter.add(1, &[]);
    threads("opentelemetry_sdk add on 2 threads", counters, count, move || otel.totals().count)
}

fn counter() -> (Otel, Counter<u64>) {
    let otel = Otel::new();
    let counter = otel.meter().u64_counter("calls").build();
    (otel, counter)
}

fn attributes<const N: usize>() -> [KeyValue; N] {
    std::array::from_fn(|index| KeyValue::new(ATTRIBUTES[index].0, ATTRIBUTES[index].1))
}

/// The attributes are made before the loop: callers that keep them are the fastest there are.
fn with_attributes<const N: usize>(name: &'static str) -> Side<'static> {
    let (otel, counter) = counter();
    let attributes = attributes::<N>();
    side(name, counter, move |counter| counter.add(1, &attributes), move || otel.totals().count)
}

fn bound() -> Side<'static> {
    let (otel, counter) = counter();
    let bound = counter.bind(&attributes::<4>());
    side(
        "opentelemetry_sdk bound with 4 attributes",
        bound,
        |bound| bound.add(1),
        move || otel.totals().count,
    )
}
