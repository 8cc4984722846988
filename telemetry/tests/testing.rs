//! What tests of users read back. A binary of its own: a recorder sets up the providers of its process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use telemetry::logs::{FieldValue, Level};
use telemetry::testing::{Recorded, Recorder};
use telemetry::trace::{SpanKind, SpanStatus};
use telemetry::{
    AttributeValue, Counter, Gauge, Histogram, Mmsc, Set, Telemetry, UpDownCounter, attribute_set, event,
    metric_set, otel_info, span,
};

/// Which way a request takes.
#[attribute_set(name = "testing.route")]
struct RouteAttributes {
    /// Matched route template.
    #[attribute(key = "http.route")]
    route: &'static str,
    /// Status of the response.
    #[attribute(key = "http.response.status_code")]
    status: u16,
}

/// Requests served.
#[metric_set(name = "testing", attributes = RouteAttributes)]
struct Metrics {
    /// Requests received.
    #[metric(unit = "{request}")]
    requests: Counter<u64>,
    /// Requests being served.
    #[metric(unit = "{request}")]
    active: UpDownCounter<i64>,
    /// How full the cache is.
    #[metric(unit = "1")]
    fill: Gauge<f64>,
    /// Time to answer.
    #[metric(unit = "s", buckets = [1, 2])]
    duration: Histogram,
    /// Size of a request.
    #[metric(unit = "By")]
    size: Mmsc,
}

/// What came of a record.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "testing.outcome")]
enum Outcome {
    Kept,
    Dropped,
}

/// Records by what came of them.
#[metric_set(name = "testing.records", varying = Outcome)]
struct RecordMetrics {
    /// Records seen.
    #[metric(unit = "{record}")]
    seen: Counter<u64>,
}

/// A policy was refused.
#[event(name = "testing.policy.rejected", severity = "warn")]
struct PolicyRejected<'a> {
    /// Id of the policy.
    #[attribute(key = "testing.policy.id")]
    id: &'a str,
    /// Fields that it has.
    #[attribute(key = "testing.policy.fields")]
    fields: u32,
    /// How likely it is a mistake.
    #[attribute(key = "testing.policy.doubt")]
    doubt: f64,
    /// Whether there was one before.
    #[attribute(key = "testing.policy.known")]
    known: bool,
}

/// Serves one request.
#[span(name = "testing.request", kind = "server")]
struct RequestSpan {
    /// Method of the request.
    #[attribute(key = "http.request.method")]
    method: &'static str,
    /// Status of the response.
    #[attribute(key = "http.response.status_code")]
    status_code: Option<u16>,
}

/// Asks somebody else.
#[span(name = "testing.query", kind = "client")]
struct QuerySpan;

/// Nobody ever emits it.
#[event(name = "testing.never", severity = "error")]
struct Never {}

const ROOT: RouteAttributes = RouteAttributes { route: "/", status: 200 };
const REJECTED: PolicyRejected<'_> = PolicyRejected { id: "p-1", fields: 3, doubt: 0.5, known: true };

fn serve(telemetry: &Telemetry) {
    let worker = telemetry.worker();
    let set: Set<Metrics> = worker.register(ROOT);
    set.requests.add(3);
    set.active.add(-2);
    set.fill.set(0.25);
    set.duration.record(0.5);
    set.duration.record(1.5);
    set.size.record(10.0);
    let other: Set<Metrics> = worker.register(RouteAttributes { route: "/\"", status: 404 });
    other.requests.inc();
    let records: Set<RecordMetrics> = worker.register(());
    records.with(Outcome::Dropped).seen.add(7);
    records.with(Outcome::Kept).seen.add(0);
}

#[test]
fn what_was_counted_reads_as_it_was_written() {
    let mut recorder = Recorder::new();
    serve(&recorder.telemetry());
    let route = r#"{http.route="/",http.response.status_code="200"}"#;
    let expected = [
        format!("testing.active{route} -2"),
        format!("testing.duration{route} count=2 sum=2"),
        r#"testing.records.seen{testing.outcome="dropped"} 7"#.to_owned(),
        format!("testing.requests{route} 3"),
        r#"testing.requests{http.route="/\"",http.response.status_code="404"} 1"#.to_owned(),
        format!("testing.size{route} count=1 sum=10 min=10 max=10"),
    ];
    let seen = recorder.take();
    assert_eq!(seen.lines(), expected);
    assert_eq!(seen.to_string(), expected.map(|line| line + "\n").concat());
}

#[test]
fn the_next_take_has_what_was_counted_since_and_levels_as_they_stand() {
    let mut recorder = Recorder::new();
    let worker = recorder.telemetry().worker();
    let set: Set<Metrics> = worker.register(ROOT);
    set.requests.add(3);
    set.active.add(3);
    set.fill.set(0.5);
    set.size.record(10.0);
    recorder.take();
    set.active.dec();
    set.size.record(20.0);
    let seen = recorder.take();
    let route = r#"{http.route="/",http.response.status_code="200"}"#;
    let expected = [
        format!("testing.active{route} 2"),
        format!("testing.fill{route} 0.5"),
        format!("testing.size{route} count=1 sum=20 min=20 max=20"),
    ];
    assert_eq!(seen.lines(), expected);
}

#[test]
fn sums_are_of_the_series_with_all_attributes() {
    let mut recorder = Recorder::new();
    serve(&recorder.telemetry());
    let seen = recorder.take();
    assert_eq!(seen.sum("testing.requests", &[]), 4);
    assert_eq!(seen.sum("testing.requests", &[("http.route", "/")]), 3);
    assert_eq!(seen.sum("testing.requests", &[("http.route", "/"), ("http.response.status_code", "404")]), 0);
    assert_eq!(seen.sum("testing.records.seen", &[("testing.outcome", "dropped")]), 7);
    assert_eq!(seen.sum("testing.duration", &[]), 2);
    assert_eq!(seen.value("testing.duration", &[]).to_bits(), 2.0_f64.to_bits());
    assert_eq!(seen.value("testing.active", &[]).to_bits(), (-2.0_f64).to_bits());
    let histogram = seen.histogram("testing.duration", &[]).expect("it is registered");
    assert_eq!(histogram.counts(), [1, 1, 0]);
}

#[test]
fn events_and_spans_keep_names_types_and_nesting() {
    let mut recorder = Recorder::new();
    let mut request = RequestSpan { method: "GET", status_code: None }.start();
    {
        let _in_request = request.enter();
        REJECTED.emit();
        let mut query = QuerySpan.start();
        query.event(&REJECTED);
        query.set_status(SpanStatus::Error("no answer"));
    }
    request.set(RequestSpan::STATUS_CODE, 502);
    request.set_status(SpanStatus::Ok);
    drop(request);
    otel_info!("testing.done", "as {}", "expected");
    let seen = recorder.take();

    let policy = r#"testing.policy.rejected{testing.policy.id="p-1",testing.policy.fields=3,testing.policy.doubt=0.5,testing.policy.known=true}"#;
    let expected = [
        format!("warn {policy} in testing.request"),
        r#"info testing.done "as expected""#.to_owned(),
        r#"span client testing.query in testing.request error "no answer""#.to_owned(),
        format!("  {policy}"),
        r#"span server testing.request{http.request.method="GET",http.response.status_code=502} ok"#
            .to_owned(),
    ];
    assert_eq!(seen.lines(), expected);

    let (event, span) = (seen.event("testing.policy.rejected"), seen.span("testing.request"));
    assert_eq!((event.level(), event.span()), (Level::Warn, Some(span.context())));
    assert_eq!(event.field("testing.policy.fields"), Some(FieldValue::Int(3)));
    assert_eq!((span.kind(), span.status()), (SpanKind::Server, SpanStatus::Ok));
    assert_eq!(span.field("http.response.status_code"), Some(FieldValue::Int(502)));
    assert!(recorder.take().lines().is_empty());
}

/// What the panic says.
fn refusal(ask: impl FnOnce(&Recorded)) -> String {
    let mut recorder = Recorder::new();
    serve(&recorder.telemetry());
    REJECTED.emit();
    REJECTED.emit();
    let seen = recorder.take();
    let panic = catch_unwind(AssertUnwindSafe(|| ask(&seen))).expect_err("it is a mistake");
    panic.downcast_ref::<String>().expect("it says what is wrong").clone()
}

#[test]
fn a_misspelt_name_is_no_zero() {
    type Ask = fn(&Recorded);
    let cases: [(Ask, &str); 9] = [
        (
            |it| {
                it.sum("testing.request", &[]);
            },
            "no metric `testing.request` is declared, did you mean `testing.requests`?",
        ),
        (
            |it| {
                it.value("testing.filled", &[]);
            },
            "no metric `testing.filled` is declared, did you mean `testing.fill`?",
        ),
        (
            |it| {
                it.histogram("testing.durations", &[]);
            },
            "no metric `testing.durations` is declared, did you mean `testing.duration`?",
        ),
        (
            |it| {
                it.sum("testing.requests", &[("http.rout", "/")]);
            },
            "no attribute of `testing.requests` `http.rout` is declared, did you mean `http.route`?",
        ),
        (
            |it| {
                it.sum("testing.active", &[]);
            },
            "`testing.active` is -2, which is no count: ask for its `value`",
        ),
        (
            |it| {
                it.event("testing.policy.reject");
            },
            "no event `testing.policy.reject` is declared, did you mean `testing.policy.rejected`?",
        ),
        (
            |it| {
                it.event("testing.policy.rejected");
            },
            "there are 2 of the event `testing.policy.rejected`",
        ),
        (
            |it| {
                it.event("testing.never");
            },
            "there is no event `testing.never`, only [\"testing.policy.rejected\", \"testing.policy.rejected\"]",
        ),
        (
            |it| {
                it.span("testing.request");
            },
            "there is no span `testing.request`, only []",
        ),
    ];
    for (ask, expected) in cases {
        assert_eq!(refusal(ask), expected);
    }
    assert!(
        refusal(|it| {
            it.sum("nothing.like.it", &[]);
        })
        .contains("known are [\"telemetry.")
    );
}

#[test]
fn what_is_declared_and_was_never_registered_is_zero() {
    assert_eq!(Recorder::new().take().sum("testing.requests", &[("http.route", "/")]), 0);
}

#[test]
fn a_recorder_hears_its_thread_and_one_of_all_threads_every_thread() {
    let emit_elsewhere = || {
        thread::scope(|scope| {
            scope.spawn(|| Never {}.emit());
        });
    };
    let mut recorder = Recorder::new();
    emit_elsewhere();
    REJECTED.emit();
    assert_eq!(
        recorder.take().events().map(|event| event.name()).collect::<Vec<_>>(),
        ["testing.policy.rejected"]
    );
    drop(recorder);
    let mut recorder = Recorder::new().all_threads();
    emit_elsewhere();
    assert_eq!(recorder.take().event("testing.never").level(), Level::Error);
}

#[test]
fn what_happened_before_is_of_no_test() {
    drop(Recorder::new());
    REJECTED.emit();
    let telemetry = Telemetry::default();
    serve(&telemetry);
    let mut recorder = Recorder::of(telemetry.clone());
    let seen = recorder.take();
    assert_eq!((seen.sum("testing.requests", &[]), seen.events().count()), (0, 0));
    serve(&telemetry);
    assert_eq!(recorder.take().sum("testing.requests", &[]), 4);
}

#[test]
fn a_thread_has_one_recorder_at_a_time() {
    let first = Recorder::new();
    assert!(catch_unwind(Recorder::new).is_err());
    assert!(catch_unwind(Recorder::new).is_err(), "the refused one has not taken the place of the first");
    drop(first);
    drop(Recorder::new());
}
