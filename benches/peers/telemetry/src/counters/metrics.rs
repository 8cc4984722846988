//! metrics with its Prometheus exporter: a handle, and the macro with 1 and 4 labels.

use metrics::counter;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::{ATTRIBUTES, side};
use crate::side::Side;

const HANDLE: &str = "calls_by_handle";
const ONE: &str = "calls_with_1_label";
const FOUR: &str = "calls_with_4_labels";

pub fn sides() -> [Side<'static>; 3] {
    // Global, as programs have it: the other way, local to a thread, costs more.
    let recorder = PrometheusBuilder::new().build_recorder();
    let exporter = recorder.handle();
    metrics::set_global_recorder(recorder).expect("nobody else sets a recorder");

    let [route, method, status, zone] = ATTRIBUTES;
    let total = |metric: &'static str| {
        let exporter = exporter.clone();
        move || exported(&exporter, metric)
    };
    [
        side("metrics handle", counter!(HANDLE), |counter| counter.increment(1), total(HANDLE)),
        side(
            "metrics counter! with 1 label",
            (),
            move |()| counter!(ONE, route.0 => route.1).increment(1),
            total(ONE),
        ),
        side(
            "metrics counter! with 4 labels",
            (),
            move |()| {
                counter!(FOUR, route.0 => route.1, method.0 => method.1, status.0 => status.1, zone.0 => zone.1)
                    .increment(1);
            },
            total(FOUR),
        ),
    ]
}

/// The value of the one series of this metric; zero before there is one.
fn exported(exporter: &PrometheusHandle, metric: &str) -> u64 {
    let text = exporter.render();
    let line = text.lines().find(|line| line.starts_with(metric));
    let value = line.and_then(|line| line.rsplit(' ').next());
    value.map_or(0, |value| value.parse().expect("a count is a whole number"))
}
