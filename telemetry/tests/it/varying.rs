//! Closed enums chosen per recording: each combination is a series of its own.

use std::time::SystemTime;

use telemetry::{
    AttributeKind, AttributeValue, Collected, Counter, EnumMember, Histogram, MetricSet, Scalar, Set,
    Stability, Telemetry, Temporality, UpDownCounter, Varying, VaryingAttribute, attribute_set, metric_set,
};

/// What happened to a record.
///
/// Not the brief.
#[derive(Debug, Clone, Copy, PartialEq, AttributeValue)]
#[attribute(key = "edge.record.outcome", stability = "stable", deprecated = "use the verdict")]
enum Outcome {
    /// Forwarded byte for byte.
    Kept,
    /// Not forwarded.
    Dropped,
    #[attribute(value = "re-written")]
    Rewritten,
}

/// Kind of telemetry.
#[derive(Debug, Clone, Copy, AttributeValue)]
#[attribute(key = "edge.signal")]
enum Signal {
    Logs,
    Metrics,
}

/// Discriminants of the user's own.
#[derive(Debug, Clone, Copy, AttributeValue)]
#[attribute(key = "edge.sparse")]
#[repr(i16)]
enum Sparse {
    High = 300,
    Low = -5,
}

/// One word alone.
#[derive(Debug, Clone, Copy, AttributeValue)]
#[attribute(key = "edge.only")]
enum Only {
    One,
}

/// One of two words.
#[derive(Debug, Clone, Copy, AttributeValue)]
#[attribute(key = "edge.word")]
enum Word {
    One,
    #[expect(dead_code, reason = "only the other one is counted")]
    Two,
}

/// Records by words.
#[metric_set(name = "edge.word", varying = Word)]
struct WordMetrics {
    /// Records seen.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
}

/// What nothing is observed of.
#[metric_set(name = "edge.observed_never")]
struct ObservedMetrics {}

/// Records that are counted during a collection.
#[metric_set(name = "edge.registered")]
struct RegisteredMetrics {
    /// Records seen.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
}

/// Which policy.
#[attribute_set(name = "edge.policy")]
struct PolicyAttributes {
    /// Id of the policy.
    id: &'static str,
}

/// Records by what was decided about them.
#[metric_set(name = "edge.varying", attributes = PolicyAttributes, varying = (Outcome, Signal))]
struct RecordMetrics {
    /// Records seen.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
    /// Their size.
    #[metric(unit = "By", buckets = [10, 100])]
    size: Histogram,
}

/// Records by what was decided about them.
#[metric_set(name = "edge.single", varying = Outcome)]
struct SingleMetrics {
    /// Records seen.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
    /// Records waiting.
    #[metric(unit = "{record}")]
    waiting: UpDownCounter<i64>,
}

/// As many as there may be.
#[metric_set(name = "edge.four", varying = (Signal, Sparse, Only, Outcome))]
struct FourMetrics {
    /// Records seen.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
}

const OUTCOMES: [Outcome; 3] = [Outcome::Kept, Outcome::Dropped, Outcome::Rewritten];
const RECORDS: &str = "edge.varying.records";

#[test]
fn combinations_are_series_of_their_own() {
    let telemetry = Telemetry::default();
    let set: Set<RecordMetrics> = telemetry.worker().register(PolicyAttributes { id: "p" });
    set.with((Outcome::Dropped, Signal::Metrics)).records.add(2);
    set.with((Outcome::Rewritten, Signal::Logs)).records.inc();
    set.with((Outcome::Rewritten, Signal::Logs)).size.record(50.0);
    let text = telemetry.prometheus_text();
    let dropped = r#"edge_policy_id="p",edge_record_outcome="dropped",edge_signal="metrics""#;
    let rewritten = r#"edge_policy_id="p",edge_record_outcome="re-written",edge_signal="logs""#;
    for line in [
        format!("edge_varying_records_total{{{dropped}}} 2\n"),
        format!("edge_varying_records_total{{{rewritten}}} 1\n"),
        format!("edge_varying_size_bytes_bucket{{{rewritten},le=\"10.0\"}} 0\n"),
        format!("edge_varying_size_bytes_bucket{{{rewritten},le=\"100.0\"}} 1\n"),
        format!("edge_varying_size_bytes_sum{{{rewritten}}} 50.0\n"),
    ] {
        assert!(text.contains(&line), "{line} in {text}");
    }
    assert!(!text.contains(r#"edge_record_outcome="kept""#), "what was never counted is no series: {text}");
}

#[test]
fn a_dropped_set_leaves_no_series_of_what_was_never_counted() {
    let telemetry = Telemetry::default();
    let set: Set<RecordMetrics> = telemetry.worker().register(PolicyAttributes { id: "p" });
    set.with((Outcome::Kept, Signal::Logs)).size.record(f64::NAN);
    set.with((Outcome::Dropped, Signal::Logs)).records.inc();
    drop(set);
    let collected = telemetry.collect();
    let outcomes =
        collected.sets().filter_map(|set| set.attribute("edge.record.outcome")).map(Scalar::to_text);
    assert_eq!(outcomes.collect::<Vec<_>>(), ["dropped", "kept"]);
    assert_eq!(collected.sum("telemetry.pipeline.rejected", &[]), 1);
}

#[test]
fn every_combination_has_counters_of_its_own() {
    let telemetry = Telemetry::default();
    let set: Set<FourMetrics> = telemetry.worker().register(());
    let mut amount = 1;
    let mut expected = Vec::new();
    for signal in [Signal::Logs, Signal::Metrics] {
        for sparse in [Sparse::High, Sparse::Low] {
            for outcome in OUTCOMES {
                set.with((signal, sparse, Only::One, outcome)).records.add(amount);
                expected.push(([signal.as_str(), sparse.as_str(), "one", outcome.as_str()], amount));
                amount *= 2;
            }
        }
    }
    let collected = telemetry.collect();
    for ([signal, sparse, only, outcome], amount) in expected {
        let attributes = [
            ("edge.signal", signal),
            ("edge.sparse", sparse),
            ("edge.only", only),
            ("edge.record.outcome", outcome),
        ];
        assert_eq!(collected.sum("edge.four.records", &attributes), amount, "{attributes:?}");
    }
    assert_eq!(collected.sum("edge.four.records", &[]), amount - 1);
    assert_eq!(<(Signal, Sparse, Only, Outcome)>::COUNT, 12);
}

#[test]
fn places_and_values_agree() {
    for (index, outcome) in OUTCOMES.into_iter().enumerate() {
        assert_eq!(VaryingAttribute::index(outcome), index);
        assert_eq!(Outcome::scalar_at(index), Scalar::Word(outcome.as_str()));
    }
    assert_eq!([Sparse::High, Sparse::Low].map(VaryingAttribute::index), [0, 1]);
    let pairs: Vec<_> = (0..<(Outcome, Signal)>::COUNT).map(<(Outcome, Signal)>::scalars).collect();
    let expected = OUTCOMES.iter().flat_map(|outcome| {
        ["logs", "metrics"].map(|signal| vec![Scalar::Word(outcome.as_str()), Scalar::Word(signal)])
    });
    assert_eq!(pairs, expected.collect::<Vec<_>>());
}

#[test]
fn descriptors_tell_what_varies() {
    let descriptor = RecordMetrics::DESCRIPTOR;
    let keys: Vec<_> = descriptor.varying.iter().map(|field| field.key).collect();
    assert_eq!(keys, ["edge.record.outcome", "edge.signal"]);
    let outcome = descriptor.varying[0];
    assert_eq!((outcome.brief, outcome.stability), ("What happened to a record.", Stability::Stable));
    assert_eq!(outcome.deprecated, Some("use the verdict"));
    let members = [
        EnumMember { id: "kept", value: "kept", brief: "Forwarded byte for byte." },
        EnumMember { id: "dropped", value: "dropped", brief: "Not forwarded." },
        EnumMember { id: "rewritten", value: "re-written", brief: "" },
    ];
    let AttributeKind::Enum(declared) = outcome.kind else { panic!("{:?} is no enum", outcome.kind) };
    assert_eq!(declared, members);
    assert_eq!(SingleMetrics::DESCRIPTOR.varying.len(), 1);
    assert_eq!(<() as Varying>::FIELDS, []);
}

#[test]
fn combinations_of_several_workers_add_up_and_outlive_their_sets() {
    let telemetry = Telemetry::default();
    let workers = [telemetry.worker(), telemetry.worker()];
    for worker in &workers {
        let set: Set<SingleMetrics> = worker.register(());
        set.with(Outcome::Kept).records.inc();
        set.with(Outcome::Kept).waiting.add(-2);
        drop(set);
        worker.flush();
    }
    let collected = telemetry.collect();
    assert_eq!(collected.sum("edge.single.records", &[("edge.record.outcome", "kept")]), 2);
    assert_eq!(collected.sum("edge.single.records", &[]), 2);
    assert_eq!(collected.value("edge.single.waiting", &[]).to_bits(), (-4.0_f64).to_bits());
}

#[test]
fn a_delta_reader_sees_the_combinations_that_changed() {
    let telemetry = Telemetry::default();
    let set: Set<RecordMetrics> = telemetry.worker().register(PolicyAttributes { id: "p" });
    let mut reader = telemetry.reader(Temporality::Delta);
    set.with((Outcome::Kept, Signal::Logs)).records.add(3);
    assert_eq!(reader.collect().sum(RECORDS, &[]), 3);
    reader.delivered();
    set.with((Outcome::Dropped, Signal::Logs)).records.inc();
    let changes = reader.collect();
    assert_eq!(changes.sum(RECORDS, &[("edge.record.outcome", "dropped")]), 1);
    assert_eq!(changes.sum(RECORDS, &[]), 1);
}

/// Not everything needs to vary to be chosen.
#[metric_set(name = "edge.constant")]
struct ConstantMetrics {
    /// Records seen.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
}

#[test]
fn a_set_that_does_not_vary_has_one_combination() {
    let telemetry = Telemetry::default();
    let set: Set<ConstantMetrics> = telemetry.worker().register(());
    set.with(()).records.inc();
    set.records.inc();
    assert_eq!(telemetry.collect().sum("edge.constant.records", &[]), 2);
}

/// A digit.
#[derive(Debug, Clone, Copy, AttributeValue)]
#[attribute(key = "edge.digit")]
#[rustfmt::skip]
enum Digit { A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P }

/// Another.
#[derive(Debug, Clone, Copy, AttributeValue)]
#[attribute(key = "edge.other")]
#[rustfmt::skip]
enum Other { A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P }

const DIGITS: [Digit; 16] = {
    use Digit::{A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P};
    [A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P]
};
const OTHERS: [Other; 16] = {
    use Other::{A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P};
    [A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P]
};

/// Adapting distributions of nearly all cells that there may be.
#[metric_set(name = "edge.large", varying = (Digit, Other))]
struct LargeMetrics {
    /// Sizes.
    #[metric(unit = "By", exemplars)]
    size: Histogram,
}

#[test]
fn a_set_may_use_its_whole_budget() {
    let telemetry = Telemetry::default();
    let set: Set<LargeMetrics> = telemetry.worker().register(());
    for digit in DIGITS {
        for other in OTHERS {
            set.with((digit, other)).size.record(1.0);
        }
    }
    let collected = telemetry.collect();
    assert_eq!(collected.sum("edge.large.size", &[]), 256);
    let last = [("edge.digit", "p"), ("edge.other", "p")];
    assert_eq!(collected.sum("edge.large.size", &last), 1);
}

/// When the one series of a set starts, and of when the collection is.
fn start(collected: &Collected, set: &str) -> (SystemTime, SystemTime) {
    let found = collected.sets().find(|found| found.descriptor().name == set);
    (found.expect("it was counted").start(), collected.time())
}

#[test]
fn a_combination_starts_before_it_is_first_counted() {
    let telemetry = Telemetry::default();
    let mut changes = telemetry.reader(Temporality::Delta);
    let worker = telemetry.worker();
    let set: Set<WordMetrics> = worker.register(());
    let looked = changes.collect().time();
    changes.delivered();
    let counted = SystemTime::now();
    set.with(Word::One).records.inc();
    for flush in [true, false] {
        if flush {
            worker.flush();
        }
        let (start, time) = start(changes.collect(), "edge.word");
        assert!(looked <= start && start <= counted && counted <= time, "{start:?} {counted:?} {time:?}");
    }
}

#[test]
fn what_is_registered_during_a_collection_starts_before_it_ends() {
    let telemetry = Telemetry::default();
    let registering = telemetry.clone();
    let _observation = telemetry.observe::<ObservedMetrics>((), move |_| {
        registering.worker().register::<RegisteredMetrics>(()).records.inc();
    });
    let (start, time) = start(&telemetry.collect(), "edge.registered");
    assert!(start <= time, "{start:?} {time:?}");
}
