//! What a metric point costs on its way into a message, beside prost that builds its tree from the same collection.
//!
//! `cargo run --release -p telemetry-otlp --example point_cost`

#[allow(dead_code)]
#[path = "../tests/it/expected.rs"]
mod expected;

use std::hint::black_box;

use benches_measure::ratio::alternate;
use benches_measure::{cpu, report};
use prost::Message;
use telemetry::{Collected, Counter, Histogram, Telemetry, attribute_set, metric_set};
use telemetry_otlp::encode_metrics;

const ROUNDS: usize = 15;
const SERIES: usize = 1000;
const PASSES: u64 = 5;

/// Which way a request takes.
#[attribute_set(name = "app.route")]
struct RouteAttributes {
    /// Matched route template.
    #[attribute(key = "http.route")]
    route: String,
    /// Method.
    #[attribute(key = "http.request.method")]
    method: &'static str,
    /// Status.
    #[attribute(key = "http.response.status_code")]
    status: i64,
    /// Protocol.
    #[attribute(key = "network.protocol.name")]
    protocol: &'static str,
}

/// Requests served.
#[metric_set(name = "app.numbers", attributes = RouteAttributes)]
struct NumberMetrics {
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
    #[metric(unit = "s", name = "app.numbers.cpu_time")]
    cpu: Counter<f64>,
}

/// Time taken.
#[metric_set(name = "app.distributions", attributes = RouteAttributes)]
struct DistributionMetrics {
    /// Time from head received to last byte sent.
    #[metric(unit = "s", range = "10us..60s")]
    duration: Histogram,
}

fn main() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let numbers: Vec<_> = (0..SERIES).map(|at| worker.register::<NumberMetrics>(attributes(at))).collect();
    for (at, set) in numbers.iter().enumerate() {
        set.requests.add(at as u64 + 1);
        set.refusals.inc();
        set.received.add(1 << 20);
        set.cpu.add(0.5);
    }
    measure("number points", &telemetry.collect());

    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    for at in 0..SERIES {
        let set = worker.register::<DistributionMetrics>(attributes(at));
        (1..40).for_each(|value| set.duration.record(f64::from(value) * 1e-3));
    }
    measure("histogram points", &telemetry.collect());
}

fn attributes(at: usize) -> RouteAttributes {
    RouteAttributes { route: format!("/orders/{at}"), method: "POST", status: 200, protocol: "http" }
}

fn measure(what: &str, collected: &Collected) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let points = encode_metrics(collected, &mut ours) as f64;
    let measured = alternate(
        ROUNDS,
        || {
            cpu::per_call(PASSES, || {
                ours.clear();
                encode_metrics(black_box(collected), &mut ours);
            }) / points
        },
        || {
            cpu::per_call(PASSES, || {
                theirs.clear();
                expected::metrics(black_box(collected)).encode(&mut theirs).expect("the buffer grows");
            }) / points
        },
    );
    let (by_us, by_prost, ratio) = (measured.ours, measured.theirs, measured.ratio);
    let bytes = ours.len();
    report::info(
        what,
        format_args!("{by_us:.1} ns, prost {by_prost:.1} ns, ratio {ratio:.3}; {bytes} bytes"),
    );
}
