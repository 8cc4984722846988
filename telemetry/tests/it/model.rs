//! Every interleaving of small programs, and every order in which memory may show their stores, adds up.
//!
//! Run by `scripts/model-check.sh`.

use loom::model::Builder;
use loom::thread;
use telemetry::{
    Counter, Histogram, MetricSet, Reader, Set, Telemetry, TelemetryOptions, Temporality, Topology,
    UpDownCounter, Worker, metric_set,
};

/// What is counted.
#[metric_set(name = "test.model")]
struct Counts {
    /// Requests received.
    #[metric(unit = "{request}")]
    requests: Counter<u64>,
    /// Requests being served.
    #[metric(unit = "{request}")]
    active: UpDownCounter<i64>,
}

/// What is measured.
#[metric_set(name = "test.model.sizes")]
struct Sizes {
    /// Size of a request.
    #[metric(unit = "By", buckets = [4])]
    requests: Histogram,
}

const REQUESTS: &str = "test.model.requests";
const SIZES: &str = "test.model.sizes.requests";

/// Threads are taken off the processor at most so often where they could go on; more finds nothing new and takes hours.
const PREEMPTIONS_MAX: usize = 2;

fn check(program: impl Fn() + Sync + Send + 'static) {
    check_with(PREEMPTIONS_MAX, program);
}

fn check_with(preemptions_max: usize, program: impl Fn() + Sync + Send + 'static) {
    let mut model = Builder::new();
    model.preemption_bound = Some(preemptions_max);
    model.max_branches = 100_000;
    model.check(program);
}

fn telemetry(queue_batches_max: usize) -> Telemetry {
    let topology = Topology::single();
    Telemetry::new(TelemetryOptions { queue_batches_max, topology, ..TelemetryOptions::default() })
}

fn register<S: MetricSet>(telemetry: &Telemetry) -> (Worker, Set<S>)
where
    S::Attributes: Default,
{
    let worker = telemetry.worker();
    let set = worker.register(S::Attributes::default());
    (worker, set)
}

fn requests(telemetry: &Telemetry) -> u64 {
    telemetry.collect().sum(REQUESTS, &[])
}

#[test]
fn a_collection_beside_counting_and_dropping_sees_some_and_the_next_sees_all() {
    check(|| {
        let telemetry = telemetry(1);
        let (_worker, set) = register::<Counts>(&telemetry);
        let owner = thread::spawn(move || {
            set.requests.inc();
            set.active.inc();
            set.requests.add(2);
            drop(set);
        });
        let before = requests(&telemetry);
        assert!([0, 1, 3].contains(&before), "{before}");
        owner.join().unwrap();
        assert_eq!(requests(&telemetry), 3);
        assert_eq!(requests(&telemetry), 3);
    });
}

#[test]
fn a_flush_beside_a_collection_counts_once() {
    for queue_batches_max in 0..2 {
        check(move || {
            let telemetry = telemetry(queue_batches_max);
            let (worker, set) = register::<Counts>(&telemetry);
            let owner = thread::spawn(move || {
                set.requests.inc();
                worker.flush();
                set.requests.inc();
                worker.flush();
            });
            let before = requests(&telemetry);
            assert!(before <= 2, "{before}");
            owner.join().unwrap();
            assert_eq!(requests(&telemetry), 2);
        });
    }
}

#[test]
fn two_owners_flush_into_a_full_queue() {
    check(|| {
        let telemetry = telemetry(0);
        let owners = [1, 2].map(|n| {
            let (worker, set) = register::<Counts>(&telemetry);
            thread::spawn(move || {
                set.requests.add(n);
                worker.flush();
            })
        });
        let _ends = owners.map(|owner| owner.join().unwrap());
        assert_eq!(requests(&telemetry), 3);
    });
}

#[test]
fn two_collections_at_once_count_once() {
    check(|| {
        let telemetry = telemetry(1);
        let (_worker, set) = register::<Counts>(&telemetry);
        set.requests.inc();
        let other = {
            let telemetry = telemetry.clone();
            thread::spawn(move || assert_eq!(requests(&telemetry), 1))
        };
        assert_eq!(requests(&telemetry), 1);
        other.join().unwrap();
        assert_eq!(requests(&telemetry), 1);
    });
}

/// Count and sum, which is exact.
fn sizes(telemetry: &Telemetry) -> (u64, u64) {
    let collected = telemetry.collect();
    let histogram = collected.histogram(SIZES, &[]).expect("it is registered");
    (histogram.count(), histogram.sum() as u64)
}

#[test]
fn the_parts_of_a_histogram_agree_while_it_records() {
    // There are many cells in which to look. One stop is enough to look in the middle, if it is the owner who stops.
    check_with(1, || {
        let telemetry = telemetry(1);
        let (_worker, set) = register::<Sizes>(&telemetry);
        set.requests.record(2.0);
        let reader = {
            let telemetry = telemetry.clone();
            thread::spawn(move || {
                let seen = sizes(&telemetry);
                assert!([(0, 0), (1, 2), (2, 8)].contains(&seen), "{seen:?}");
            })
        };
        set.requests.record(6.0);
        reader.join().unwrap();
        assert_eq!(sizes(&telemetry), (2, 8));
    });
}

/// An exporter that succeeds or not.
fn export(reader: &mut Reader, succeeds: bool) -> u64 {
    let sum = reader.collect().sum(REQUESTS, &[]);
    if succeeds {
        reader.delivered();
    }
    if succeeds { sum } else { 0 }
}

#[test]
fn failed_exports_and_an_end_in_the_middle_lose_nothing_and_repeat_nothing() {
    check(|| {
        let telemetry = telemetry(1);
        let mut reader = telemetry.reader(Temporality::Delta);
        let (worker, set) = register::<Counts>(&telemetry);
        let owner = thread::spawn(move || {
            set.requests.inc();
            worker.flush();
            set.requests.inc();
            drop((worker, set));
        });
        let exported = export(&mut reader, true) + export(&mut reader, false);
        owner.join().unwrap();
        // What a shutdown does last.
        assert_eq!(exported + export(&mut reader, true), 2);
        assert_eq!(export(&mut reader, true), 0);
    });
}
