//! Spans: their fields, events and links, and which of several policies decides.

use edge_policy::{Nanos, Signal, Simple, SpanDecision};
use serde_json::{Value, json};

use crate::record::{Owned, Part, counts, worker};

/// A trace id whose low 7 bytes are exactly half of all there are.
const HALF: [u8; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0x80, 0, 0, 0, 0, 0, 0];

fn policy(id: &str, matchers: Value, keep: Value) -> Value {
    json!({"id": id, "trace": {"match": matchers, "keep": keep}})
}

fn span() -> Part {
    let event = |name| Part::default().with(Simple::SpanEventName, name);
    Part::default()
        .with(Simple::SpanName, "GET /")
        .with(Simple::TraceId, Owned::Bytes(HALF.into()))
        .with(Simple::ParentSpanId, Owned::Bytes(vec![0xab; 8]))
        .with(Simple::SpanKind, 2_i64)
        .with(Simple::SpanStatus, 0_i64)
        .with(Simple::LinkTraceId, Owned::Bytes(vec![0x11; 16]))
        .with(Simple::LinkTraceId, Owned::Bytes(vec![0x22; 16]))
        .attribute("http.method", "GET")
        .event(event("retry").attribute("count", 1_i64).attribute("why", ""))
        .event(event("exception").attribute("count", 3_i64).attribute("type", "Timeout"))
        .event(event(""))
}

/// The decision about one span, and its new trace state if it has one.
fn decide(worker: &mut edge_policy::Worker, span: &Part) -> (SpanDecision, String) {
    let mut session = worker.session(Signal::Trace, Nanos(0)).expect("trace policies");
    session.resource(&());
    session.scope(&());
    let decision = session.span(&span);
    let state = if decision == SpanDecision::TraceState { session.trace_state() } else { b"" };
    (decision, String::from_utf8(state.into()).expect("text"))
}

fn matches(matcher: Value) -> bool {
    let mut worker = worker(&json!([policy("a", json!([matcher]), json!({"percentage": 0}))]));
    decide(&mut worker, &span()).0 == SpanDecision::Drop
}

#[test]
fn every_selector_of_a_span() {
    let check = |matcher: Value, expected| assert_eq!(matches(matcher.clone()), expected, "{matcher}");
    check(json!({"trace_field": "TRACE_FIELD_NAME", "starts_with": "GET"}), true);
    check(json!({"trace_field": "parent_span_id", "exact": "abABabababababab"}), true);
    check(json!({"trace_field": "parent_span_id", "regex": "^abab"}), true);
    check(json!({"trace_field": "trace_state", "exists": false}), true);
    check(json!({"span_attribute": "http.method", "equals": "get", "case_insensitive": true}), true);
    check(json!({"span_kind": "SPAN_KIND_SERVER"}), true);
    check(json!({"span_kind": "client", "negate": true}), true);
    check(json!({"span_status": "unset"}), true);
    check(json!({"span_status": "SPAN_STATUS_CODE_UNSPECIFIED"}), true);
    check(json!({"span_status": 2, "exists": true}), false);
}

#[test]
fn any_event_and_any_link_may_satisfy() {
    let check = |matcher: Value, expected| assert_eq!(matches(matcher.clone()), expected, "{matcher}");
    check(json!({"event_name": "exception"}), true);
    check(json!({"event_name": "retry", "exists": true}), true);
    check(json!({"event_name": "retry", "negate": true}), false);
    check(json!({"event_name": "other"}), false);
    check(json!({"event_name": "other", "negate": true}), true);
    check(json!({"event_name": ""}), false);
    check(json!({"event_attribute": "type"}), true);
    check(json!({"event_attribute": "why", "exists": true}), true);
    check(json!({"event_attribute": "none", "exists": false}), true);
    check(json!({"event_attribute": "count", "gt": 2}), true);
    check(json!({"event_attribute": "count", "equals": 1}), true);
    check(json!({"event_attribute": "count", "gt": 3}), false);
    check(json!({"event_attribute": "count", "gt": 2, "negate": true}), false);
    check(json!({"event_attribute": "type", "regex": "^Time"}), true);
    check(json!({"event_attribute": "type", "exact": "Timeout"}), true);
    check(json!({"event_attribute": "type", "contains": "MEO", "case_insensitive": true}), true);
    check(json!({"link_trace_id": "11111111111111111111111111111111"}), true);
    check(json!({"link_trace_id": "2222222222222222222222222222222222".get(..32)}), true);
    check(json!({"link_trace_id": "33333333333333333333333333333333", "exists": true}), false);
}

#[test]
fn many_policies_on_events_are_told_apart() {
    let by = |id: &str, matcher: Value| policy(id, json!([matcher]), json!({"percentage": 100}));
    let mut worker = worker(&json!([
        by("a", json!({"event_attribute": "type", "starts_with": "T"})),
        by("b", json!({"event_attribute": "type", "starts_with": "X"})),
        by("c", json!({"event_attribute": "type", "ends_with": "out"})),
        by("d", json!({"event_attribute": "type", "regex": "m.o"})),
        by("e", json!({"event_attribute": "type", "regex": "z.o"})),
        by("f", json!({"event_attribute": "type", "contains": "o"})),
        by("g", json!({"event_name": "exception"})),
        by("h", json!({"event_name": "retried"})),
    ]));
    decide(&mut worker, &span());
    let hit: Vec<String> = counts(&mut worker).into_iter().map(|(id, ..)| id).collect();
    assert_eq!(hit, ["a", "c", "d", "f", "g"]);
}

/// Neither the time of a walk from the first to each nor the memory of every policy for each would be there.
#[test]
fn many_events_cost_no_more_than_their_number() {
    const EVENTS: usize = 200_000;
    const POLICIES: usize = 2_000;
    let policy = |index| {
        let matcher = match index % 3 {
            0 => json!({"event_name": "retry"}),
            1 => json!({"event_attribute": "type", "exact": "Timeout"}),
            _ => json!({"event_attribute": "type", "starts_with": "Time"}),
        };
        policy(&format!("p{index}"), json!([matcher]), json!({"percentage": 100}))
    };
    let mut worker = worker(&(0..POLICIES).map(policy).collect());
    let event = Part::default().with(Simple::SpanEventName, "retry").attribute("type", "Timeout");
    let span = Part { events: vec![event; EVENTS], ..span() };
    assert_eq!(decide(&mut worker, &span), (SpanDecision::TraceState, "ot=th:0".into()));
    let counts = counts(&mut worker);
    assert_eq!(counts.len(), POLICIES);
    assert!(counts.iter().all(|(_, hits, misses)| (*hits, *misses) == (1, 0)));
}

#[test]
fn the_lowest_percentage_decides_and_of_equal_ones_the_first() {
    let all = json!([{"trace_field": "name", "exists": true}]);
    let with = |id: &str, percentage: f64| policy(id, all.clone(), json!({"percentage": percentage}));
    let check = |policies: Value, expected: SpanDecision, state: &str, rows: &[(&str, u64, u64)]| {
        let mut worker = worker(&policies);
        assert_eq!(decide(&mut worker, &span()), (expected, state.to_owned()), "{policies}");
        let rows: Vec<_> = rows.iter().map(|(id, hits, misses)| ((*id).to_owned(), *hits, *misses)).collect();
        assert_eq!(counts(&mut worker), rows, "{policies}");
    };
    let kept = SpanDecision::TraceState;
    check(json!([with("a", 100.0), with("b", 50.0)]), kept, "ot=th:8", &[("a", 1, 0), ("b", 1, 0)]);
    check(
        json!([with("a", 60.0), with("b", 10.0), with("c", 10.0)]),
        SpanDecision::Drop,
        "",
        &[("a", 0, 1), ("b", 1, 0), ("c", 0, 1)],
    );
}

#[test]
fn a_span_that_no_policy_matches_passes_untouched() {
    let matchers = json!([{"trace_field": "name", "exact": "other"}]);
    let mut worker = worker(&json!([policy("a", matchers, json!({"percentage": 0}))]));
    assert_eq!(decide(&mut worker, &span()).0, SpanDecision::Keep);
}
