//! Declarations that meet under one name.

use telemetry::logs::{self, Capture, Level, LogConfig, Provider};
use telemetry::{Counter, Gauge, Histogram, Set, Telemetry, UpDownCounter, attribute_set, metric_set};

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

mod counted {
    use super::{Counter, SideAttributes, metric_set};

    /// A counter.
    #[metric_set(name = "clash.kind", attributes = SideAttributes)]
    pub(crate) struct Metrics {
        /// Load.
        #[metric(unit = "{item}")]
        pub(crate) load: Counter<u64>,
    }
}

mod counted_again {
    use super::{Counter, SideAttributes, metric_set};

    /// The same counter.
    #[metric_set(name = "clash.kind", attributes = SideAttributes)]
    pub(crate) struct Metrics {
        /// Load.
        #[metric(unit = "{item}")]
        pub(crate) load: Counter<u64>,
    }
}

mod gauged {
    use super::{Gauge, SideAttributes, metric_set};

    /// A gauge of that name.
    #[metric_set(name = "clash.kind", attributes = SideAttributes)]
    pub(crate) struct Metrics {
        /// Load.
        #[metric(unit = "{item}")]
        pub(crate) load: Gauge<u64>,
    }
}

/// A name that a histogram has for one of its samples.
#[metric_set(name = "clash.http.duration.seconds")]
struct Derived {
    /// Not a count of durations.
    #[metric(unit = "{item}")]
    count: UpDownCounter,
}

const LEFT: SideAttributes = SideAttributes { side: "left" };
const RIGHT: SideAttributes = SideAttributes { side: "right" };

#[test]
fn equal_declarations_with_equal_attributes_are_one_sample() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let (one, two): (Set<counted::Metrics>, Set<counted_again::Metrics>) =
        (worker.register(LEFT), worker.register(LEFT));
    let other: Set<counted_again::Metrics> = worker.register(RIGHT);
    one.load.add(3);
    two.load.add(4);
    other.load.inc();
    let text = telemetry.prometheus_text();
    let samples: Vec<&str> = text.lines().filter(|line| line.starts_with("clash_kind_load_total{")).collect();
    let expected =
        ["clash_kind_load_total{clash_side=\"left\"} 7", "clash_kind_load_total{clash_side=\"right\"} 1"];
    assert_eq!(samples, expected);
    assert_eq!(telemetry.collect().sum("telemetry.pipeline.clashes", &[]), 0);
}

/// One test, because the provider belongs to the process.
#[test]
fn of_two_kinds_one_is_left_out_the_same_each_time_and_it_is_said_once() {
    let capture = Capture::new();
    logs::init(LogConfig { level: Level::Info, provider: Provider::Capture(capture.clone()) });
    for counter_first in [true, false] {
        let telemetry = Telemetry::default();
        let worker = telemetry.worker();
        let counter = counter_first.then(|| worker.register::<counted::Metrics>(LEFT));
        let gauge: Set<gauged::Metrics> = worker.register(LEFT);
        gauge.load.set(5);
        let _counter: Set<counted::Metrics> = counter.unwrap_or_else(|| worker.register(LEFT));
        let text = telemetry.prometheus_text();
        assert!(text.contains("\nclash_kind_load_total{clash_side=\"left\"} 0\n"), "{text}");
        assert!(!text.contains("\nclash_kind_load{"), "{text}");
        assert!(text.contains("\ntelemetry_pipeline_clashes_total 1\n"), "{text}");
        telemetry.collect();
        let events = capture.named("telemetry.metric.clashed");
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].field("metric.name"), Some("clash.kind.load"));
        assert_eq!(events[0].field("metric.kind"), Some("GaugeU64"));
        capture.clear();
    }
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let _histogram: Set<coarse::Metrics> = worker.register(());
    let derived: Set<Derived> = worker.register(());
    derived.count.inc();
    telemetry.collect();
    assert_eq!(telemetry.collect().sum("telemetry.pipeline.clashes", &[]), 1);
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
