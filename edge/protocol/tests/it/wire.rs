//! Bodies of logs that are legal and unusual, and bodies that are not.

use edge_protocol::{BodyFilter, FailOpen, LogsJson, LogsProtobuf, Outcome};
use edge_stream::protobuf::{write_bytes, write_varint};

const DROP_X: &[u8] = br#"[{"id":"p","log":{"match":[{"log_field":"body","contains":"x"},{"resource_attribute":"s","exact":"v"}],"keep":"none"}}]"#;

#[track_caller]
fn check(filter: &dyn BodyFilter, body: &[u8], expected: &[u8]) {
    check_by(DROP_X, filter, body, expected);
}

/// Checks what the policies make of a body.
#[track_caller]
pub(crate) fn check_by(policies: &[u8], filter: &dyn BodyFilter, body: &[u8], expected: &[u8]) {
    let outcome = crate::filter(filter, body, &mut crate::worker(policies)).outcome;
    let show = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match outcome {
        Outcome::Replaced(output) => assert_eq!(show(&output), show(expected)),
        Outcome::Unchanged => assert_eq!(show(body), show(expected)),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check_json(body: &str, expected: &str) {
    check(&LogsJson, body.as_bytes(), expected.as_bytes());
}

fn fails_open(filter: &dyn BodyFilter, body: &[u8]) -> bool {
    fails_open_by(DROP_X, filter, body)
}

/// Whether a body goes on unevaluated and uncounted.
pub(crate) fn fails_open_by(policies: &[u8], filter: &dyn BodyFilter, body: &[u8]) -> bool {
    let mut worker = crate::worker(policies);
    let filtered = crate::filter(filter, body, &mut worker);
    worker.drain_tallies(|_, _| panic!("nothing is counted of a body that goes on unchanged"));
    filtered.outcome == Outcome::FailOpen(FailOpen::Malformed)
}

const RESOURCE: &str = r#""resource":{"attributes":[{"key":"s","value":{"stringValue":"v"}}]}"#;

#[test]
fn json_around_a_dropped_record_stands() {
    check_json(
        &format!(
            "{{ \"resourceLogs\" : [ {{{RESOURCE}, \"scopeLogs\":[ {{\"logRecords\":[\n  {{\"body\":{{\"stringValue\":\"x\"}}}} ,\n  {{\"n\":1e400,\"n\":2}}\t,\n {{\"body\":{{\"stringValue\":\"x\"}}}}\n] }} ]}} ], \"z\":0 }}\n"
        ),
        &format!(
            "{{ \"resourceLogs\" : [ {{{RESOURCE}, \"scopeLogs\":[ {{\"logRecords\":[\n  {{\"n\":1e400,\"n\":2}}\n] }} ]}} ], \"z\":0 }}\n"
        ),
    );
}

#[test]
fn json_members_may_come_in_any_order_and_either_spelling() {
    let scopes = r#"[{"log_records":[{"body":{"string_value":"x"}},{"body":{"stringValue":"\u0079"}}]}]"#;
    let left = r#"[{"log_records":[{"body":{"stringValue":"\u0079"}}]}]"#;
    check_json(
        &format!(r#"{{"resource_logs":[{{"scopeLogs":{scopes},{RESOURCE}}}]}}"#),
        &format!(r#"{{"resource_logs":[{{"scopeLogs":{left},{RESOURCE}}}]}}"#),
    );
    check_json(
        &r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"\u0078"}},1]}]}]}"#
            .to_string()
            .replace(",1]", "]"),
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"\u0078"}}]}]}]}"#,
    );
}

#[test]
fn json_nulls_are_absent() {
    for body in [
        r#"{"resourceLogs":null}"#,
        r#"{"resourceLogs":[{"resource":null,"scopeLogs":null}]}"#,
        r#"{"resourceLogs":[{"scopeLogs":[{"scope":null,"logRecords":[{"body":null,"attributes":null,"traceId":null}]}]}]}"#,
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":null}}]}]}]}"#,
        "{}",
    ] {
        check_json(body, body);
    }
}

#[test]
fn json_that_is_not_understood_is_left_whole() {
    let with = |scopes: &str| format!(r#"{{"resourceLogs":[{{{RESOURCE},"scopeLogs":{scopes}}}]}}"#);
    for body in [
        with(r#"[{"logRecords":[{"body":{"stringValue":"x"}},{"body":5}]}]"#),
        with(r#"[{"logRecords":[{"body":{"stringValue":"x"}},{"body":{"stringValue":5}}]}]"#),
        with(r#"[{"logRecords":[{"body":{"stringValue":"x"}}],"logRecords":[]}]"#),
        with(r#"[{"logRecords":{"body":{"stringValue":"x"}}}]"#),
        with(r#"[{"logRecords":[{"body":{"stringValue":"x"}}]}]"#) + "x",
        with(r#"[{"logRecords":[{"body":{"stringValue":"x"}}]}"#),
        format!("\u{feff}{}", with("[]")),
        "[]".into(),
        "null".into(),
        String::new(),
    ] {
        assert!(fails_open(&LogsJson, body.as_bytes()), "{body}");
    }
    assert!(fails_open(&LogsJson, b"{\"resourceLogs\":\"\xff\"}"));
}

/// A message of length-delimited fields.
pub(crate) fn message(fields: &[(u32, &[u8])]) -> Vec<u8> {
    let mut output = Vec::new();
    for (number, content) in fields {
        write_bytes(&mut output, *number, content);
    }
    output
}

fn record(body: &str) -> Vec<u8> {
    message(&[(5, &message(&[(1, body.as_bytes())])), (99, b"unknown")])
}

fn resource() -> Vec<u8> {
    message(&[(1, &message(&[(1, b"s"), (2, &message(&[(1, b"v")]))]))])
}

#[test]
fn protobuf_fields_may_come_in_any_order_and_unknown_ones_stay() {
    let body = |records: &[(u32, &[u8])]| {
        let scope = message(&[&[(77, &b"scope"[..])], records, &[(3, b"url")]].concat());
        message(&[(88, b"top"), (1, &message(&[(2, &scope), (66, b"mid"), (1, &resource())]))])
    };
    check(
        &LogsProtobuf,
        &body(&[(2, &record("x")), (2, &record("y")), (2, &record("x"))]),
        &body(&[(2, &record("y"))]),
    );
}

#[test]
fn of_a_field_that_comes_twice_the_last_counts_an_empty_one_too() {
    const DROP: &[u8] =
        br#"[{"id":"p","log":{"match":[{"log_field":"severity_text","exists":true}],"keep":"none"}},
        {"id":"q","log":{"match":[{"log_field":"severity_number","gt":0}],"keep":"none"}}]"#;
    let is_dropped = |filter: &dyn BodyFilter, body: &[u8]| {
        crate::filter(filter, body, &mut crate::worker(DROP)).outcome == Outcome::Emptied
    };
    let json =
        |members: &str| format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{{members}}}]}}]}}]}}"#);
    for (members, expected) in [
        (r#""severityText":"","severityText":"I""#, true),
        (r#""severityText":"I","severityText":"""#, false),
        (r#""severityText":"I","severityText":null"#, false),
        (r#""severityNumber":0,"severityNumber":9"#, true),
        (r#""severityNumber":9,"severity_number":"0""#, false),
    ] {
        assert_eq!(is_dropped(&LogsJson, json(members).as_bytes()), expected, "{members}");
    }
    let protobuf = |record: &[u8]| message(&[(1, &message(&[(2, &message(&[(2, record)]))]))]);
    for (record, expected) in [
        (message(&[(3, b""), (3, b"I")]), true),
        (message(&[(3, b"I"), (3, b"")]), false),
        (vec![0x10, 0, 0x10, 9], true),
        (vec![0x10, 9, 0x10, 0], false),
    ] {
        assert_eq!(is_dropped(&LogsProtobuf, &protobuf(&record)), expected, "{record:x?}");
    }
}

#[test]
fn protobuf_lengths_of_any_size_are_fixed_up() {
    for padding in [0, 100, 120, 127, 128, 16_300, 16_400] {
        let long = "y".repeat(padding);
        let body =
            |records: &[(u32, &[u8])]| message(&[(1, &message(&[(1, &resource()), (2, &message(records))]))]);
        check(&LogsProtobuf, &body(&[(2, &record(&long)), (2, &record("x"))]), &body(&[(2, &record(&long))]));
    }
}

#[test]
fn a_tag_may_be_longer_than_it_must() {
    let mut body = Vec::new();
    let group = message(&[(1, &resource()), (2, &message(&[(2, &record("x")), (2, &record("y"))]))]);
    body.extend([0x8a, 0x80, 0x00]);
    write_varint(&mut body, group.len() as u64);
    body.extend(&group);
    let left = message(&[(1, &message(&[(1, &resource()), (2, &message(&[(2, &record("y"))]))]))]);
    check(&LogsProtobuf, &body, &left);
}

#[test]
fn protobuf_that_is_not_understood_is_left_whole() {
    let scope = message(&[(2, &record("x"))]);
    let cut = message(&[(1, &message(&[(1, &resource()), (2, &scope)]))]);
    for end in 1..cut.len() {
        assert!(fails_open(&LogsProtobuf, &cut[..end]), "cut at {end}");
    }
    for body in [
        message(&[(1, &message(&[(1, &resource()), (1, &resource()), (2, &scope)]))]),
        message(&[(1, &message(&[(1, &resource()), (2, &message(&[(2, &[0x28, 1])]))]))]),
        [&cut[..], &[0x0b]].concat(),
        vec![0x08, 0x01],
    ] {
        assert!(fails_open(&LogsProtobuf, &body), "{body:x?}");
    }
}

#[test]
fn a_batch_that_came_empty_goes_on_and_one_that_was_emptied_does_not() {
    check(&LogsProtobuf, b"", b"");
    let all = message(&[(1, &message(&[(1, &resource()), (2, &message(&[(2, &record("x"))]))]))]);
    assert_eq!(crate::filter(&LogsProtobuf, &all, &mut crate::worker(DROP_X)).outcome, Outcome::Emptied);
    let json = format!(
        r#"{{"resourceLogs":[{{{RESOURCE},"scopeLogs":[{{"logRecords":[{{"body":{{"stringValue":"x"}}}}]}}]}}]}}"#
    );
    assert_eq!(
        crate::filter(&LogsJson, json.as_bytes(), &mut crate::worker(DROP_X)).outcome,
        Outcome::Emptied
    );
}

const REDACT: &[u8] =
    br#"[{"id":"p","log":{"match":[{"log_field":"severity_text","exists":true}],"transform":{"redact":[
    {"log_attribute":"card","regex":"[0-9]+"},{"log_attribute":["u","card"]}]}}}]"#;

fn redacted(attributes: &str) -> Outcome {
    let body = format!(
        r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"severityText":"I","attributes":[{attributes}]}}]}}]}}]}}"#
    );
    crate::filter(&LogsJson, body.as_bytes(), &mut crate::worker(REDACT)).outcome
}

#[test]
fn every_attribute_of_one_key_is_redacted_by_its_own_text() {
    let text = |key: &str, text: &str| format!(r#"{{"key":"{key}","value":{{"stringValue":"{text}"}}}}"#);
    let map = |entry: &str| format!(r#"{{"key":"u","value":{{"kvlistValue":{{"values":[{entry}]}}}}}}"#);
    for (came, left) in [
        ([text("card", "none"), text("card", "4111")], [text("card", "none"), text("card", "[REDACTED]")]),
        (
            [text("card", "a 1"), text("card", "b 2 more")],
            [text("card", "a [REDACTED]"), text("card", "b [REDACTED] more")],
        ),
        ([text("u", "x"), map(&text("card", "4111"))], [text("u", "x"), map(&text("card", "[REDACTED]"))]),
        ([map(""), map(&text("card", "4111"))], [map(""), map(&text("card", "[REDACTED]"))]),
    ] {
        let Outcome::Replaced(body) = redacted(&came.join(",")) else {
            panic!("{came:?} went on as it came")
        };
        let body = String::from_utf8(body).expect("UTF-8");
        assert!(body.contains(&left.join(",")), "{body}");
    }
}

#[test]
fn what_a_later_version_says_of_an_attribute_outlives_a_change() {
    const CHANGE: &[u8] = br#"[{"id":"p","log":{"match":[{"log_field":"severity_text","exists":true}],"transform":{
        "remove":[{"log_attribute":["m","gone"]}],"redact":[{"log_attribute":"card"}],
        "rename":[{"from_log_attribute":"old","to":"new"}],"add":[{"log_attribute":"set","value":"v","upsert":true}]}}}]"#;
    let json = |attributes: &str| {
        format!(
            r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"severityText":"I","attributes":[{attributes}]}}]}}]}}]}}"#
        )
    };
    let came = json(
        r#"{"later":1,"key":"card","value":{"stringValue":"4111"},"x":[1, 2]},{"key":"m","value":{"kvlistValue":{"values":[{"key":"gone"}]}},"x":2},{"key":"old","y":{}},{"key":"set","x":null}"#,
    );
    let left = json(
        r#"{"key":"card","value":{"stringValue":"[REDACTED]"},"later":1,"x":[1, 2]},{"key":"m","value":{"kvlistValue":{"values":[]}},"x":2},{"key":"set","value":{"stringValue":"v"},"x":null},{"key":"new","value":null,"y":{}}"#,
    );
    check_by(CHANGE, &LogsJson, came.as_bytes(), left.as_bytes());
    let text = |text: &str| message(&[(1, text.as_bytes())]);
    let entry = |key: &str, value: &[u8]| message(&[(1, key.as_bytes()), (2, value), (9, b"later")]);
    let body = |entries: &[Vec<u8>]| {
        let entries = entries.iter().map(|entry| (6, &entry[..])).collect::<Vec<_>>();
        let record = message(&[&[(3, &b"I"[..])], &entries[..]].concat());
        message(&[(1, &message(&[(2, &message(&[(2, &record)]))]))])
    };
    check_by(
        CHANGE,
        &LogsProtobuf,
        &body(&[entry("card", &text("4111")), entry("set", b""), entry("old", &[0x18, 5])]),
        &body(&[entry("card", &text("[REDACTED]")), entry("set", &text("v")), entry("new", &[0x18, 5])]),
    );
}

#[test]
fn a_value_that_cannot_be_read_does_not_pass_a_redaction_unnoticed() {
    for value in [
        r#"{"intValue":"4111 1111"}"#,
        r#""4111 1111""#,
        r#"{"bytesValue":"QR=="}"#,
        r#"{"kvlistValue":{"values":[{"key":"card","value":{"stringValue":"4111"}},5]}}"#,
    ] {
        for key in ["card", "u"] {
            let attribute = format!(r#"{{"key":"{key}","value":{value}}}"#);
            assert_eq!(redacted(&attribute), Outcome::FailOpen(FailOpen::Malformed), "{attribute}");
        }
    }
}

#[test]
fn maps_nested_without_end_are_not_understood() {
    let nested = (0..2_000).fold(message(&[(1, b"x")]), |value, _| {
        message(&[(6, &message(&[(1, &message(&[(1, b"u"), (2, &value)]))]))])
    });
    let record = message(&[(3, b"I"), (6, &message(&[(1, b"u"), (2, &nested)]))]);
    let body = message(&[(1, &message(&[(2, &message(&[(2, &record)]))]))]);
    let outcome = crate::filter(&LogsProtobuf, &body, &mut crate::worker(REDACT)).outcome;
    assert_eq!(outcome, Outcome::FailOpen(FailOpen::Malformed));
}
