//! prometheus-client: a counter alone, and a look-up per call by labels with a type of their own.

use std::hash::Hash;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use super::{THREADS, VALUES, side, threads};
use crate::side::Side;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct One {
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Four {
    route: &'static str,
    method: &'static str,
    status: &'static str,
    zone: &'static str,
}

pub fn sides() -> [Side<'static>; 3] {
    let [route, method, status, zone] = VALUES;
    let alone = Counter::<u64>::default();
    let read = alone.clone();
    [
        side(
            "prometheus-client Counter",
            alone,
            |counter| {
                counter.inc();
            },
            move || read.get(),
        ),
        looked_up("prometheus-client Family with 1 label", One { route }),
        looked_up("prometheus-client Family with 4 labels", Four { route, method, status, zone }),
    ]
}

pub fn on_threads() -> Side<'static> {
    let counter = Counter::<u64>::default();
    let counters = [(); THREADS].map(|()| counter.clone());
    threads(
        "prometheus-client Counter on 2 threads",
        counters,
        |counter| {
            counter.inc();
        },
        move || counter.get(),
    )
}

fn looked_up<L: Clone + Hash + Eq + 'static>(name: &'static str, labels: L) -> Side<'static> {
    let family = Family::<L, Counter>::default();
    let read = family.get_or_create_owned(&labels);
    side(
        name,
        family,
        move |family| {
            family.get_or_create(&labels).inc();
        },
        move || read.get(),
    )
}
