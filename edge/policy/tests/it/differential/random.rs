//! Random policies and records, of few words, so that conditions match often.

use edge_policy::Simple;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::record::{Owned, Part, Record};

/// Words that overlap.
const WORDS: [&str; 13] = ["", "a", "b", "ab", "aba", "Ab", "é", "É", "abé", "b\n", "error", "an error", "0"];

/// Patterns that RE2 and the `regex` crate read alike.
const PATTERNS: [&str; 16] = [
    "", "a", "^a", "b$", "a.*b", "^(a|b)+$", "[a-c]+", "[^a]", "er+or", "^.$", "a{2,3}", "(?i)AB", "x|é",
    "^$", "a?b?", "(?s).b.",
];

const KEYS: [&str; 3] = ["k", "key", "other"];

/// 2^53 + 1 has no double; the neighbours are where a comparison through doubles goes wrong.
const BIG: i64 = (1 << 53) + 1;

/// A trace id, a threshold and a randomness near a half and near nothing.
const IDS: [[u8; 16]; 4] = [
    [0; 16],
    [0xff; 16],
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 0x80, 0, 0, 0, 0, 0, 0],
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&WORDS[..]), 1..4).prop_map(|words| words.concat())
}

fn scalar() -> impl Strategy<Value = Owned> {
    prop_oneof![
        6 => text().prop_map(|text| Owned::Text(text.into_bytes())),
        1 => any::<bool>().prop_map(Owned::Bool),
        1 => prop::sample::select(&[-2, -1, 0, 1, 2, BIG, BIG - 1, i64::MAX, i64::MIN][..]).prop_map(Owned::Int),
        1 => prop::sample::select(&[-1.0, 0.0, 0.5, 2.0, 9_007_199_254_740_992.0, 9.3e18, f64::NAN][..]).prop_map(Owned::Double),
        1 => prop::sample::select(vec![vec![], vec![0xab], vec![0xab, 0x0a]]).prop_map(Owned::Bytes),
        1 => Just(Owned::List),
    ]
}

fn value() -> impl Strategy<Value = Owned> {
    let nested = prop::collection::btree_map(prop::sample::select(&KEYS[..]), scalar(), 0..3);
    let map =
        nested.prop_map(|map| Owned::Map(map.into_iter().map(|(key, value)| (key.into(), value)).collect()));
    prop_oneof![8 => scalar(), 1 => map]
}

fn attributes() -> impl Strategy<Value = Vec<(String, Owned)>> {
    prop::collection::btree_map(prop::sample::select(&KEYS[..]), value(), 0..3)
        .prop_map(|map| map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn part(simple: Vec<Simple>) -> impl Strategy<Value = Part> {
    let texts = prop::collection::vec(prop::option::of(text()), simple.len());
    (texts, attributes()).prop_map(move |(texts, attributes)| {
        let simple = simple.iter().zip(texts);
        let simple = simple.filter_map(|(field, text)| Some((*field, Owned::from(&*text?))));
        Part { simple: simple.collect(), attributes, events: Vec::new() }
    })
}

fn shared() -> impl Strategy<Value = (Part, Part)> {
    let scope = vec![Simple::ScopeSchemaUrl, Simple::ScopeName, Simple::ScopeVersion];
    (part(vec![Simple::ResourceSchemaUrl]), part(scope))
}

pub(super) fn log_record() -> impl Strategy<Value = Record> {
    let own = part(vec![Simple::SeverityText, Simple::EventName]);
    let id = prop::option::of(prop::sample::select(&IDS[..]));
    (shared(), own, prop::option::of(value()), 0..25_i64, id).prop_map(
        |((resource, scope), mut own, body, severity, id)| {
            own.simple.extend(body.map(|body| (Simple::Body, body)));
            if severity > 0 {
                own.simple.push((Simple::SeverityNumber, Owned::Int(severity)));
            }
            own.simple.extend(id.map(|id| (Simple::TraceId, Owned::Bytes(id.into()))));
            Record { parts: [resource, scope, own] }
        },
    )
}

pub(super) fn metric() -> impl Strategy<Value = (Record, Vec<Part>)> {
    let own = part(vec![Simple::MetricName, Simple::MetricDescription, Simple::MetricUnit]);
    (shared(), own, 1..6_i64, 0..3_i64, prop::collection::vec(part(Vec::new()), 0..5)).prop_map(
        |((resource, scope), mut own, kind, temporality, points)| {
            own.simple.push((Simple::MetricType, Owned::Int(kind)));
            if temporality > 0 {
                own.simple.push((Simple::Temporality, Owned::Int(temporality)));
            }
            (Record { parts: [resource, scope, own] }, points)
        },
    )
}

fn trace_state() -> impl Strategy<Value = String> {
    let entry = prop::sample::select(
        &[
            "a=1",
            "ot=th:8",
            "ot=th:4;rv:80000000000000",
            "ot=rv:7fffffffffffff",
            "ot=th:c;x:1",
            "ot=th:zz",
            "ot=rv:1",
            " b=th:0 ",
            "",
            "ot=rv:10000000000000;th:8",
            "ot=th:",
            "ot=th:ffffffffffffff",
        ][..],
    );
    prop::collection::vec(entry, 0..3).prop_map(|entries| entries.join(","))
}

pub(super) fn span() -> impl Strategy<Value = Record> {
    let own = part(vec![Simple::SpanName]);
    let event = part(vec![Simple::SpanEventName]);
    let ids = (
        prop::option::of(prop::sample::select(&IDS[..])),
        prop::collection::vec(prop::sample::select(&IDS[..]), 0..3),
    );
    (shared(), own, ids, trace_state(), 0..6_i64, 0..3_i64, prop::collection::vec(event, 0..4)).prop_map(
        |((resource, scope), mut own, (id, links), state, kind, status, events)| {
            own.simple.extend(id.map(|id| (Simple::TraceId, Owned::Bytes(id.into()))));
            own.simple.extend(links.iter().map(|id| (Simple::LinkTraceId, Owned::Bytes(id.to_vec()))));
            own.simple.push((Simple::TraceState, Owned::from(&*state)));
            if kind > 0 {
                own.simple.push((Simple::SpanKind, Owned::Int(kind)));
            }
            own.simple.push((Simple::SpanStatus, Owned::Int(status)));
            own.events = events;
            Record { parts: [resource, scope, own] }
        },
    )
}

fn path() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => prop::sample::select(&KEYS[..]).prop_map(|key| json!(key)),
        1 => prop::collection::vec(prop::sample::select(&KEYS[..]), 2).prop_map(|path| json!(path)),
    ]
}

fn hex() -> impl Strategy<Value = Value> {
    prop::sample::select(&IDS[..]).prop_map(|id| json!(data_encoding::HEXUPPER.encode(&id)))
}

/// A selector with the name and value of its member.
fn selector(
    fields: &'static str,
    names: &'static [&'static str],
    own: &'static [&'static str],
) -> impl Strategy<Value = (&'static str, Value)> {
    let attribute = prop::sample::select([own, &["resource_attribute", "scope_attribute"][..]].concat());
    prop_oneof![
        1 => prop::sample::select(names).prop_map(move |name| (fields, json!(name))),
        1 => (attribute, path()),
    ]
}

fn condition() -> impl Strategy<Value = (&'static str, Value)> {
    let number = prop_oneof![
        prop::sample::select(&[-1, 0, 1, 9, BIG, BIG - 1, i64::MIN][..]).prop_map(|int| json!(int)),
        prop::sample::select(&[0.5, 9_007_199_254_740_992.0, -1.5][..]).prop_map(|double| json!(double)),
    ];
    let text_conditions =
        prop::sample::select(&["exact", "starts_with", "ends_with", "contains", "equals"][..]);
    prop_oneof![
        3 => prop::sample::select(&PATTERNS[..]).prop_map(|pattern| ("regex", json!(pattern))),
        4 => (text_conditions, text()).prop_map(|(name, text)| (name, json!(text))),
        1 => any::<bool>().prop_map(|exists| ("exists", json!(exists))),
        2 => (prop::sample::select(&["gt", "gte", "lt", "lte", "equals"][..]), number),
        1 => any::<bool>().prop_map(|flag| ("equals", json!(flag))),
        1 => Just(("equals", json!({"hex_value": "AB"}))),
    ]
}

/// On identifiers a string is hexadecimal: there the literal must be.
fn full(
    selector: (&'static str, Value),
    condition: (&'static str, Value),
    id: Value,
) -> Vec<(&'static str, Value)> {
    let is_id = selector.1.as_str().is_some_and(|name| name.ends_with("trace_id"));
    let literal = matches!(condition, ("exact" | "equals", Value::String(_)));
    vec![selector, if is_id && literal { (condition.0, id) } else { condition }]
}

fn matcher(members: impl Strategy<Value = Vec<(&'static str, Value)>>) -> impl Strategy<Value = Value> {
    (members, prop::bool::weighted(0.2), prop::bool::weighted(0.2)).prop_map(|(members, negate, fold)| {
        let mut matcher: Map<String, Value> =
            members.into_iter().map(|(name, value)| (name.into(), value)).collect();
        matcher.insert("negate".into(), negate.into());
        matcher.insert("case_insensitive".into(), fold.into());
        Value::Object(matcher)
    })
}

fn policy(
    signal: &'static str,
    matchers: impl Strategy<Value = Value>,
    keep: impl Strategy<Value = Map<String, Value>>,
) -> impl Strategy<Value = Value> {
    (prop::collection::vec(matchers, 1..4), keep).prop_map(move |(matchers, mut rule)| {
        rule.insert("match".into(), matchers.into());
        json!({ signal: rule })
    })
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(super) fn log_policy() -> impl Strategy<Value = Value> {
    let fields = &[
        "body",
        "severity_text",
        "severity_number",
        "event_name",
        "trace_id",
        "scope_name",
        "resource_schema_url",
    ];
    let members = (selector("log_field", fields, &["log_attribute"]), condition(), hex())
        .prop_map(|(selector, condition, id)| full(selector, condition, id));
    let keys = prop_oneof![
        Just(json!({"log_field": "body"})),
        path().prop_map(|path| json!({"log_attribute": path}))
    ];
    let percent = prop::sample::select(&["50%", "50.0%", "25%", "99.99%", "0%", "100%", "0.0001%"][..]);
    let keep = prop_oneof![
        4 => prop::sample::select(&["", "all", "all", "none", "1/s", "2/2s", "3/m"][..]).prop_map(|keep| object(json!({"keep": keep}))),
        2 => (percent, keys).prop_map(|(keep, key)| object(json!({"keep": keep, "sample_key": key}))),
    ];
    policy("log", matcher(members), keep)
}

pub(super) fn metric_policy() -> impl Strategy<Value = Value> {
    let fields = &["name", "description", "unit", "scope_version", "scope_schema_url"];
    let conditioned = (selector("metric_field", fields, &["datapoint_attribute"]), condition())
        .prop_map(|(selector, condition)| vec![selector, condition]);
    let kinds = prop::sample::select(&["gauge", "sum", "histogram", "exponential_histogram", "summary"][..]);
    let members = prop_oneof![
        6 => conditioned,
        1 => kinds.prop_map(|kind| vec![("metric_type", json!(kind))]),
        1 => prop::sample::select(&["delta", "cumulative"][..]).prop_map(|kind| vec![("aggregation_temporality", json!(kind)), ("exists", json!(true))]),
    ];
    policy(
        "metric",
        matcher(members),
        prop::bool::weighted(0.7).prop_map(|keep| object(json!({"keep": keep}))),
    )
}

pub(super) fn span_policy() -> impl Strategy<Value = Value> {
    let conditioned = (
        selector("trace_field", &["name", "trace_id", "trace_state"], &["span_attribute", "event_attribute"]),
        condition(),
        hex(),
    )
        .prop_map(|(selector, condition, id)| full(selector, condition, id));
    let members = prop_oneof![
        8 => conditioned,
        1 => prop::sample::select(&["internal", "server", "client", "producer", "consumer"][..]).prop_map(|kind| vec![("span_kind", json!(kind))]),
        1 => prop::sample::select(&["unset", "ok", "error"][..]).prop_map(|status| vec![("span_status", json!(status))]),
        1 => text().prop_map(|name| vec![("event_name", json!(name))]),
        1 => path().prop_map(|path| vec![("event_attribute", path)]),
        1 => hex().prop_map(|id| vec![("link_trace_id", id)]),
    ];
    let percentage = prop::sample::select(&[0.0, 12.5, 50.0, 50.0, 75.0, 100.0, 100.0][..]);
    let mode = prop::sample::select(&["hash_seed", "proportional", "equalizing"][..]);
    let seed = prop::sample::select(&[0_u32, 0, 7][..]);
    let keep = (percentage, mode, 1..15_u32, seed, any::<bool>()).prop_map(|(percentage, mode, precision, seed, closed)| {
        object(json!({"keep": {
            "percentage": percentage, "mode": mode, "sampling_precision": precision, "hash_seed": seed, "fail_closed": closed,
        }}))
    });
    policy("trace", matcher(members), keep)
}
