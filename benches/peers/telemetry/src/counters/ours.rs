//! Our side: attributes are given at registration, so that one case stands for any number of them.

use telemetry::{Counter, Telemetry, attribute_set, metric_set};

use super::{THREADS, VALUES, side, threads};
use crate::side::Side;

/// As many as the peers have.
#[attribute_set(name = "bench.attributes")]
struct Attributes {
    /// Route.
    #[attribute(key = "bench.route")]
    route: &'static str,
    /// Method.
    #[attribute(key = "bench.method")]
    method: &'static str,
    /// Status.
    #[attribute(key = "bench.status")]
    status: &'static str,
    /// Zone.
    #[attribute(key = "bench.zone")]
    zone: &'static str,
}

/// What is counted.
#[metric_set(name = "bench.counters", attributes = Attributes)]
struct Counters {
    /// Increments.
    #[metric(unit = "{call}")]
    calls: Counter<u64>,
}

const CALLS: &str = "bench.counters.calls";

fn attributes() -> Attributes {
    let [route, method, status, zone] = VALUES;
    Attributes { route, method, status, zone }
}

pub fn registered_with_4() -> Side<'static> {
    let telemetry = Telemetry::default();
    let set = telemetry.worker().register::<Counters>(attributes());
    side("ours with 4 attributes", set, |set| set.calls.inc(), move || telemetry.collect().sum(CALLS, &[]))
}

pub fn on_threads() -> Side<'static> {
    let telemetry = Telemetry::default();
    let sets = [(); THREADS].map(|()| telemetry.worker().register::<Counters>(attributes()));
    threads("ours on 2 threads", sets, |set| set.calls.inc(), move || telemetry.collect().sum(CALLS, &[]))
}
