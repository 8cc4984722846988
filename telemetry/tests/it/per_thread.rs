//! Sets of runtimes whose tasks move between threads.

use std::sync::{Arc, Barrier};
use std::thread;

use telemetry::{PerThread, Telemetry};

use crate::declarations::{HttpServerMetrics, route};

const REQUESTS: &str = "edge.http.server.requests";

fn is_shared<T: Send + Sync>(_: &T) {}

#[test]
fn threads_count_into_one_series_each_in_its_own_set() {
    const THREADS: u64 = 4;
    let telemetry = Telemetry::default();
    let metrics: Arc<PerThread<HttpServerMetrics>> = Arc::new(telemetry.per_thread(route("/")));
    is_shared(&metrics);
    let all_count = Barrier::new(THREADS as usize);
    let sets: Vec<usize> = thread::scope(|scope| {
        let counters = (0..THREADS).map(|_| {
            scope.spawn(|| {
                all_count.wait();
                (0..1000).for_each(|_| metrics.here().requests.inc());
                all_count.wait();
                std::ptr::from_ref(metrics.here()).addr()
            })
        });
        let counters: Vec<_> = counters.collect();
        counters.into_iter().map(|counter| counter.join().expect("counting does not panic")).collect()
    });
    assert!((1..sets.len()).all(|at| !sets[..at].contains(&sets[at])), "each thread has its own");
    assert_eq!(telemetry.collect().sum(REQUESTS, &[]), THREADS * 1000);
}

#[test]
fn threads_that_come_and_go_leave_their_counts_and_no_memory() {
    let telemetry = Telemetry::default();
    let metrics: PerThread<HttpServerMetrics> = telemetry.per_thread(route("/"));
    let mut sets = std::collections::HashSet::new();
    for _ in 0..100 {
        let set = thread::scope(|scope| {
            let counter = scope.spawn(|| {
                metrics.here().requests.inc();
                std::ptr::from_ref(metrics.here()).addr()
            });
            counter.join().expect("counting does not panic")
        });
        sets.insert(set);
    }
    assert_eq!(telemetry.collect().sum(REQUESTS, &[]), 100);
    // Another test's thread may have taken an id in between.
    assert!(sets.len() < 50, "{} sets for threads one after another", sets.len());
}

#[test]
fn a_handle_that_is_dropped_loses_nothing() {
    let telemetry = Telemetry::default();
    let metrics: PerThread<HttpServerMetrics> = telemetry.per_thread(route("/"));
    metrics.here().requests.add(3);
    telemetry.worker_here().flush();
    metrics.here().requests.add(4);
    drop(metrics);
    assert_eq!(telemetry.collect().sum(REQUESTS, &[]), 7);
}
