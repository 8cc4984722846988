//! Spans that are structs: what is declared is what arrives.

use std::future::{Future, poll_fn};
use std::mem;
use std::task::{Context, Poll, Waker};

use telemetry::logs::{FieldValue, SpanView, Taken};
use telemetry::trace::{
    self, DeclaredSpan, Parent, Sampler, SpanKind, SpanStatus, TraceConfig, TraceContext,
};
use telemetry::{AttributeKind, AttributeValue, Stability, event, linked, span};

use crate::process::{Process, only};

/// What came of it.
#[derive(AttributeValue, Clone, Copy)]
enum Outcome {
    Kept,
    Dropped,
}

/// Evaluates one request.
#[span(name = "declared.request", kind = "server", stability = "alpha")]
struct RequestSpan<'a> {
    /// Method of the request.
    #[attribute(key = "http.request.method")]
    method: &'static str,
    /// Path of the request.
    #[attribute(key = "url.path")]
    path: &'a str,
    /// Status of the response.
    #[attribute(key = "http.response.status_code")]
    status_code: Option<u16>,
    /// What came of it.
    #[attribute(key = "declared.outcome")]
    outcome: Option<Outcome>,
    /// Why it failed.
    #[attribute(key = "error.type", deprecated = "say more")]
    r#type: Option<&'a str>,
}

/// Asks somebody else.
#[span(name = "declared.query")]
struct QuerySpan;

/// A policy matched.
#[event(name = "declared.policy.matched", severity = "debug")]
struct PolicyMatched<'a> {
    /// Id of the policy.
    #[attribute(key = "declared.policy.id")]
    id: &'a str,
}

const CALLER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn recording(root: Sampler) -> Process {
    let process = Process::with_its();
    trace::init(Some(TraceConfig { root, ..TraceConfig::default() }));
    process
}

fn request(path: &str) -> RequestSpan<'_> {
    RequestSpan { method: "GET", path, status_code: None, outcome: None, r#type: None }
}

fn one<'a>(taken: &'a Taken, name: &str) -> SpanView<'a> {
    let mut found = taken.spans().filter(|span| span.name() == name);
    let span = found.next().expect("it was recorded");
    assert!(found.next().is_none(), "{name} was recorded twice");
    span
}

#[test]
fn a_declared_span_arrives_with_what_was_set_when_it_started_and_later() {
    let mut process = recording(Sampler::AlwaysOn);
    let mut span = request("/a").start();
    let entered = span.enter();
    span.set(RequestSpan::STATUS_CODE, 200);
    span.set(RequestSpan::PATH, "/b");
    span.set(RequestSpan::OUTCOME, Outcome::Dropped);
    span.set(RequestSpan::OUTCOME, Outcome::Kept);
    let word = String::from("borrowed");
    span.set(RequestSpan::TYPE, &word);
    let caller = TraceContext::parse(CALLER, "").expect("it is valid").span;
    span.link(caller);
    span.event(&PolicyMatched { id: "p-1" });
    span.set_status(SpanStatus::Error("broken"));
    drop((entered, span));

    let view = one(process.take(), "declared.request");
    assert_eq!((view.kind(), view.target(), view.parent()), (SpanKind::Server, "it", None));
    let fields: Vec<_> = view.fields().collect();
    assert_eq!(
        fields,
        [
            ("http.request.method", FieldValue::Text("GET")),
            ("url.path", FieldValue::Text("/b")),
            ("http.response.status_code", FieldValue::Int(200)),
            ("declared.outcome", FieldValue::Text("kept")),
            ("error.type", FieldValue::Text("borrowed")),
        ]
    );
    assert_eq!(view.status(), SpanStatus::Error("broken"));
    let event = view.events().next().expect("one was kept");
    assert_eq!(event.name(), "declared.policy.matched");
    assert_eq!(event.fields().next(), Some(("declared.policy.id", FieldValue::Text("p-1"))));
    assert_eq!(view.links().next().map(|link| link.context), Some(caller));
}

#[test]
fn what_happens_within_a_span_has_its_ids() {
    let mut process = recording(Sampler::AlwaysOn);
    let request = request("/").start();
    let _in_request = request.enter();
    let query = QuerySpan.start();
    {
        let _in_query = query.enter();
        PolicyMatched { id: "p-1" }.emit();
    }
    let (outer, inner) = (request.context().span, query.context().span);
    drop(query);
    let taken = process.take();
    assert_eq!(only(taken, "declared.policy.matched").span(), Some(inner));
    let view = one(taken, "declared.query");
    assert_eq!((view.kind(), view.parent()), (SpanKind::Internal, Some(outer.span_id)));
    assert_eq!((view.is_parent_remote(), inner.trace_id), (Some(false), outer.trace_id));
}

/// Gives others their turn once.
async fn turn() {
    let mut has_waited = false;
    poll_fn(|_| if mem::replace(&mut has_waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

#[test]
fn tasks_that_take_turns_on_a_thread_keep_their_spans_apart() {
    let mut process = recording(Sampler::AlwaysOn);
    let mut spans = [request("/a").start(), request("/b").start()];
    let contexts = spans.each_ref().map(|span| span.context().span);
    let mut tasks = spans.each_mut().map(|span| {
        let context = span.context().clone();
        Box::pin(trace::within(context, async {
            turn().await;
            PolicyMatched { id: "p-1" }.emit();
            // Nobody else's guard is in the way of saying more.
            span.set(RequestSpan::STATUS_CODE, 200);
        }))
    });
    let mut task = Context::from_waker(Waker::noop());
    for expected in [Poll::Pending, Poll::Ready(())] {
        assert_eq!(tasks.each_mut().map(|one| one.as_mut().poll(&mut task)), [expected; 2]);
        assert_eq!(trace::current(), None, "between the turns");
    }
    drop(tasks);
    drop(spans);
    let seen: Vec<_> = process.take().logs().map(|log| log.span()).collect();
    assert_eq!(seen, contexts.map(Some));
}

#[test]
fn a_trace_goes_through_from_header_to_header() {
    let mut process = recording(Sampler::AlwaysOff);
    let caller = TraceContext::parse(CALLER, "vendor=1").expect("it is valid");
    let span = request("/").start_in(Parent::Remote(&caller));
    let sent = span.context().traceparent();
    assert_eq!(span.context().state.as_str(), "vendor=1");
    drop(span);
    assert_eq!((&sent[..36], &sent[52..]), (&CALLER[..36], "-01"));
    assert_ne!(sent, CALLER);
    let view = one(process.take(), "declared.request");
    assert_eq!((view.parent(), view.is_parent_remote()), (Some(caller.span.span_id), Some(true)));
    assert_eq!(sent[36..52], view.context().span_id.to_string());
}

#[test]
fn what_is_not_sampled_is_handed_on_and_not_kept() {
    let mut process = recording(Sampler::AlwaysOff);
    let mut span = request("/").start();
    assert!(!span.is_recording() && span.context().span.is_valid());
    span.set(RequestSpan::STATUS_CODE, 200);
    span.event(&PolicyMatched { id: "p-1" });
    assert!(span.context().traceparent().ends_with("-02"), "its own id is random");
    drop(span);
    assert!(process.take().is_empty());
}

#[test]
fn the_descriptor_says_what_was_declared() {
    let descriptor = RequestSpan::DESCRIPTOR;
    assert_eq!((descriptor.name, descriptor.brief), ("declared.request", "Evaluates one request."));
    assert_eq!((descriptor.kind, descriptor.stability), (SpanKind::Server, Stability::Alpha));
    let fields: Vec<_> =
        descriptor.fields.iter().map(|field| (field.attribute.key, field.is_required)).collect();
    assert_eq!(
        fields,
        [
            ("http.request.method", true),
            ("url.path", true),
            ("http.response.status_code", false),
            ("declared.outcome", false),
            ("error.type", false),
        ]
    );
    assert_eq!(descriptor.fields[2].attribute.kind, AttributeKind::Int);
    assert_eq!(descriptor.fields[4].attribute.deprecated, Some("say more"));
    assert_eq!(RequestSpan::TYPE.key(), "error.type");
}

/// Nobody ever starts it.
#[span(name = "declared.never", kind = "producer")]
struct NeverSpan {}

#[test]
fn every_span_that_is_linked_is_listed_live_or_not() {
    let spans = linked::spans();
    let never = spans.iter().find(|span| span.name == "declared.never");
    assert_eq!(never.map(|span| span.kind), Some(SpanKind::Producer));
    assert_eq!(never.copied(), Some(NeverSpan::DESCRIPTOR));
    assert!(spans.is_sorted_by_key(|span| span.name));
}
