//! Every instrument with every number it takes: what it counts, what it refuses, how it is shown.

use telemetry::{
    Counter, Gauge, Histogram, InstrumentKind, MetricSet, Mmsc, ObserveCounter, ObserveUpDownCounter, Set,
    Stability, Telemetry, Temporality, UpDownCounter, Value, metric_set,
};

/// One of every kind.
#[metric_set(name = "edge.kind")]
struct AllMetrics {
    /// A sum.
    #[metric(unit = "{item}", stability = "stable")]
    counter: Counter<u64>,
    /// A sum of fractions.
    #[metric(unit = "s", deprecated = "use `edge.kind.counter`")]
    counter_fraction: Counter<f64>,
    /// A balance.
    #[metric(unit = "{item}", stability = "alpha")]
    balance: UpDownCounter<i64>,
    /// A balance of fractions.
    #[metric(unit = "{item}")]
    balance_fraction: UpDownCounter<f64>,
    /// A level.
    #[metric(unit = "{item}")]
    level: Gauge<u64>,
    /// A signed level.
    #[metric(unit = "{item}")]
    level_signed: Gauge<i64>,
    /// A fractional level.
    #[metric(unit = "{item}")]
    level_fraction: Gauge<f64>,
    /// A sum of somebody else's.
    #[metric(unit = "{item}")]
    observed: ObserveCounter<u64>,
    /// A sum of fractions of somebody else's.
    #[metric(unit = "s")]
    observed_fraction: ObserveCounter<f64>,
    /// A balance of somebody else's.
    #[metric(unit = "{item}")]
    observed_balance: ObserveUpDownCounter<i64>,
    /// A balance of fractions of somebody else's.
    #[metric(unit = "{item}")]
    observed_balance_fraction: ObserveUpDownCounter<f64>,
    /// Extremes.
    #[metric(unit = "By")]
    extremes: Mmsc,
    /// A distribution over a range.
    #[metric(unit = "s", range = "1ms..1s")]
    ranged: Histogram,
    /// A distribution by bounds.
    #[metric(unit = "By", buckets = [1, 10])]
    bounded: Histogram,
    /// A distribution that adapts.
    #[metric(unit = "By")]
    adapting: Histogram,
}

fn record(set: &AllMetrics) {
    set.counter.add(2);
    set.counter_fraction.add(0.5);
    set.balance.add(-3);
    set.balance_fraction.add(-0.5);
    set.level.set(7);
    set.level_signed.set(-7);
    set.level_fraction.set(0.25);
    set.observed.observe(11);
    set.observed_fraction.observe(1.5);
    set.observed_balance.observe(-13);
    set.observed_balance_fraction.observe(-1.5);
    for value in [2.0, -1.0, 4.0] {
        set.extremes.record(value);
    }
    set.ranged.record(0.5);
    set.bounded.record(5.0);
    set.adapting.record(8.0);
}

/// Values by metric name without the name of the set.
fn values(telemetry: &Telemetry) -> Vec<(&'static str, f64)> {
    let collected = telemetry.collect();
    let fields = AllMetrics::DESCRIPTOR.fields.iter();
    fields.map(|field| (&field.name["edge.kind.".len()..], collected.value(field.name, &[]))).collect()
}

const VALUES: [(&str, f64); 15] = [
    ("counter", 2.0),
    ("counter_fraction", 0.5),
    ("balance", -3.0),
    ("balance_fraction", -0.5),
    ("level", 7.0),
    ("level_signed", -7.0),
    ("level_fraction", 0.25),
    ("observed", 11.0),
    ("observed_fraction", 1.5),
    ("observed_balance", -13.0),
    ("observed_balance_fraction", -1.5),
    ("extremes", 5.0),
    ("ranged", 0.5),
    ("bounded", 5.0),
    ("adapting", 8.0),
];

#[test]
fn every_kind_counts_what_it_is_given() {
    let telemetry = Telemetry::default();
    let set: Set<AllMetrics> = telemetry.worker().register(());
    record(&set);
    assert_eq!(values(&telemetry), VALUES);
}

#[test]
fn what_is_no_number_is_refused_and_counted_and_poisons_nothing() {
    let telemetry = Telemetry::default();
    let set: Set<AllMetrics> = telemetry.worker().register(());
    record(&set);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        set.counter_fraction.add(bad);
        set.balance_fraction.add(bad);
        set.level_fraction.set(bad);
        set.observed_fraction.observe(bad);
        set.observed_balance_fraction.observe(bad);
        for histogram in [&set.ranged, &set.bounded, &set.adapting] {
            histogram.record(bad);
        }
        set.extremes.record(bad);
    }
    set.counter_fraction.add(-1.0);
    set.observed_fraction.observe(-1.0);
    for histogram in [&set.ranged, &set.bounded, &set.adapting] {
        histogram.record(-1.0);
    }
    assert_eq!(values(&telemetry), VALUES);
    assert_eq!(telemetry.collect().sum("telemetry.pipeline.rejected", &[]), 3 * 9 + 5);
}

#[test]
fn a_sum_beyond_the_largest_number_is_refused() {
    let telemetry = Telemetry::default();
    let set: Set<AllMetrics> = telemetry.worker().register(());
    for _ in 0..2 {
        set.counter_fraction.add(f64::MAX);
        set.balance_fraction.add(f64::MAX);
        set.extremes.record(f64::MAX);
        for histogram in [&set.ranged, &set.bounded, &set.adapting] {
            histogram.record(f64::MAX);
        }
    }
    let collected = telemetry.collect();
    assert_eq!(collected.sum("telemetry.pipeline.rejected", &[]), 6);
    for metric in ["counter_fraction", "balance_fraction", "extremes", "ranged", "bounded", "adapting"] {
        let value = collected.value(&format!("edge.kind.{metric}"), &[]);
        assert_eq!(value.to_bits(), f64::MAX.to_bits(), "{metric}");
    }
}

const TEXT: &str = r#"edge_kind_counter_total 2
edge_kind_counter_fraction_seconds_total 0.5
edge_kind_balance -3
edge_kind_balance_fraction -0.5
edge_kind_level 7
edge_kind_level_signed -7
edge_kind_level_fraction 0.25
edge_kind_observed_total 11
edge_kind_observed_fraction_seconds_total 1.5
edge_kind_observed_balance -13
edge_kind_observed_balance_fraction -1.5
edge_kind_extremes_bytes{quantile="0.0"} -1.0
edge_kind_extremes_bytes{quantile="1.0"} 4.0
edge_kind_extremes_bytes_sum 5.0
edge_kind_extremes_bytes_count 3
edge_kind_bounded_bytes_bucket{le="1.0"} 0
edge_kind_bounded_bytes_bucket{le="10.0"} 1
edge_kind_bounded_bytes_bucket{le="+Inf"} 1
edge_kind_adapting_bytes_bucket{le="8.0"} 1
edge_kind_adapting_bytes_bucket{le="+Inf"} 1
edge_kind_ranged_seconds_bucket{le="0.25"} 0
edge_kind_ranged_seconds_bucket{le="0.5"} 1
edge_kind_ranged_seconds_count 1
"#;

#[test]
fn every_kind_is_shown_as_prometheus_wants_it() {
    let telemetry = Telemetry::default();
    let set: Set<AllMetrics> = telemetry.worker().register(());
    record(&set);
    let text = telemetry.prometheus_text();
    for line in TEXT.lines() {
        assert!(text.contains(&format!("\n{line}\n")), "{line} in {text}");
    }
}

#[test]
fn extremes_are_those_since_the_last_delivery() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let set: Set<AllMetrics> = worker.register(());
    let mut reader = telemetry.reader(Temporality::Delta);
    let mut check = |min: f64, max: f64, sum: f64, count| {
        let collected = reader.collect();
        let series = collected.sets().find_map(|series| series.value("edge.kind.extremes"));
        let Some(Value::Mmsc(mmsc)) = series else { panic!("{series:?} are no extremes") };
        let expected = [min, max, sum].map(f64::to_bits);
        assert_eq!([mmsc.min, mmsc.max, mmsc.sum].map(f64::to_bits), expected, "{mmsc:?}");
        assert_eq!(mmsc.count, count);
        reader.delivered();
    };
    for value in [3.0, -2.0, 9.0] {
        set.extremes.record(value);
    }
    worker.flush();
    set.extremes.record(10.0);
    check(-2.0, 10.0, 20.0, 4);
    set.extremes.record(1.0);
    check(1.0, 1.0, 1.0, 1);
    check(f64::INFINITY, f64::NEG_INFINITY, 0.0, 0);
}

#[test]
fn descriptors_tell_kinds_and_promises() {
    let fields = AllMetrics::DESCRIPTOR.fields;
    let kinds: Vec<_> = fields.iter().map(|field| field.kind).collect();
    let expected = [
        InstrumentKind::CounterU64,
        InstrumentKind::CounterF64,
        InstrumentKind::UpDownCounterI64,
        InstrumentKind::UpDownCounterF64,
        InstrumentKind::GaugeU64,
        InstrumentKind::GaugeI64,
        InstrumentKind::GaugeF64,
        InstrumentKind::ObserveCounterU64,
        InstrumentKind::ObserveCounterF64,
        InstrumentKind::ObserveUpDownCounterI64,
        InstrumentKind::ObserveUpDownCounterF64,
        InstrumentKind::Mmsc,
        InstrumentKind::Histogram,
        InstrumentKind::Histogram,
        InstrumentKind::Histogram,
    ];
    assert_eq!(kinds, expected);
    let stabilities: Vec<_> = fields[..3].iter().map(|field| field.stability).collect();
    assert_eq!(stabilities, [Stability::Stable, Stability::Development, Stability::Alpha]);
    let deprecated: Vec<_> = fields.iter().filter_map(|field| field.deprecated).collect();
    assert_eq!(deprecated, ["use `edge.kind.counter`"]);
    assert!(fields.iter().all(|field| !field.exemplars));
}
