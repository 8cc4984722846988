//! A thousand series with four attributes each.

use telemetry::{Collected, Counter, Histogram, Telemetry, attribute_set, metric_set};

const SERIES: usize = 1_000;

/// What tells the series apart.
#[attribute_set(name = "bench.otlp")]
struct Attributes {
    /// Route.
    #[attribute(key = "bench.route")]
    route: String,
    /// Method.
    #[attribute(key = "bench.method")]
    method: &'static str,
    /// Status.
    #[attribute(key = "bench.status")]
    status: i64,
    /// Zone.
    #[attribute(key = "bench.zone")]
    zone: &'static str,
}

/// Requests.
#[metric_set(name = "bench.numbers", attributes = Attributes)]
struct Numbers {
    /// Requests received.
    #[metric(unit = "{request}")]
    requests: Counter<u64>,
    /// Requests refused.
    #[metric(unit = "{request}")]
    refusals: Counter<u64>,
    /// Bytes received.
    #[metric(unit = "By")]
    received: Counter<u64>,
    /// Time spent.
    #[metric(unit = "s")]
    spent: Counter<f64>,
}

/// Latencies.
#[metric_set(name = "bench.distributions", attributes = Attributes)]
struct Distributions {
    /// Time to answer.
    #[metric(unit = "s", range = "10us..60s")]
    latency: Histogram,
}

fn attributes(series: usize) -> Attributes {
    let status = [200, 404, 500][series % 3];
    Attributes { route: format!("/orders/{series}"), method: "POST", status, zone: "eu-central-1a" }
}

pub fn numbers() -> Collected {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    for series in 0..SERIES {
        let set = worker.register::<Numbers>(attributes(series));
        set.requests.add(series as u64 + 1);
        set.refusals.add(1);
        set.received.add((series as u64) << 20);
        set.spent.add(series as f64 / 8.0);
    }
    telemetry.collect()
}

pub fn histograms() -> Collected {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    for series in 0..SERIES {
        let set = worker.register::<Distributions>(attributes(series));
        (1..40).for_each(|value| set.latency.record(f64::from(value) * 1e-3));
    }
    telemetry.collect()
}
