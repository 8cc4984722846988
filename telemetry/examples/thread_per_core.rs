//! One worker per thread, as in a program with one event loop per core: each thread counts in sets of its own, without
//! a lock or a shared cache line, and hands on what it counted at its cadence. A thread apart adds it up.
//!
//! `cargo run -p telemetry --example thread_per_core`

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use telemetry::{AttributeValue, Counter, Histogram, Set, Telemetry, attribute_set, metric_set};

/// How often a worker flushes. A second is usual; this program does not live that long.
const CADENCE: Duration = Duration::from_millis(20);
const REQUESTS_PER_WORKER: u64 = 2000;

/// Where requests come in.
#[attribute_set(name = "app.listener")]
struct ListenerAttributes {
    /// Port that the listener is bound to.
    #[attribute(key = "server.port")]
    port: u16,
}

/// How a request ended.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "app.outcome")]
enum Outcome {
    /// Answered.
    Served,
    /// Turned away.
    Refused,
}

/// Requests, by how they ended.
#[metric_set(name = "app", attributes = ListenerAttributes, varying = Outcome)]
struct RequestMetrics {
    /// Requests that ended.
    #[metric(unit = "{request}")]
    requests: Counter<u64>,
    /// Time from head received to last byte sent.
    #[metric(unit = "s", range = "1us..1s")]
    request_duration: Histogram,
}

fn main() {
    let telemetry = Telemetry::default();
    let (running, ended) = mpsc::channel::<()>();
    let collector = thread::spawn({
        let telemetry = telemetry.clone();
        move || aggregate(&telemetry, &ended)
    });

    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| work(&telemetry));
        }
    });
    drop(running);
    collector.join().expect("it does not panic");

    // Exact, although nobody waited for anybody: what the workers had not flushed was fetched when they ended.
    println!("{workers} workers, {REQUESTS_PER_WORKER} requests each");
    let text = telemetry.prometheus_text();
    text.lines()
        .filter(|line| line.contains("app_") && !line.contains("_bucket"))
        .for_each(|line| println!("{line}"));
}

/// What the event loop of one core does.
fn work(telemetry: &Telemetry) {
    // Made on the thread that owns it, so that its values are added up on this thread's NUMA node.
    let worker = telemetry.worker();
    let metrics: Set<RequestMetrics> = worker.register(ListenerAttributes { port: 8080 });
    let mut flushed = Instant::now();
    for request in 0..REQUESTS_PER_WORKER {
        let start = Instant::now();
        let metrics = metrics.with(serve(request));
        metrics.requests.inc();
        metrics.request_duration.record_duration(start.elapsed());
        // An event loop has a timer for this. It never waits, whatever the collector does.
        if flushed.elapsed() >= CADENCE {
            worker.flush();
            flushed = Instant::now();
        }
    }
}

fn serve(request: u64) -> Outcome {
    thread::sleep(Duration::from_micros(50));
    if request.is_multiple_of(10) { Outcome::Refused } else { Outcome::Served }
}

/// Adds up what the workers flush, until all have ended. Not needed for exact totals, which every collection makes sure
/// of: it spares the scrape the work.
fn aggregate(telemetry: &Telemetry, ended: &Receiver<()>) {
    while ended.recv_timeout(CADENCE) == Err(RecvTimeoutError::Timeout) {
        telemetry.aggregate();
    }
}
