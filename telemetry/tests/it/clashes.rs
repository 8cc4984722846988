//! Declarations that meet under one name.

use telemetry::{Histogram, Set, Telemetry, attribute_set, metric_set};

/// Tells series apart.
#[attribute_set(name = "clash")]
pub(crate) struct SideAttributes {
    /// Which side.
    pub(crate) side: &'static str,
}

mod coarse {
    use super::{Histogram, metric_set};

    /// Few buckets.
    #[metric_set(name = "clash.http")]
    pub(crate) struct Metrics {
        /// Time to answer.
        #[metric(unit = "s", buckets = [1])]
        pub(crate) duration: Histogram,
    }
}

mod fine {
    use super::{Histogram, SideAttributes, metric_set};

    /// More buckets.
    #[metric_set(name = "clash.http", attributes = SideAttributes)]
    pub(crate) struct Metrics {
        /// Time to answer.
        #[metric(unit = "s", buckets = [1, 2, 3])]
        pub(crate) duration: Histogram,
    }
}

#[test]
fn each_declaration_of_a_histogram_exports_its_own_buckets() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let coarse: Set<coarse::Metrics> = worker.register(());
    let fine: Set<fine::Metrics> = worker.register(SideAttributes { side: "fine" });
    coarse.duration.record(0.5);
    fine.duration.record(2.5);
    let text = telemetry.prometheus_text();
    let buckets: Vec<&str> =
        text.lines().filter_map(|it| it.strip_prefix("clash_http_duration_seconds_bucket")).collect();
    let expected = [
        "{le=\"1.0\"} 1",
        "{le=\"+Inf\"} 1",
        "{clash_side=\"fine\",le=\"1.0\"} 0",
        "{clash_side=\"fine\",le=\"2.0\"} 0",
        "{clash_side=\"fine\",le=\"3.0\"} 1",
        "{clash_side=\"fine\",le=\"+Inf\"} 1",
    ];
    assert_eq!(sorted(&buckets), sorted(&expected));
}

#[test]
fn merging_different_buckets_keeps_count_and_sum() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let coarse: Set<coarse::Metrics> = worker.register(());
    let fine: Set<fine::Metrics> = worker.register(SideAttributes { side: "fine" });
    coarse.duration.record(0.5);
    for value in [0.5, 2.5, 10.0] {
        fine.duration.record(value);
    }
    let merged = telemetry.collect().histogram("clash.http.duration", &[]).expect("it is registered");
    assert_eq!((merged.count(), merged.sum().to_bits()), (4, 13.5_f64.to_bits()));
    let up_to_one: u64 = merged.buckets().filter(|(bound, _)| *bound <= 1.0).map(|(_, count)| count).sum();
    assert_eq!(up_to_one, 2);
}

fn sorted<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut lines = lines.to_vec();
    lines.sort_unstable();
    lines
}
