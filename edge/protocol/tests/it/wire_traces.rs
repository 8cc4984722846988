//! Bodies of traces that are legal and unusual, and bodies that are not.

use edge_protocol::{Outcome, TracesJson, TracesProtobuf};

use crate::wire::{check_by, fails_open_by, message};

/// Drops spans with the event `x`, with an error or with a link to a trace; writes the trace state of servers.
const POLICIES: &[u8] = br#"[
    {"id":"event","trace":{"match":[{"event_name":"x"}],"keep":{"percentage":0}}},
    {"id":"link","trace":{"match":[{"link_trace_id":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}],"keep":{"percentage":0}}},
    {"id":"status","trace":{"match":[{"span_status":"error"}],"keep":{"percentage":0}}},
    {"id":"kind","trace":{"match":[{"span_kind":"server"}],"keep":{"percentage":100}}}]"#;

/// Wraps spans, or what stands for them, in a scope and a resource.
fn json(spans: &str) -> String {
    format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{spans}]}}]}}]}}"#)
}

#[track_caller]
fn check_json(spans: &str, expected: &str) {
    check_by(POLICIES, &TracesJson, json(spans).as_bytes(), json(expected).as_bytes());
}

#[test]
fn json_around_a_dropped_span_and_a_new_trace_state_stands() {
    check_json(
        r#" {"events":[{"name":"y"},{"name":"x"}]} , {"n":1e400,"kind":2 ,"traceState" : "v=1" },{"status":{"code":2}}"#,
        r#" {"n":1e400,"kind":2 ,"traceState" : "ot=th:0,v=1" }"#,
    );
}

#[test]
fn json_trace_states_are_written_wherever_they_stand() {
    for (span, expected) in [
        (r#"{"kind":2}"#, r#"{"traceState":"ot=th:0","kind":2}"#),
        (r#"{ "kind":"SPAN_KIND_SERVER"}"#, r#"{"traceState":"ot=th:0", "kind":"SPAN_KIND_SERVER"}"#),
        (r#"{"trace_state":null,"kind":"2"}"#, r#"{"trace_state":"ot=th:0","kind":"2"}"#),
        (r#"{"kind":2,"traceState":""}"#, r#"{"kind":2,"traceState":"ot=th:0"}"#),
        (
            r#"{"traceState":"v=0","kind":2,"traceState":"v=1"}"#,
            r#"{"traceState":"ot=th:0,v=1","kind":2,"traceState":"ot=th:0,v=1"}"#,
        ),
        (r#"{"traceState":"v=\u0031","kind":2}"#, r#"{"traceState":"ot=th:0,v=1","kind":2}"#),
    ] {
        check_json(span, expected);
    }
    let every: &[u8] =
        br#"[{"id":"p","trace":{"match":[{"trace_field":"name","exists":false}],"keep":{"percentage":100}}}]"#;
    let (body, expected) =
        (json("{}, {\n}"), json("{\"traceState\":\"ot=th:0\"}, {\"traceState\":\"ot=th:0\"\n}"));
    check_by(every, &TracesJson, body.as_bytes(), expected.as_bytes());
}

#[test]
fn json_members_of_a_span_may_be_spelled_either_way() {
    for span in [
        r#"{"events":[{"name":"\u0078"}]}"#,
        r#"{"links":[{},{"trace_id":"0A0A0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}]}"#,
        r#"{"status":{"message":"m","code":"STATUS_CODE_ERROR"}}"#,
        r#"{"status":{"code":"2"}}"#,
    ] {
        check_json(&format!("{{}},{span}"), "{}");
    }
}

#[test]
fn a_status_is_unset_in_every_way_to_say_nothing() {
    const UNSET: &[u8] =
        br#"[{"id":"p","trace":{"match":[{"span_status":"unset"}],"keep":{"percentage":0}}}]"#;
    let left = json(r#"{"status":{"code":1}}"#);
    for status in [
        "null",
        "{}",
        r#"{"code":0}"#,
        r#"{"code":null}"#,
        r#"{"code":"STATUS_CODE_UNSET"}"#,
        r#"{"code":2,"code":null}"#,
    ] {
        let spans = format!(r#"{{"status":{status}}},{{"status":{{"code":1}}}}"#);
        check_by(UNSET, &TracesJson, json(&spans).as_bytes(), left.as_bytes());
    }
}

#[test]
fn json_nulls_of_a_span_are_absent() {
    for span in [
        r#"{"traceId":null,"spanId":null,"traceState":null,"parentSpanId":null,"name":null,"kind":null}"#,
        r#"{"attributes":null,"events":null,"links":null,"status":null}"#,
        r#"{"events":[{"name":null,"attributes":null}],"links":[{"traceId":null}],"status":{"code":null}}"#,
    ] {
        check_json(span, span);
    }
}

#[test]
fn json_spans_that_are_not_understood_are_left_whole() {
    for second in [
        r#"{"kind":"SPAN_KIND_NEW"}"#,
        r#"{"kind":"server"}"#,
        r#"{"status":{"code":"STATUS_CODE_NEW"}}"#,
        r#"{"status":2}"#,
        r#"{"traceId":"0a0"}"#,
        r#"{"links":[{"traceId":"xy"}]}"#,
        r#"{"links":{}}"#,
        r#"{"events":[null]}"#,
        r#"{"events":[{"name":1}]}"#,
        r#"{"traceState":[]}"#,
        "1",
    ] {
        let body = json(&format!(r#"{{"events":[{{"name":"x"}}]}},{{"kind":2}},{second}"#));
        assert!(fails_open_by(POLICIES, &TracesJson, body.as_bytes()), "{body}");
    }
}

/// A span of a server, with fields of a later version around its trace state, if it has one.
fn server(states: &[&str], padding: usize) -> Vec<u8> {
    let mut span = message(&[(90, b"new")]);
    span.extend([0x30, 0x02]);
    span.extend(message(&states.iter().map(|state| (3, state.as_bytes())).collect::<Vec<_>>()));
    span.extend(message(&[(91, &b"y".repeat(padding))]));
    span
}

fn request(spans: &[&[u8]]) -> Vec<u8> {
    let spans = message(&spans.iter().map(|span| (2, *span)).collect::<Vec<_>>());
    message(&[(1, &message(&[(2, &spans), (92, b"new")]))])
}

#[track_caller]
fn check(spans: &[&[u8]], expected: &[&[u8]]) {
    check_by(POLICIES, &TracesProtobuf, &request(spans), &request(expected));
}

#[test]
fn protobuf_trace_states_are_written_where_they_stood() {
    check(&[&server(&["v=1"], 1)], &[&server(&["ot=th:0,v=1"], 1)]);
    // Of several the last counts.
    check(&[&server(&["v=0", "v=1"], 1)], &[&server(&["ot=th:0,v=1"], 1)]);
    let absent = server(&[], 1);
    check(&[&absent], &[&[&message(&[(3, b"ot=th:0")])[..], &absent].concat()]);
}

#[test]
fn protobuf_lengths_of_spans_of_any_size_are_fixed_up() {
    for padding in [0, 80, 90, 100, 110, 120, 127, 128, 16_300, 16_360, 16_370, 16_400] {
        let event = message(&[(11, &message(&[(2, b"x")]))]);
        check(&[&server(&["v=1"], padding), &event], &[&server(&["ot=th:0,v=1"], padding)]);
    }
}

#[test]
fn protobuf_messages_in_a_span_are_looked_at() {
    let other = message(&[(11, &message(&[(2, b"y"), (93, b"new")])), (13, b""), (15, b"")]);
    for dropped in [
        message(&[(11, b""), (11, &message(&[(3, b""), (2, b"x")]))]),
        message(&[(13, &message(&[(1, &[0x0b; 16])])), (13, &message(&[(1, &[0x0a; 16])]))]),
        message(&[(15, &[0x18, 0x02])]),
        // Two halves of one message: the code stands in the first.
        message(&[(15, &[0x18, 0x02]), (15, &message(&[(2, b"text")]))]),
    ] {
        check(&[&other, &dropped, &other], &[&other, &other]);
    }
}

#[test]
fn protobuf_spans_that_are_not_understood_are_left_whole() {
    let dropped = message(&[(11, &message(&[(2, b"x")]))]);
    let whole = request(&[&dropped, &server(&["v=1"], 1)]);
    for end in 1..whole.len() {
        assert!(fails_open_by(POLICIES, &TracesProtobuf, &whole[..end]), "cut at {end}");
    }
    for span in [
        message(&[(6, b"server")]),
        message(&[(11, &[0x10, 0x01])]),
        message(&[(13, &[0x08, 0x01])]),
        message(&[(15, &message(&[(3, b"error")]))]),
        vec![0x58, 0x01],
        vec![0x18, 0x01],
    ] {
        assert!(fails_open_by(POLICIES, &TracesProtobuf, &request(&[&dropped, &span])), "{span:x?}");
    }
}

#[test]
fn a_batch_whose_spans_were_all_dropped_is_emptied() {
    let span = message(&[(15, &[0x18, 0x02])]);
    let outcome = |filter, body: &[u8]| crate::filter(filter, body, &mut crate::worker(POLICIES)).outcome;
    assert_eq!(outcome(&TracesProtobuf, &request(&[&span, &span])), Outcome::Emptied);
    assert_eq!(outcome(&TracesJson, json(r#"{"status":{"code":2}}"#).as_bytes()), Outcome::Emptied);
    assert_eq!(outcome(&TracesProtobuf, b""), Outcome::Unchanged);
}
