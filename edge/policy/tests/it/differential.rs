//! The compiled engine against a slow and obvious one, on random policies and records.

use std::sync::Arc;

use edge_policy::{Level, Nanos, Signal, Simple};
use proptest::prelude::*;
use regex::RegexBuilder;
use serde_json::{Map, Value, json};

use crate::record::{Owned, Record, run, worker};

/// Words that overlap, so that random conditions match often.
const WORDS: [&str; 12] = ["", "a", "b", "ab", "aba", "Ab", "é", "abé", "b\n", "error", "an error", "0"];

/// Patterns that RE2 and the `regex` crate read alike.
const PATTERNS: [&str; 16] = [
    "", "a", "^a", "b$", "a.*b", "^(a|b)+$", "[a-c]+", "[^a]", "er+or", "^.$", "a{2,3}", "(?i)AB", "x|é",
    "^$", "a?b?", "(?s).b.",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&WORDS[..]), 1..4).prop_map(|words| words.concat())
}

fn value() -> impl Strategy<Value = Owned> {
    prop_oneof![
        6 => text().prop_map(|text| Owned::Text(text.into_bytes())),
        1 => any::<bool>().prop_map(Owned::Bool),
        1 => (-2_i64..3).prop_map(Owned::Int),
        1 => prop::sample::select(&[-1.0, 0.0, 0.5, 2.0][..]).prop_map(Owned::Double),
        1 => prop::sample::select(vec![vec![], vec![0xab], vec![0xab, 0x0a]]).prop_map(Owned::Bytes),
        1 => Just(Owned::List),
    ]
}

const KEYS: [&str; 3] = ["k", "key", "other"];

fn record() -> impl Strategy<Value = Record> {
    let attribute = (0..3_usize, prop::sample::select(&KEYS[..]), value());
    let attributes = prop::collection::vec(attribute, 0..4);
    (prop::option::of(value()), prop::option::of(text()), attributes).prop_map(
        |(body, severity, attributes)| {
            let mut record = Record::default();
            if let Some(body) = body {
                record = record.with(Simple::Body, body);
            }
            if let Some(severity) = severity {
                record = record.with(Simple::SeverityText, &*severity);
            }
            for (level, key, value) in attributes {
                record = record.attribute(Level::ALL[level], key, value);
            }
            record
        },
    )
}

fn selector() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        3 => Just(("log_field", json!("body"))),
        1 => Just(("log_field", json!("severity_text"))),
        3 => (prop::sample::select(&["log_attribute", "resource_attribute", "scope_attribute"][..]), prop::sample::select(&KEYS[..]))
            .prop_map(|(level, key)| (level, json!(key))),
    ]
}

fn condition() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        3 => prop::sample::select(&PATTERNS[..]).prop_map(|pattern| ("regex", json!(pattern))),
        4 => (prop::sample::select(&["exact", "starts_with", "ends_with", "contains", "equals"][..]), text())
            .prop_map(|(name, text)| (name, json!(text))),
        1 => any::<bool>().prop_map(|exists| ("exists", json!(exists))),
        1 => (prop::sample::select(&["gt", "gte", "lt", "lte", "equals"][..]), -1_i64..2).prop_map(|(name, n)| (name, json!(n))),
        1 => any::<bool>().prop_map(|flag| ("equals", json!(flag))),
        1 => Just(("equals", json!({"hex_value": "AB"}))),
    ]
}

fn matcher() -> impl Strategy<Value = Value> {
    (selector(), condition(), prop::bool::weighted(0.2), prop::bool::weighted(0.2)).prop_map(
        |((field, name), (condition, literal), negate, fold)| {
            let mut matcher = Map::new();
            matcher.insert(field.into(), name);
            matcher.insert(condition.into(), literal);
            matcher.insert("negate".into(), negate.into());
            matcher.insert("case_insensitive".into(), fold.into());
            Value::Object(matcher)
        },
    )
}

/// Whether a matcher matches, by the words of the specification and nothing else.
fn reference(matcher: &Value, record: &Record) -> bool {
    let field = |name: &str| matcher.get(name).and_then(Value::as_str);
    let value = match (
        field("log_field"),
        field("log_attribute"),
        field("resource_attribute"),
        field("scope_attribute"),
    ) {
        (Some("body"), ..) => simple(record, Simple::Body),
        (Some(_), ..) => simple(record, Simple::SeverityText),
        (_, Some(key), ..) => attribute(record, Level::Record, key),
        (_, _, Some(key), _) => attribute(record, Level::Resource, key),
        (.., key) => attribute(record, Level::Scope, key.expect("one selector")),
    };
    holds(matcher, value) != matcher["negate"].as_bool().expect("set")
}

fn simple(record: &Record, field: Simple) -> Option<&Owned> {
    let value = record.parts[2].simple.iter().find(|(known, _)| *known == field).map(|(_, value)| value);
    value.filter(|value| !matches!(value, Owned::Text(text) | Owned::Bytes(text) if text.is_empty()))
}

fn attribute<'r>(record: &'r Record, level: Level, key: &str) -> Option<&'r Owned> {
    record.parts[level as usize].attributes.iter().find(|(known, _)| known == key).map(|(_, value)| value)
}

fn holds(matcher: &Value, value: Option<&Owned>) -> bool {
    if let Some(exists) = matcher.get("exists") {
        return exists.as_bool() == Some(value.is_some());
    }
    let Some(value) = value else { return false };
    let number = match value {
        Owned::Int(int) => Some(*int as f64),
        Owned::Double(double) => Some(*double),
        _ => None,
    };
    let compare = |name: &str, test: fn(f64, f64) -> bool| {
        matcher
            .get(name)
            .map(|literal| number.is_some_and(|number| test(number, literal.as_f64().expect("a number"))))
    };
    let compared = compare("gt", |a, b| a > b)
        .or_else(|| compare("gte", |a, b| a >= b))
        .or_else(|| compare("lt", |a, b| a < b))
        .or_else(|| compare("lte", |a, b| a <= b));
    if let Some(compared) = compared {
        return compared;
    }
    match matcher.get("equals") {
        Some(Value::Bool(flag)) => return *value == Owned::Bool(*flag),
        Some(Value::Number(literal)) => return number == literal.as_f64() && number.is_some(),
        Some(Value::Object(_)) => return *value == Owned::Bytes(vec![0xab]),
        _ => {}
    }
    let text = match value {
        Owned::Text(text) => String::from_utf8(text.clone()).expect("words are UTF-8"),
        Owned::Bytes(bytes) => data_encoding::HEXLOWER.encode(bytes),
        _ => return false,
    };
    let pattern = |name: &str, before: &str, after: &str| {
        matcher
            .get(name)
            .map(|literal| format!("{before}{}{after}", regex::escape(literal.as_str().expect("text"))))
    };
    let pattern = pattern("exact", r"\A", r"\z")
        .or_else(|| pattern("equals", r"\A", r"\z"))
        .or_else(|| pattern("starts_with", r"\A", ""))
        .or_else(|| pattern("ends_with", "", r"\z"))
        .or_else(|| pattern("contains", "", ""))
        .unwrap_or_else(|| matcher["regex"].as_str().expect("a pattern").into());
    let fold = matcher["case_insensitive"].as_bool().expect("set");
    RegexBuilder::new(&pattern).case_insensitive(fold).build().expect("valid").is_match(&text)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_finds_what_the_specification_says(
        policies in prop::collection::vec(prop::collection::vec(matcher(), 1..4), 1..40),
        records in prop::collection::vec(record(), 1..20),
    ) {
        let document: Vec<Value> = policies
            .iter()
            .enumerate()
            .map(|(i, matchers)| json!({"id": format!("{i:03}"), "log": {"match": matchers}}))
            .collect();
        let mut worker = worker(&json!(document));
        let snapshot = Arc::clone(worker.snapshot());
        prop_assert_eq!(snapshot.ids().len(), policies.len());
        let mut session = worker.session(Signal::Log, Nanos(0)).expect("policies for logs");
        for record in &records {
            run(&mut session, record);
            let found: Vec<usize> = session.matched().collect();
            let expected: Vec<usize> = (0..policies.len())
                .filter(|policy| policies[*policy].iter().all(|matcher| reference(matcher, record)))
                .collect();
            prop_assert_eq!(&found, &expected, "{:?}", record);
        }
    }
}
