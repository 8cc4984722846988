//! Spans: who called whom, and what was said on the way.

use std::thread;

use telemetry::logs::{
    self, DropReason, EventField, EventValue, FieldValue, Level, SpanView, Taken, dropped_by,
};
use telemetry::otel_info;
use telemetry::trace::{
    self, ActiveSpan, ChildSampler, Parent, Ratio, Sampler, SpanDescriptor, SpanKind, SpanStatus,
    TraceConfig, TraceContext,
};

use crate::process::{Process, only};

static REQUEST: SpanDescriptor = SpanDescriptor::new("span.request", SpanKind::Server, module_path!());
static QUERY: SpanDescriptor = SpanDescriptor::new("span.query", SpanKind::Client, module_path!());

const CALLER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Events and links that one span keeps.
const PARTICULARS_MAX: usize = 128;

fn recording(config: TraceConfig) -> Process {
    let process = Process::with_its();
    trace::init(Some(config));
    process
}

fn field<'a>(key: &'static str, value: EventValue<'a>) -> EventField<'a> {
    EventField { key, value }
}

fn span<'a>(taken: &'a Taken, name: &str) -> SpanView<'a> {
    taken.spans().find(|span| span.name() == name).expect("it was recorded")
}

#[test]
fn what_is_said_again_and_again_takes_no_more_room_than_once() {
    let mut process = recording(TraceConfig::default());
    let long = "x".repeat(4000);
    let mut active = ActiveSpan::start(&REQUEST, Parent::None, &[field("first", EventValue::Text(&long))]);
    for round in 0..1000 {
        active.set_field(field("other", EventValue::Text(&long)));
        active.set_field(field("round", EventValue::Display(&round)));
        active.set_field(field("first", EventValue::Display(&round)));
        active.set_status(SpanStatus::Error(&long.repeat(1000)));
    }
    drop(active);
    // Most of a megabyte were text of nobody, and there would be no room for another.
    ActiveSpan::start(&QUERY, Parent::None, &[]).set_status(SpanStatus::Ok);

    let taken = process.take();
    let of = span(taken, "span.request");
    let fields: Vec<_> = of.fields().collect();
    let expected = [("first", "999"), ("other", &long), ("round", "999")];
    assert_eq!(fields, expected.map(|(key, text)| (key, FieldValue::Text(text))));
    let SpanStatus::Error(message) = of.status() else { panic!("{:?}", of.status()) };
    assert_eq!(message.len(), 4096);
    assert_eq!(span(taken, "span.query").status(), SpanStatus::Ok);
}

#[test]
fn a_span_is_recorded_with_all_that_was_said_of_it() {
    let mut process = recording(TraceConfig::default());
    let mut active = ActiveSpan::start(
        &REQUEST,
        Parent::Current,
        &[field("http.route", EventValue::Text("/a")), field("size", EventValue::Int(1))],
    );
    active.set_field(field("size", EventValue::Int(2)));
    active.set_field(field("shown", EventValue::Display(&"late")));
    active.add_event("span.retried", &[field("attempt", EventValue::Int(1))]);
    let caller = TraceContext::parse(CALLER, "").expect("it is valid").span;
    active.add_link(caller, &[field("why", EventValue::Text("batched"))]);
    active.set_status(SpanStatus::Error("it broke"));
    let context = active.context().span;
    assert!(active.is_recording() && context.is_valid() && context.is_sampled);
    drop(active);

    let taken = process.take();
    assert_eq!((taken.spans_len(), taken.logs_len()), (1, 0));
    let span = span(taken, "span.request");
    assert_eq!(span.context(), context);
    assert_eq!((span.kind(), span.target()), (SpanKind::Server, "it"));
    assert_eq!((span.parent(), span.is_parent_remote()), (None, None));
    assert_eq!(span.status(), SpanStatus::Error("it broke"));
    assert!(span.end_unix_nanos() >= span.start_unix_nanos() && span.start_unix_nanos() > 0);
    let fields: Vec<_> = span.fields().collect();
    let expected = [
        ("http.route", FieldValue::Text("/a")),
        ("size", FieldValue::Int(2)),
        ("shown", FieldValue::Text("late")),
    ];
    assert_eq!(fields, expected);
    let events: Vec<_> = span.events().collect();
    assert_eq!((events.len(), events[0].name()), (1, "span.retried"));
    assert_eq!(events[0].fields().collect::<Vec<_>>(), [("attempt", FieldValue::Int(1))]);
    let links: Vec<_> = span.links().collect();
    assert_eq!((links.len(), links[0].context), (1, caller));
    assert_eq!(links[0].fields().collect::<Vec<_>>(), [("why", FieldValue::Text("batched"))]);
}

#[test]
fn a_span_started_within_another_is_its_child_and_events_name_the_innermost() {
    let mut process = recording(TraceConfig::default());
    let request = ActiveSpan::start(&REQUEST, Parent::Current, &[]);
    let request_span = request.context().span;
    let query_span = {
        let _request = request.enter();
        let query = ActiveSpan::start(&QUERY, Parent::Current, &[]);
        let _query = query.enter();
        otel_info!("span.inner");
        query.context().span
    };
    otel_info!("span.outside");
    drop(request);
    let taken = process.take();
    let query = span(taken, "span.query");
    assert_eq!(query.parent(), Some(request_span.span_id));
    assert_eq!(query.is_parent_remote(), Some(false));
    assert_eq!(query.context().trace_id, request_span.trace_id);
    assert_ne!(query_span.span_id, request_span.span_id);
    assert_eq!(only(taken, "span.inner").span(), Some(query_span));
    assert_eq!(only(taken, "span.outside").span(), None);
    let names: Vec<_> = taken.spans().map(|span| span.name()).collect();
    assert_eq!(names, ["span.query", "span.request"], "in the order they end");
}

#[test]
fn parents_can_be_elsewhere() {
    let mut process = recording(TraceConfig::default());
    let caller = TraceContext::parse(CALLER, "vendor=1").expect("it is valid");
    let request = ActiveSpan::start(&REQUEST, Parent::Remote(&caller), &[]);
    assert_eq!(request.context().span.trace_id, caller.span.trace_id);
    assert_eq!(request.context().state, caller.state);
    let context = request.context().clone();
    thread::spawn(move || {
        let _query = ActiveSpan::start(&QUERY, Parent::Local(&context), &[]);
        drop(request);
    })
    .join()
    .expect("it does not panic");
    let taken = process.take();
    let (request, query) = (span(taken, "span.request"), span(taken, "span.query"));
    assert_eq!((request.parent(), request.is_parent_remote()), (Some(caller.span.span_id), Some(true)));
    assert_eq!(request.trace_state(), "vendor=1");
    assert_eq!((query.parent(), query.is_parent_remote()), (Some(request.context().span_id), Some(false)));
}

#[test]
fn without_a_parent_a_trace_begins() {
    let _process = recording(TraceConfig::default());
    let outer = ActiveSpan::start(&REQUEST, Parent::None, &[]);
    let _entered = outer.enter();
    let other = ActiveSpan::start(&REQUEST, Parent::None, &[]);
    assert_ne!(outer.context().span.trace_id, other.context().span.trace_id);
    assert!(other.context().is_random);
}

#[test]
fn ok_is_final() {
    let mut process = recording(TraceConfig::default());
    let mut active = ActiveSpan::start(&REQUEST, Parent::None, &[]);
    active.set_status(SpanStatus::Error("not yet"));
    active.set_status(SpanStatus::Ok);
    active.set_status(SpanStatus::Error("too late"));
    drop(active);
    assert_eq!(span(process.take(), "span.request").status(), SpanStatus::Ok);
}

#[test]
fn what_is_beyond_the_limits_of_a_span_is_counted() {
    let mut process = recording(TraceConfig::default());
    let mut active = ActiveSpan::start(&REQUEST, Parent::None, &[]);
    for _ in 0..PARTICULARS_MAX + 3 {
        active.add_event("span.tick", &[]);
        active.add_link(active.context().span, &[]);
    }
    active.add_event("span.tick", &[]);
    drop(active);
    let span = span(process.take(), "span.request");
    assert_eq!((span.events().count(), span.links().count()), (PARTICULARS_MAX, PARTICULARS_MAX));
    assert_eq!((span.dropped_events(), span.dropped_links()), (4, 3));
}

#[test]
fn spans_that_do_not_fit_are_counted() {
    let mut process = recording(TraceConfig::default());
    let count = || dropped_by(DropReason::QueueFull, Level::Info);
    let (before, text) = (count(), "x".repeat(1000));
    for _ in 0..1000 {
        drop(ActiveSpan::start(&REQUEST, Parent::None, &[field("text", EventValue::Text(&text))]));
    }
    // Spans crowd out no events.
    otel_info!("span.beside");
    let taken = process.take();
    let arrived = taken.spans_len() as u64;
    assert!(arrived > 100 && arrived < 1000, "{arrived} arrived");
    assert_eq!(arrived + count() - before, 1000);
    assert_eq!(taken.logs_len(), 1);
}

#[test]
fn what_the_sampler_leaves_out_is_not_recorded_and_children_follow() {
    let config = TraceConfig { root: Sampler::AlwaysOff, ..TraceConfig::default() };
    let mut process = recording(config);
    let root = ActiveSpan::start(&REQUEST, Parent::None, &[]);
    assert!(!root.is_recording() && !root.context().span.is_sampled && root.context().span.is_valid());
    let child = ActiveSpan::start(&QUERY, Parent::Local(root.context()), &[]);
    assert_eq!(child.context().span.trace_id, root.context().span.trace_id);
    let caller = TraceContext::parse(CALLER, "").expect("it is valid");
    let sampled = ActiveSpan::start(&QUERY, Parent::Remote(&caller), &[]);
    assert!(!child.is_recording() && sampled.is_recording());
    drop((root, child, sampled));
    assert_eq!(process.take().spans_len(), 1);
}

#[test]
fn services_of_one_ratio_decide_alike_and_say_their_threshold() {
    let half = Sampler::Ratio(Ratio::new(0.5).expect("it is a share"));
    let _process = recording(TraceConfig { root: half, child: ChildSampler::Own(half) });
    let mut recorded = 0;
    for _ in 0..200 {
        let root = ActiveSpan::start(&REQUEST, Parent::None, &[]);
        let child = ActiveSpan::start(&QUERY, Parent::Remote(root.context()), &[]);
        assert_eq!(root.is_recording(), child.is_recording());
        let threshold = if root.is_recording() { "ot=th:8" } else { "" };
        assert_eq!(root.context().state.as_str(), threshold);
        recorded += u32::from(root.is_recording());
    }
    // Less likely to fail than that the memory is broken: 200 throws of a coin are nearly never this uneven.
    assert!((40..=160).contains(&recorded), "{recorded}");
}

#[test]
fn who_is_suppressed_records_no_span() {
    let mut process = recording(TraceConfig::default());
    let guard = logs::suppress();
    drop(ActiveSpan::start(&REQUEST, Parent::None, &[]));
    drop(guard);
    assert!(process.take().is_empty());
}

#[test]
fn without_tracing_the_callers_context_is_handed_on() {
    let mut process = Process::with_its();
    let caller = TraceContext::parse(CALLER, "vendor=1").expect("it is valid");
    let active = ActiveSpan::start(&REQUEST, Parent::Remote(&caller), &[]);
    assert_eq!(active.context(), &caller);
    let entered = active.enter();
    otel_info!("span.correlated");
    drop(entered);
    drop(active);
    let taken = process.take();
    assert_eq!((taken.spans_len(), only(taken, "span.correlated").span()), (0, Some(caller.span)));
}
