//! Our side: collected and written.

use telemetry::{Counter, Telemetry, attribute_set, metric_set};

use super::{FAMILIES, SERIES, Scrape, labels};
use crate::sets::twenty_counters;

/// What tells the series apart.
#[attribute_set(name = "bench.text")]
struct Attributes {
    /// Method.
    #[attribute(key = "bench.method")]
    method: &'static str,
    /// Route.
    #[attribute(key = "bench.route")]
    route: String,
    /// Status.
    #[attribute(key = "bench.status")]
    status: i64,
}

twenty_counters! {
    &Calls,
    /// What is counted.
    #[metric_set(name = "bench.text", attributes = Attributes)]
}

pub fn scrape() -> Scrape {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let sets: Vec<_> = (0..SERIES)
        .map(|series| {
            let (method, route, status) = labels(series);
            let set = worker.register::<Calls>(Attributes { method, route, status });
            (0..FAMILIES).for_each(|family| add(&set, family, super::count(family, series)));
            set
        })
        .collect();
    Box::new(move || {
        // Live, as in a program that is scraped.
        let _ = &sets;
        telemetry.prometheus_text()
    })
}
