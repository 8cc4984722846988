//! What each condition holds of, as the specification decides it.

use edge_policy::{Decision, Level, Simple};
use serde_json::{Value, json};

use crate::record::{Owned, Record, decide, dropper};

/// Whether one matcher matches each record.
#[track_caller]
fn check(matcher: Value, cases: &[(Record, bool)]) {
    let mut worker = dropper(json!([matcher.clone()]));
    for (record, expected) in cases {
        let dropped = decide(&mut worker, std::slice::from_ref(record)) == [Decision::Drop];
        assert_eq!(dropped, *expected, "{matcher} on {record:?}");
    }
}

fn attribute(value: impl Into<Owned>) -> Record {
    Record::default().attribute(Level::Record, "a", value)
}

fn on_attribute(condition: Value) -> Value {
    let mut matcher = json!({"log_attribute": "a"});
    matcher.as_object_mut().expect("an object").extend(condition.as_object().expect("an object").clone());
    matcher
}

#[test]
fn string_conditions_see_strings() {
    let text = |text: &str| attribute(text);
    check(
        on_attribute(json!({"exact": "foo"})),
        &[(text("foo"), true), (text("foo\n"), false), (text("Foo"), false)],
    );
    check(on_attribute(json!({"ends_with": "foo"})), &[(text("xfoo"), true), (text("foo\n"), false)]);
    check(on_attribute(json!({"starts_with": "foo"})), &[(text("foox"), true), (text("xfoo"), false)]);
    check(on_attribute(json!({"contains": "foo"})), &[(text("xfoox"), true), (text("fo"), false)]);
    check(on_attribute(json!({"contains": ""})), &[(text(""), true), (Record::default(), false)]);
    check(
        on_attribute(json!({"regex": ".*"})),
        &[(text(""), true), (text("x"), true), (attribute(5), false)],
    );
    check(on_attribute(json!({"regex": "^.$"})), &[(text("é"), true), (text("ab"), false)]);
    check(on_attribute(json!({"regex": ""})), &[(text("x"), true), (Record::default(), false)]);
}

#[test]
fn case_folds_by_unicode() {
    let fold = |mut condition: Value| {
        condition["case_insensitive"] = true.into();
        on_attribute(condition)
    };
    check(fold(json!({"exact": "straße"})), &[(attribute("STRAßE"), true), (attribute("strasse"), false)]);
    check(fold(json!({"contains": "ΣΊΣΥΦΟΣ"})), &[(attribute("ο σίσυφος"), true)]);
    check(fold(json!({"starts_with": "k"})), &[(attribute("\u{212a}elvin"), true)]);
    check(fold(json!({"ends_with": "É"})), &[(attribute("café"), true)]);
    check(fold(json!({"regex": "^fo+$"})), &[(attribute("FOo"), true)]);
    check(fold(json!({"equals": "123"})), &[(attribute("123"), true)]);
}

#[test]
fn numbers_compare_exactly_in_one_domain() {
    let big = 9_007_199_254_740_993_i64;
    check(
        on_attribute(json!({"equals": big})),
        &[
            (attribute(big), true),
            (attribute(big - 1), false),
            (attribute(Owned::Double(9_007_199_254_740_992.0)), false),
        ],
    );
    check(
        on_attribute(json!({"equals": 5})),
        &[(attribute(Owned::Double(5.0)), true), (attribute("5"), false)],
    );
    check(
        on_attribute(json!({"gt": {"int_value": "9007199254740992"}})),
        &[(attribute(big), true), (attribute(big - 1), false)],
    );
    check(
        on_attribute(json!({"gte": 1.5})),
        &[(attribute(2), true), (attribute(1), false), (attribute("2"), false)],
    );
    check(
        on_attribute(json!({"lt": 0})),
        &[(attribute(Owned::Double(-0.5)), true), (attribute(Owned::Double(f64::NAN)), false)],
    );
    // A reader that rounds carelessly takes these for 100.
    check(on_attribute(json!({"gt": 99.999_999_999_999_99})), &[(attribute(100), true)]);
    check(on_attribute(json!({"equals": 100.000_000_000_000_01})), &[(attribute(100), false)]);
    check(on_attribute(json!({"lte": 2.0})), &[(attribute(2), true), (attribute(Owned::Bool(true)), false)]);
}

#[test]
fn equality_is_of_one_type() {
    check(
        on_attribute(json!({"equals": true})),
        &[
            (attribute(Owned::Bool(true)), true),
            (attribute(Owned::Bool(false)), false),
            (attribute("true"), false),
            (attribute(1), false),
        ],
    );
    check(
        on_attribute(json!({"equals": {"bytes_value": "AQI="}})),
        &[(attribute(Owned::Bytes(vec![1, 2])), true), (attribute("AQI="), false)],
    );
    check(
        on_attribute(json!({"equals": {"hex_value": "0A0b"}})),
        &[(attribute(Owned::Bytes(vec![10, 11])), true)],
    );
}

#[test]
fn string_conditions_see_bytes_in_hexadecimal() {
    let bytes = attribute(Owned::Bytes(vec![0xab, 0xcd]));
    check(on_attribute(json!({"exact": "abcd"})), &[(bytes.clone(), true)]);
    check(on_attribute(json!({"regex": "^abc"})), &[(bytes.clone(), true)]);
    check(on_attribute(json!({"contains": "bc"})), &[(bytes, true)]);
}

#[test]
fn identifiers_are_read_as_hexadecimal() {
    let id = Record::default().with(Simple::TraceId, Owned::Bytes((0..16).collect()));
    let hex = "000102030405060708090A0b0c0d0e0f";
    check(json!({"log_field": "trace_id", "exact": hex}), &[(id.clone(), true)]);
    check(json!({"log_field": "trace_id", "equals": hex}), &[(id.clone(), true)]);
    check(json!({"log_field": "trace_id", "exact": "0001"}), &[(id.clone(), false)]);
    check(json!({"log_field": "trace_id", "starts_with": "0001"}), &[(id, true)]);
}

#[test]
fn empty_well_known_fields_are_missing_and_empty_attributes_are_not() {
    for field in ["body", "severity_text", "event_name"] {
        check(json!({"log_field": field, "exists": true}), &[(Record::default(), false)]);
    }
    let empty = Record::default().with(Simple::Body, "").with(Simple::TraceId, Owned::Bytes(vec![]));
    check(json!({"log_field": "body", "exists": true}), &[(empty.clone(), false)]);
    check(json!({"log_field": "body", "exact": ""}), &[(empty.clone(), false)]);
    check(json!({"log_field": "body", "regex": ".*", "negate": true}), &[(empty.clone(), true)]);
    check(json!({"log_field": "trace_id", "exists": false}), &[(empty, true)]);
    check(
        on_attribute(json!({"exists": true})),
        &[
            (attribute(""), true),
            (attribute(0), true),
            (attribute(Owned::List), true),
            (attribute(Owned::Map(vec![])), true),
            (Record::default(), false),
        ],
    );
    check(on_attribute(json!({"exact": ""})), &[(attribute(""), true), (Record::default(), false)]);
}

#[test]
fn negation_inverts_everything_also_on_what_is_missing() {
    check(
        on_attribute(json!({"exact": "x", "negate": true})),
        &[(Record::default(), true), (attribute("x"), false)],
    );
    check(
        on_attribute(json!({"exists": false, "negate": true})),
        &[(attribute("x"), true), (Record::default(), false)],
    );
    check(on_attribute(json!({"gt": 5, "negate": true})), &[(attribute("x"), true), (attribute(6), false)]);
    check(
        on_attribute(json!({"regex": "x", "negate": true})),
        &[(attribute("yxy"), false), (attribute(5), true)],
    );
}

#[test]
fn paths_walk_maps_and_flat_keys_are_one_segment() {
    let nested = attribute(Owned::Map(vec![("b".into(), Owned::Map(vec![("c".into(), Owned::Int(7))]))]));
    let flat = Record::default().attribute(Level::Record, "a.b", "x");
    check(
        json!({"log_attribute": ["a", "b", "c"], "equals": 7}),
        &[(nested.clone(), true), (flat.clone(), false)],
    );
    check(
        json!({"log_attribute": ["a", "b"], "exists": true}),
        &[(nested.clone(), true), (flat.clone(), false)],
    );
    check(json!({"log_attribute": "a.b", "exists": true}), &[(nested, false), (flat, true)]);
}

#[test]
fn every_level_has_its_fields() {
    let record = Record::default()
        .with(Simple::SeverityNumber, 17)
        .with(Simple::ScopeName, "lib")
        .with(Simple::ScopeVersion, "1.0")
        .with(Simple::ResourceSchemaUrl, "r")
        .with(Simple::ScopeSchemaUrl, "s")
        .attribute(Level::Resource, "k", "resource")
        .attribute(Level::Scope, "k", "scope")
        .attribute(Level::Record, "k", "record");
    for matcher in [
        json!({"log_field": "severity_number", "gte": 17}),
        json!({"log_field": "severity_number", "equals": 17}),
        json!({"log_field": "scope_name", "exact": "lib"}),
        json!({"log_field": 1013, "contains": ".0"}),
        json!({"log_field": "LOG_FIELD_RESOURCE_SCHEMA_URL", "exact": "r"}),
        json!({"log_field": "scope_schema_url", "regex": "s"}),
        json!({"resource_attribute": "k", "exact": "resource"}),
        json!({"scope_attribute": "k", "exact": "scope"}),
        json!({"log_attribute": "k", "exact": "record"}),
    ] {
        check(matcher, &[(record.clone(), true), (Record::default(), false)]);
    }
}

#[test]
fn all_matchers_of_a_policy_must_match() {
    let mut worker = dropper(json!([
        {"resource_attribute": "service.name", "exact": "api"},
        {"log_field": "severity_text", "exact": "ERROR"},
        {"log_field": "body", "regex": "time.?out"},
        {"log_attribute": "n", "gt": 3},
    ]));
    let full = Record::body("a timeout")
        .with(Simple::SeverityText, "ERROR")
        .attribute(Level::Resource, "service.name", "api")
        .attribute(Level::Record, "n", 4);
    assert_eq!(decide(&mut worker, std::slice::from_ref(&full)), [Decision::Drop]);
    for part in 0..3 {
        let mut lacking = full.clone();
        lacking.parts[part].attributes.clear();
        lacking.parts[part].simple.clear();
        let expected = if part == Level::Scope as usize { Decision::Drop } else { Decision::Keep };
        assert_eq!(decide(&mut worker, &[lacking]), [expected]);
    }
}

#[test]
fn text_that_is_no_utf_8_is_still_matched() {
    let many: Vec<Value> = (0..10)
        .map(|i| json!({"id": format!("p{i}"), "log": {"match": [{"log_field": "body", "regex": format!("w{i}|secret{i}")}], "keep": "none"}}))
        .collect();
    let mut worker = crate::record::worker(&json!(many));
    let record = Record::default().with(Simple::Body, Owned::Text(b"\xff secret7 \xff".to_vec()));
    assert_eq!(decide(&mut worker, &[record]), [Decision::Drop]);
}
