//! What allocates nothing once it has been warmed up: recordings, events, spans, flushes and collections.
//!
//! The counting allocator counts what the calling thread does alone, so the tests do not disturb each other.

use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};

use telemetry::logs::{self, Level, LogSetup, Provider, Taken, its};
use telemetry::trace::{
    self, Parent, Sampler, SpanContext, SpanId, SpanStatus, TraceConfig, TraceContext, TraceId,
};
use telemetry::{
    AttributeValue, Counter, Gauge, Histogram, Mmsc, ObserveCounter, ObserveUpDownCounter, Open, PerThread,
    Set, Telemetry, TelemetryOptions, Temporality, Topology, UpDownCounter, Worker, attribute_set, event,
    metric_set, otel_debug, otel_info, otel_warn, span,
};

/// Times that everything is done before it is measured: every buffer that is used in turn has been as full as it gets.
const TIMES_BEFORE: u64 = 4000;
/// Times while it is.
const TIMES: u64 = 200;

/// Which tenant.
#[attribute_set(name = "allocations.tenant")]
#[derive(Clone)]
struct TenantAttributes {
    /// Id of the tenant, as it says.
    id: Open<10>,
}

/// Every kind of instrument.
#[metric_set(name = "allocations", attributes = TenantAttributes)]
struct Metrics {
    /// Whole things.
    #[metric(unit = "{item}")]
    items: Counter<u64>,
    /// Fractions of things.
    #[metric(unit = "{item}")]
    parts: Counter<f64>,
    /// Things under way.
    #[metric(unit = "{item}")]
    active: UpDownCounter<i64>,
    /// Fractions under way.
    #[metric(unit = "{item}")]
    active_parts: UpDownCounter<f64>,
    /// How many fit.
    #[metric(unit = "{item}")]
    limit: Gauge<u64>,
    /// How many are left.
    #[metric(unit = "{item}")]
    left: Gauge<i64>,
    /// How full it is.
    #[metric(unit = "1")]
    fill: Gauge<f64>,
    /// Sizes at a glance.
    #[metric(unit = "By")]
    glance: Mmsc,
    /// Time to answer.
    #[metric(unit = "s", range = "10us..60s")]
    duration: Histogram,
    /// Time to wait.
    #[metric(unit = "s", buckets = [1, 10, 100])]
    wait: Histogram,
    /// Any size.
    #[metric(unit = "By")]
    size: Histogram,
    /// Time with examples.
    #[metric(unit = "s", range = "10us..60s", exemplars)]
    sampled: Histogram,
}

/// What came of a record.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "allocations.outcome")]
enum Outcome {
    Kept,
    Dropped,
}

/// Kind of telemetry.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "allocations.signal")]
enum Signal {
    Logs,
    Traces,
}

/// Records by what was decided about them.
#[metric_set(name = "allocations.records", varying = (Outcome, Signal))]
struct RecordMetrics {
    /// Records seen.
    #[metric(unit = "{record}")]
    seen: Counter<u64>,
    /// Size of a record.
    #[metric(unit = "By", range = "1By..1MiBy")]
    size: Histogram,
}

/// What is counted elsewhere.
#[metric_set(name = "allocations.observed")]
struct ObservedMetrics {
    /// Pages read.
    #[metric(unit = "{page}")]
    pages: ObserveCounter<u64>,
    /// Pages in memory.
    #[metric(unit = "{page}")]
    resident: ObserveUpDownCounter<i64>,
}

/// A policy was refused.
#[event(name = "allocations.policy.rejected", severity = "warn")]
struct PolicyRejected<'a> {
    /// Id of the policy.
    #[attribute(key = "allocations.policy.id")]
    id: &'a str,
    /// What was wrong.
    #[attribute(key = "error.type")]
    error: Option<&'a str>,
    /// What a person reads.
    #[message]
    message: &'a str,
}

/// Serves one request.
#[span(name = "allocations.request", kind = "server")]
struct RequestSpan {
    /// Method of the request.
    #[attribute(key = "http.request.method")]
    method: &'static str,
    /// Status of the response.
    #[attribute(key = "http.response.status_code")]
    status_code: Option<u16>,
}

const SPAN: SpanContext =
    SpanContext { trace_id: TraceId([1; 16]), span_id: SpanId([2; 8]), is_sampled: true };

/// How often `work` allocates when it has been done before.
fn allocations(mut work: impl FnMut(u64)) -> u64 {
    (0..TIMES_BEFORE).for_each(&mut work);
    allocation_counter::measure(|| (0..TIMES).for_each(&mut work)).count_total
}

fn check(what: &str, work: impl FnMut(u64)) {
    assert_eq!(allocations(work), 0, "allocations of {TIMES} times {what}");
}

#[test]
fn an_allocation_is_counted() {
    assert_eq!(allocations(|time| drop(black_box(Box::new(time)))), TIMES);
}

fn tenant() -> TenantAttributes {
    TenantAttributes { id: "t1".into() }
}

/// One recording of every instrument.
fn record(set: &Metrics, time: u64) {
    // From microseconds to years, so that what adapts has to.
    let value = f64::exp2(time as f64 % 40.0 - 20.0);
    set.items.inc();
    set.parts.add(value);
    set.active.inc();
    set.active_parts.add(-value);
    set.limit.set(time);
    set.left.set(-3);
    set.fill.set(value);
    set.glance.record(value);
    set.duration.record(value);
    set.wait.record(value);
    set.size.record(value);
    set.sampled.record_in(&SPAN, value);
    // Refused, and counted as such.
    set.duration.record(f64::NAN);
}

fn record_varying(set: &Set<RecordMetrics>, time: u64) {
    let outcome = if time.is_multiple_of(2) { Outcome::Kept } else { Outcome::Dropped };
    for signal in [Signal::Logs, Signal::Traces] {
        set.with((outcome, signal)).seen.inc();
        set.with((outcome, signal)).size.record(time as f64);
    }
}

#[test]
fn no_recording_allocates() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let set: Set<Metrics> = worker.register(tenant());
    check("every instrument", |time| record(&set, time));
    let varying: Set<RecordMetrics> = worker.register(());
    check("what varies", |time| record_varying(&varying, time));
    let per_thread: PerThread<Metrics> = telemetry.per_thread(tenant());
    check("a look at the set of a thread", |time| record(per_thread.here(), time));
}

/// Sets of every kind, with all there is to record.
struct Sets {
    set: Set<Metrics>,
    varying: Set<RecordMetrics>,
}

impl Sets {
    fn register(worker: &Worker) -> Self {
        Self { set: worker.register(tenant()), varying: worker.register(()) }
    }

    fn record(&self, time: u64) {
        record(&self.set, time);
        record_varying(&self.varying, time);
    }
}

#[test]
fn no_flush_allocates() {
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let sets = Sets::register(&worker);
    check("a flush that nobody waits for", |time| {
        sets.record(time);
        worker.flush();
    });
    check("a flush and an aggregation", |time| {
        sets.record(time);
        worker.flush();
        telemetry.aggregate();
    });
    check("a flush of idle sets", |_| worker.flush());
}

/// A machine of so many nodes, with a worker on each.
fn machine(nodes: usize) -> (Telemetry, Vec<(Worker, Sets)>) {
    let topology = Topology::new((0..nodes).map(|node| vec![node]));
    let telemetry = Telemetry::new(TelemetryOptions { topology, ..TelemetryOptions::default() });
    let workers = (0..nodes).map(|node| {
        let worker = telemetry.worker_on(node);
        let sets = Sets::register(&worker);
        (worker, sets)
    });
    let workers = workers.collect();
    (telemetry, workers)
}

#[test]
fn no_collection_allocates() {
    for nodes in [1, 2] {
        let (telemetry, workers) = machine(nodes);
        let _observation = telemetry.observe((), |observed: &ObservedMetrics| {
            observed.pages.observe(7);
            observed.resident.observe(-3);
        });
        let count = |time: u64| {
            for (worker, sets) in &workers {
                sets.record(time);
                // Some flush themselves, and some are flushed.
                if time.is_multiple_of(2) {
                    worker.flush();
                }
            }
        };
        check("an aggregation", |time| {
            count(time);
            telemetry.aggregate();
        });
        for temporality in [Temporality::Cumulative, Temporality::Delta] {
            let mut reader = telemetry.reader(temporality);
            check(&format!("a collection, {temporality:?}, {nodes} nodes"), |time| {
                count(time);
                black_box(reader.collect());
                reader.delivered();
            });
            check(&format!("a collection that nobody gets, {temporality:?}, {nodes} nodes"), |time| {
                count(time);
                black_box(reader.collect());
            });
        }
    }
}

/// The providers belong to the process.
static PROCESS: Mutex<()> = Mutex::new(());

fn process(setup: LogSetup) -> MutexGuard<'static, ()> {
    let alone = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
    logs::init(LogSetup { per_second: None, ..setup });
    alone
}

fn emit(time: u64) {
    otel_warn!("allocations.queue.full", queue.length = time, queue.name = "records", "{time} wait");
    otel_info!("allocations.policy.loaded", policy = %time, range = ?(0..time));
    PolicyRejected { id: "p-1", error: Some("fields"), message: "too many fields" }.emit();
    PolicyRejected::emit_with(|| PolicyRejected { id: "p-2", error: None, message: "" });
}

#[test]
fn no_event_allocates() {
    let _alone = process(LogSetup::new(Level::Info, Provider::Its));
    let mut taken = Taken::new();
    check("an enabled event", |time| {
        emit(time);
        if time.is_multiple_of(20) {
            its::take(&mut taken);
        }
    });
    assert_eq!(logs::dropped(), 0);
    check("an event below the level", |time| otel_debug!("allocations.detail", detail = %time, "{time}"));
    let suppressed = logs::suppress();
    check("a suppressed event", emit);
    drop(suppressed);
    logs::init(LogSetup::new(Level::Info, Provider::Noop));
    check("an event that goes nowhere", emit);
}

fn serve(caller: &TraceContext, time: u64) {
    let mut span = RequestSpan { method: "GET", status_code: None }.start_in(Parent::Remote(caller));
    let _in_request = span.enter();
    let child = RequestSpan { method: "PUT", status_code: Some(204) }.start();
    span.set(RequestSpan::STATUS_CODE, 500);
    span.event(&PolicyRejected { id: "p-1", error: None, message: "" });
    span.link(child.context().span);
    span.set_status(SpanStatus::Error("no answer"));
    drop(child);
    otel_info!("allocations.request.served", time);
}

#[test]
fn no_span_allocates() {
    let _alone = process(LogSetup::new(Level::Info, Provider::Its));
    let mut taken = Taken::new();
    let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let caller = TraceContext::parse(header, "vendor=1").expect("it is valid");
    for root in [Sampler::AlwaysOn, Sampler::AlwaysOff] {
        trace::init(Some(TraceConfig { root, ..TraceConfig::default() }));
        check("a span", |time| {
            serve(&caller, time);
            serve(&TraceContext::default(), time);
            if time.is_multiple_of(20) {
                its::take(&mut taken);
            }
        });
    }
    trace::init(None);
    check("a span that nobody records", |time| {
        serve(&caller, time);
        its::take(&mut taken);
    });
    assert_eq!(logs::dropped(), 0);
}
