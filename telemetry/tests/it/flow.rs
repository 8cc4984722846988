//! Nothing is lost and nothing comes twice on the way from a counter to a collection.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use telemetry::{Counter, Scalar, Set, Telemetry, TelemetryOptions, metric_set};

use crate::declarations::{HttpServerMetrics, KindMetrics, route};

const REQUESTS: &str = "edge.http.server.requests";
const DEFERRALS: &str = "telemetry.pipeline.deferrals";

#[test]
fn a_collection_sees_what_nobody_flushed() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let set: Set<HttpServerMetrics> = worker.register(route("/v1/logs"));
    set.requests.inc();
    set.requests.add(2);
    assert_eq!(telemetry.collect().sum(REQUESTS, &[("http.route", "/v1/logs")]), 3);
    assert_eq!(telemetry.collect().sum(REQUESTS, &[("http.route", "/v1/traces")]), 0);
}

#[test]
fn owners_move_between_threads_and_the_pipeline_is_shared() {
    fn moves<T: Send>() {}
    fn is_shared<T: Send + Sync + Clone>() {}
    moves::<Set<HttpServerMetrics>>();
    moves::<telemetry::Worker>();
    is_shared::<Telemetry>();
    is_shared::<telemetry::Collected>();
}

#[test]
fn a_flush_and_a_collection_do_not_count_twice() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let set: Set<HttpServerMetrics> = worker.register(route("/"));
    for _ in 0..3 {
        set.requests.inc();
        worker.flush();
        worker.flush();
    }
    set.requests.inc();
    assert_eq!(telemetry.collect().sum(REQUESTS, &[]), 4);
    assert_eq!(telemetry.collect().sum(REQUESTS, &[]), 4);
}

#[test]
fn equal_attributes_of_several_workers_are_one_series() {
    let telemetry = Telemetry::default();
    let workers = [telemetry.worker(), telemetry.worker()];
    let sets: Vec<Set<HttpServerMetrics>> =
        workers.iter().map(|worker| worker.register(route("/"))).collect();
    sets[0].active_requests.add(5);
    sets[1].active_requests.dec();
    let collected = telemetry.collect();
    let series: Vec<_> = collected.sets().filter(|set| set.value(REQUESTS).is_some()).collect();
    assert_eq!(series.len(), 1);
    assert_eq!(series[0].attribute("http.route"), Some(&Scalar::Word("/")));
    assert_eq!(collected.sum("edge.http.server.active_requests", &[]), 4);
}

#[test]
fn a_dropped_set_keeps_its_counts_and_a_new_one_continues_them() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    for round in 1..=20 {
        let set: Set<HttpServerMetrics> = worker.register(route("/"));
        set.requests.inc();
        drop(set);
        if round % 3 == 0 {
            worker.flush();
        }
        if round % 5 == 0 {
            assert_eq!(telemetry.collect().sum(REQUESTS, &[]), round);
        }
    }
}

#[test]
fn the_counts_of_a_dead_thread_arrive() {
    let telemetry = Telemetry::default();
    let handle = {
        let telemetry = telemetry.clone();
        thread::spawn(move || {
            let set: Set<HttpServerMetrics> = telemetry.worker().register(route("/"));
            set.requests.add(7);
        })
    };
    handle.join().expect("the thread only counts");
    assert_eq!(telemetry.collect().sum(REQUESTS, &[]), 7);
    assert_eq!(telemetry.collect().sum(REQUESTS, &[]), 7);
}

#[test]
fn a_set_outlives_its_worker() {
    let telemetry = Telemetry::default();
    let set: Set<HttpServerMetrics> = telemetry.worker().register(route("/"));
    telemetry.collect();
    set.requests.inc();
    assert_eq!(telemetry.collect().sum(REQUESTS, &[]), 1);
}

#[test]
fn a_full_queue_is_added_up_by_who_finds_it_full() {
    for queue_batches_max in 0..3 {
        check_full_queue(queue_batches_max);
    }
}

fn check_full_queue(queue_batches_max: usize) {
    let options = TelemetryOptions { queue_batches_max, ..TelemetryOptions::default() };
    let telemetry = Telemetry::new(options);
    let worker = telemetry.worker();
    let set: Set<HttpServerMetrics> = worker.register(route("/"));
    for _ in 0..5 {
        set.requests.inc();
        set.request_duration.record(0.25);
        worker.flush();
    }
    drop(set);
    worker.flush();
    let collected = telemetry.collect();
    assert_eq!(collected.sum(REQUESTS, &[]), 5);
    assert_eq!(collected.sum("edge.http.server.request_duration", &[]), 5);
    assert_eq!(collected.sum(DEFERRALS, &[]), 0);
}

#[test]
fn an_idle_worker_sends_nothing() {
    let options = TelemetryOptions { queue_batches_max: 1, ..TelemetryOptions::default() };
    let telemetry = Telemetry::new(options);
    let worker = telemetry.worker();
    let set: Set<HttpServerMetrics> = worker.register(route("/"));
    set.requests.inc();
    for _ in 0..5 {
        worker.flush();
    }
    assert_eq!(telemetry.collect().sum(DEFERRALS, &[]), 0);
}

#[test]
fn gauges_add_up_over_live_sets_and_leave_with_them() {
    let telemetry = Telemetry::default();
    let (one, two) = (telemetry.worker(), telemetry.worker());
    let first: Set<KindMetrics> = one.register(());
    let second: Set<KindMetrics> = two.register(());
    first.memory.set(100);
    one.flush();
    first.memory.set(10);
    second.memory.set(5);
    first.kept.set(0.1);
    first.balance.set(-3);
    let collected = telemetry.collect();
    assert_eq!(collected.sum("edge.memory", &[]), 15);
    assert_eq!(collected.value("edge.kept", &[]).to_bits(), 0.1_f64.to_bits());
    assert_eq!(collected.value("edge.balance", &[]).to_bits(), (-3.0_f64).to_bits());
    drop(first);
    assert_eq!(telemetry.collect().sum("edge.memory", &[]), 5);
}

#[test]
fn what_is_not_finite_or_goes_down_is_rejected_and_counted() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let set: Set<KindMetrics> = worker.register(());
    set.cpu.add(1.5);
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        set.cpu.add(bad);
    }
    set.kept.set(f64::NAN);
    set.batch_size.record(f64::NEG_INFINITY);
    let collected = telemetry.collect();
    assert_eq!(collected.value("edge.cpu.time", &[]).to_bits(), 1.5_f64.to_bits());
    assert_eq!(collected.sum("edge.batch_size", &[]), 0);
    assert_eq!(collected.sum("telemetry.pipeline.rejected", &[]), 5);
}

#[test]
fn sums_of_several_owners_stay_finite_and_what_they_cannot_take_is_counted() {
    const LARGE: f64 = 1.5e308;
    let telemetry = Telemetry::default();
    let workers = [telemetry.worker(), telemetry.worker()];
    let sets: Vec<Set<KindMetrics>> = workers.iter().map(|worker| worker.register(())).collect();
    for set in &sets {
        set.cpu.add(LARGE);
        set.batch_size.record(LARGE);
        set.kept.set(LARGE);
        set.memory.set(u64::MAX);
        set.balance.set(i64::MAX);
    }
    let other: Set<HttpServerMetrics> = workers[0].register(route("/a"));
    let another: Set<HttpServerMetrics> = workers[0].register(route("/b"));
    other.requests.add(u64::MAX);
    another.requests.add(2);
    other.request_duration.record(LARGE);
    another.request_duration.record(LARGE);
    let collected = telemetry.collect();
    for metric in ["edge.cpu.time", "edge.batch_size", "edge.kept", "edge.http.server.request_duration"] {
        assert_eq!(collected.value(metric, &[]).to_bits(), f64::MAX.to_bits(), "{metric}");
    }
    let merged = collected.histogram("edge.http.server.request_duration", &[]).expect("it is registered");
    assert!(merged.sum().is_finite());
    assert_eq!(collected.sum("edge.memory", &[]), u64::MAX);
    assert_eq!(collected.sum("edge.balance", &[]), i64::MAX.cast_unsigned());
    assert_eq!(collected.sum(REQUESTS, &[]), u64::MAX);
    assert_eq!(collected.sum("telemetry.pipeline.rejected", &[]), 2);
    let text = collected.prometheus_text();
    let values: Vec<&str> = text.lines().filter_map(|line| Some(line.rsplit_once(' ')?.1)).collect();
    assert!(!values.iter().any(|value| value.contains("nf") && value.len() < 5), "{text}");
}

#[test]
fn negative_values_are_no_measurements_for_a_histogram() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let set: Set<HttpServerMetrics> = worker.register(route("/"));
    for value in [-1.0, -0.0, 0.0, -f64::MIN_POSITIVE, 0.5] {
        set.request_duration.record(value);
    }
    let collected = telemetry.collect();
    assert_eq!(collected.sum("edge.http.server.request_duration", &[]), 3);
    assert_eq!(collected.sum("telemetry.pipeline.rejected", &[]), 2);
}

#[test]
fn many_live_gauges_of_one_series_cost_as_much_each_as_few() {
    const SETS: u64 = 100_000;
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let sets: Vec<Set<KindMetrics>> = (0..SETS).map(|_| worker.register(())).collect();
    // A search through all of them per set would take a minute.
    for round in 1..=3 {
        for set in &sets {
            set.memory.set(round);
        }
        assert_eq!(telemetry.collect().sum("edge.memory", &[]), SETS * round);
    }
    drop(sets);
    assert_eq!(telemetry.collect().sum("edge.memory", &[]), 0);
}

thread_local! {
    static COLLECTED_FROM: std::cell::RefCell<Option<Telemetry>> = const { std::cell::RefCell::new(None) };
}

/// A set that counts its own end, beside a collection.
#[metric_set(name = "edge.last")]
struct LastMetrics {
    /// Ends.
    #[metric(unit = "{end}")]
    ends: Counter<u64>,
}

impl Drop for LastMetrics {
    fn drop(&mut self) {
        COLLECTED_FROM.with_borrow(|telemetry| telemetry.as_ref().map(Telemetry::collect));
        self.ends.inc();
    }
}

#[test]
fn what_a_set_counts_while_it_is_dropped_arrives() {
    let telemetry = Telemetry::default();
    COLLECTED_FROM.set(Some(telemetry.clone()));
    let worker = telemetry.worker();
    drop(worker.register::<LastMetrics>(()));
    COLLECTED_FROM.set(None);
    assert_eq!(telemetry.collect().sum("edge.last.ends", &[]), 1);
}

#[test]
fn counting_flushing_collecting_and_dropping_at_once_lose_nothing() {
    const WORKERS: u64 = 4;
    const ROUNDS: u64 = 200;
    const COUNTS: u64 = 50;
    let options = TelemetryOptions { queue_batches_max: 2, ..TelemetryOptions::default() };
    let telemetry = Telemetry::new(options);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let collector = scope.spawn(|| collect_until(&telemetry, &done));
        let counters: Vec<_> =
            (0..WORKERS).map(|_| scope.spawn(|| count(&telemetry, ROUNDS, COUNTS))).collect();
        for counter in counters {
            counter.join().expect("counting does not panic");
        }
        done.store(true, Ordering::Relaxed);
        collector.join().expect("totals never go down");
    });
    let collected = telemetry.collect();
    let expected = WORKERS * ROUNDS * COUNTS;
    assert_eq!(collected.sum(REQUESTS, &[]), expected);
    assert_eq!(collected.sum("edge.http.server.active_requests", &[]), 0);
    let durations = collected.histogram("edge.http.server.request_duration", &[]).expect("it is registered");
    assert_eq!(durations.count(), expected);
    // Quarters add up without rounding.
    assert_eq!(durations.sum().to_bits(), (expected as f64 * 0.25).to_bits());
}

fn count(telemetry: &Telemetry, rounds: u64, counts: u64) {
    let worker = telemetry.worker();
    for round in 0..rounds {
        let set: Set<HttpServerMetrics> = worker.register(route(["/a", "/b"][round as usize % 2]));
        for _ in 0..counts {
            set.active_requests.inc();
            set.requests.inc();
            set.request_duration.record(0.25);
            set.active_requests.dec();
        }
        if round % 3 == 0 {
            worker.flush();
        }
    }
}

/// Sums and buckets agree in every collection, whatever the owners are doing.
fn collect_until(telemetry: &Telemetry, done: &AtomicBool) {
    let mut last = 0;
    while !done.load(Ordering::Relaxed) {
        let collected = telemetry.collect();
        let requests = collected.sum(REQUESTS, &[]);
        assert!(requests >= last, "{requests} after {last}");
        last = requests;
        if let Some(durations) = collected.histogram("edge.http.server.request_duration", &[]) {
            assert_eq!(durations.sum().to_bits(), (durations.count() as f64 * 0.25).to_bits());
        }
    }
}
