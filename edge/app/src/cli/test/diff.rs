//! What differs between two JSON values, in lines for people.

use std::collections::BTreeMap;

use serde_json::Value;

/// Longest value that is shown whole, in characters.
const SHOWN_MAX: usize = 120;

/// Every difference, with its path. The order of members means nothing; numbers are compared by value, and a string
/// of digits is the number that the JSON mapping of protobuf writes so.
pub(super) fn values(expected: &Value, got: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", expected, got, &mut lines);
    lines
}

fn compare(path: &str, expected: &Value, got: &Value, lines: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(wanted), Value::Object(found)) => {
            for (key, value) in wanted {
                let path = format!("{path}.{key}");
                match found.get(key) {
                    Some(other) => compare(&path, value, other, lines),
                    None if is_default(key, value) => {}
                    None => missing(&path, value, lines),
                }
            }
            let surplus_members = found.iter().filter(|(key, _)| !wanted.contains_key(*key));
            for (key, value) in surplus_members.filter(|(key, value)| !is_default(key, value)) {
                surplus(&format!("{path}.{key}"), value, lines);
            }
        }
        (Value::Array(wanted), Value::Array(found)) => lists(path, wanted, found, lines),
        (expected, got) if is_same(expected, got) => {}
        (expected, got) => {
            lines.push(format!("{}: expected {}, got {}", name(path), shown(expected), shown(got)));
        }
    }
}

/// Pairs up what is alike at both ends, so that one element more or less is not told as a difference of all.
fn lists(path: &str, wanted: &[Value], found: &[Value], lines: &mut Vec<String>) {
    let alike = |(a, b): &(&Value, &Value)| values(a, b).is_empty();
    let front = wanted.iter().zip(found).take_while(alike).count();
    let back = wanted[front..].iter().rev().zip(found[front..].iter().rev()).take_while(alike).count();
    let (wanted_end, found_end) = (wanted.len() - back, found.len() - back);
    for index in front..wanted_end.max(found_end) {
        let path = format!("{path}[{index}]");
        match (index < wanted_end, index < found_end) {
            (true, true) => compare(&path, &wanted[index], &found[index], lines),
            (true, false) => missing(&path, &wanted[index], lines),
            _ => surplus(&path, &found[index], lines),
        }
    }
}

/// Whether the JSON mapping of protobuf may leave the member out. Not so one of a choice, such as `stringValue`, which
/// says which value it is.
fn is_default(key: &str, value: &Value) -> bool {
    !key.ends_with("Value") && is_nothing(value)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => {
            text.is_empty() || text == "0" || text == "STATUS_CODE_UNSET" || text.ends_with("_UNSPECIFIED")
        }
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.iter().all(|(key, value)| is_default(key, value)),
    }
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || (a.as_f64() == b.as_f64() && !(a.is_i64() && b.is_i64()))
        }
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            number.to_string() == *text
        }
        _ => a == b,
    }
}

fn missing(path: &str, value: &Value, lines: &mut Vec<String>) {
    lines.push(format!("{}: expected {}, got nothing", name(path), shown(value)));
}

fn surplus(path: &str, value: &Value, lines: &mut Vec<String>) {
    lines.push(format!("{}: expected nothing, got {}", name(path), shown(value)));
}

fn name(path: &str) -> &str {
    match path.strip_prefix('.').unwrap_or(path) {
        "" => "the whole",
        path => path,
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Every difference in what policies did. A policy that is not expected must have done nothing; of an error the
/// beginning is compared, because the pattern engine's own reason may follow.
pub(super) fn stats(expected: &Value, got: &Value) -> Vec<String> {
    let (wanted, mut found) = (rows(expected), rows(got));
    let mut lines = Vec::new();
    for (id, wanted) in &wanted {
        let found = found.remove(id).unwrap_or(&Value::Null);
        for count in ["hits", "misses"] {
            let (wanted, found) = (number(wanted, count), number(found, count));
            if wanted != found {
                lines.push(format!("policy `{id}`: expected {wanted} {count}, got {found}"));
            }
        }
        let (wanted, found) = (errors(wanted), errors(found));
        if wanted.len() != found.len()
            || !wanted.iter().zip(&found).all(|(wanted, found)| found.starts_with(wanted))
        {
            lines.push(format!("policy `{id}`: expected errors {wanted:?}, got {found:?}"));
        }
    }
    let did = found
        .into_iter()
        .filter(|(_, row)| number(row, "hits") + number(row, "misses") > 0 || !errors(row).is_empty());
    lines.extend(did.map(|(id, row)| format!("policy `{id}`: expected nothing, got {row}")));
    lines
}

fn rows(stats: &Value) -> BTreeMap<&str, &Value> {
    let rows = stats["policies"].as_array().into_iter().flatten();
    rows.filter_map(|row| Some((row["policy_id"].as_str()?, row))).collect()
}

fn number(row: &Value, name: &str) -> u64 {
    row.get(name).and_then(Value::as_u64).unwrap_or(0)
}

fn errors(row: &Value) -> Vec<&str> {
    row.get("errors").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    #[allow(clippy::needless_pass_by_value, reason = "tests read better without `&`")]
    fn check(expected: Value, got: Value, lines: &[&str]) {
        assert_eq!(values(&expected, &got), lines);
    }

    #[test]
    fn what_means_the_same_is_no_difference() {
        check(json!({"schemaUrl": "", "droppedNames": []}), json!({"parent": null}), &[]);
        check(json!({"flags": 0, "kind": "SPAN_KIND_UNSPECIFIED", "scope": {"name": ""}}), json!({}), &[]);
        check(
            json!({}),
            json!({"body": {"boolValue": false}}),
            &["body: expected nothing, got {\"boolValue\":false}"],
        );
        check(json!({"stringValue": ""}), json!({}), &["stringValue: expected \"\", got nothing"]);
        check(json!({"a": 1, "b": [1, {}]}), json!({"b": [1.0, {}], "a": "1"}), &[]);
        check(
            json!(9_007_199_254_740_993_i64),
            json!(9_007_199_254_740_992_i64),
            &["the whole: expected 9007199254740993, got 9007199254740992"],
        );
    }

    #[test]
    fn every_difference_has_its_path() {
        check(
            json!({"a": {"b": [1, 2, 3], "c": "x"}, "d": 1}),
            json!({"a": {"b": [1, 3], "c": "y", "e": 2}}),
            &[
                "a.b[1]: expected 2, got nothing",
                "a.c: expected \"x\", got \"y\"",
                "a.e: expected nothing, got 2",
                "d: expected 1, got nothing",
            ],
        );
        check(json!([]), json!([7]), &["[0]: expected nothing, got 7"]);
    }

    #[test]
    fn stats_are_compared_by_policy() {
        let stats = |rows: Value| json!({"policies": rows});
        let expected =
            stats(json!([{"policy_id": "a", "hits": 1}, {"policy_id": "c", "errors": ["log: x"]}]));
        let got = stats(json!([
            {"policy_id": "a", "hits": 2, "misses": 1},
            {"policy_id": "b", "hits": 1},
            {"policy_id": "c", "hits": 0, "errors": ["log: x: why"]},
        ]));
        let lines = super::stats(&expected, &got);
        assert_eq!(
            lines,
            [
                "policy `a`: expected 1 hits, got 2",
                "policy `a`: expected 0 misses, got 1",
                "policy `b`: expected nothing, got {\"policy_id\":\"b\",\"hits\":1}",
            ]
        );
    }
}
