//! What is counted elsewhere and observed by callbacks.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use telemetry::{Gauge, ObserveCounter, ObserveUpDownCounter, Telemetry, metric_set};

/// What the process uses.
#[metric_set(name = "edge.process")]
struct ProcessMetrics {
    /// Pages read.
    #[metric(unit = "{page}")]
    pages: ObserveCounter<u64>,
    /// Time spent.
    #[metric(unit = "s", name = "edge.process.cpu.time")]
    cpu: ObserveCounter<f64>,
    /// Threads alive.
    #[metric(unit = "{thread}")]
    threads: ObserveUpDownCounter<i64>,
    /// Load.
    #[metric(unit = "1")]
    load: Gauge<f64>,
}

#[test]
fn a_callback_is_called_at_each_collection_and_not_after_its_end() {
    let telemetry = Telemetry::default();
    let (pages, threads) = (Arc::new(AtomicU64::new(7)), Arc::new(AtomicI64::new(3)));
    let source = (Arc::clone(&pages), Arc::clone(&threads));
    let observation = telemetry.observe::<ProcessMetrics>((), move |set| {
        set.pages.observe(source.0.load(Ordering::Relaxed));
        set.threads.observe(source.1.load(Ordering::Relaxed));
        set.cpu.observe(0.5);
        set.load.set(0.25);
    });
    let sums = || {
        let collected = telemetry.collect();
        ["edge.process.pages", "edge.process.threads"].map(|metric| collected.sum(metric, &[]))
    };
    assert_eq!(sums(), [7, 3]);
    pages.store(9, Ordering::Relaxed);
    threads.store(2, Ordering::Relaxed);
    assert_eq!(sums(), [9, 2]);
    // Whoever counts the pages has started again.
    pages.store(1, Ordering::Relaxed);
    assert_eq!(sums(), [10, 2]);
    drop(observation);
    pages.store(100, Ordering::Relaxed);
    assert_eq!(sums(), [10, 0]);
}

#[test]
fn a_callback_that_panics_is_not_called_again_and_fails_nobody() {
    let telemetry = Telemetry::default();
    let calls = Arc::new(AtomicU64::new(0));
    let called = Arc::clone(&calls);
    let _observation = telemetry.observe::<ProcessMetrics>((), move |_| {
        called.fetch_add(1, Ordering::Relaxed);
        panic!("on purpose");
    });
    telemetry.collect();
    telemetry.collect();
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn a_callback_may_collect() {
    let telemetry = Telemetry::default();
    let inner = telemetry.clone();
    let _observation = telemetry.observe::<ProcessMetrics>((), move |set| {
        set.pages.observe(inner.collect().sum("edge.process.pages", &[]) + 1);
    });
    telemetry.collect();
    assert_eq!(telemetry.collect().sum("edge.process.pages", &[]), 2);
}

#[test]
fn observations_that_cannot_be_are_rejected() {
    let telemetry = Telemetry::default();
    let _observation = telemetry.observe::<ProcessMetrics>((), |set| {
        for total in [1.5, f64::NAN, f64::INFINITY, -1.0] {
            set.cpu.observe(total);
        }
    });
    let collected = telemetry.collect();
    assert!((collected.value("edge.process.cpu.time", &[]) - 1.5).abs() < 1e-9);
    assert_eq!(collected.sum("telemetry.pipeline.rejected", &[]), 3);
}
