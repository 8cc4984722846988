//! What JSON may write in another way: members in any order, names in snake case, enums by name, integers as numbers,
//! what is absent as null.

use edge_protocol::Outcome;
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::request::Request;

/// Checks that another spelling of a request comes out as another spelling of what comes out.
pub(crate) fn check<R: Request>(request: &R, policies: &Value) -> Result<(), TestCaseError> {
    let usual = serde_json::to_value(request).expect("JSON");
    let unusual = respell(&usual);
    let (counts, output) = filter::<R>(&usual, policies);
    let (unusual_counts, unusual_output) = filter::<R>(&unusual, policies);
    prop_assert_eq!(counts, unusual_counts);
    prop_assert_eq!(output.as_ref().map(respell), unusual_output);
    Ok(())
}

/// Records kept, dropped and rewritten, and what is sent on.
fn filter<R: Request>(body: &Value, policies: &Value) -> ([u64; 3], Option<Value>) {
    let mut worker = crate::worker(policies.to_string().as_bytes());
    let filtered = crate::filter(R::JSON, body.to_string().as_bytes(), &mut worker);
    let records = filtered.records;
    let output = match filtered.outcome {
        Outcome::Unchanged => Some(body.clone()),
        Outcome::Replaced(output) => Some(serde_json::from_slice(&output).expect("JSON out")),
        Outcome::Emptied => None,
        Outcome::FailOpen(reason) => panic!("{reason:?}: {body}"),
    };
    ([records.kept, records.dropped, records.rewritten], output)
}

fn respell(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev();
            let respelled = members.map(|(name, value)| (snake(name), respell_member(name, value)));
            Value::Object(respelled.collect::<Map<_, _>>())
        }
        Value::Array(elements) => elements.iter().map(respell).collect(),
        other => other.clone(),
    }
}

fn respell_member(name: &str, value: &Value) -> Value {
    match (name, value) {
        ("aggregationTemporality", Value::Number(number)) => {
            by_name("AGGREGATION_TEMPORALITY_", &["UNSPECIFIED", "DELTA", "CUMULATIVE"], number)
        }
        ("severityNumber", Value::Number(number)) => match number.as_u64() {
            Some(9) => "SEVERITY_NUMBER_INFO".into(),
            Some(17) => "SEVERITY_NUMBER_ERROR".into(),
            _ => "SEVERITY_NUMBER_UNSPECIFIED".into(),
        },
        ("kind", Value::Number(number)) => {
            let names = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
            by_name("SPAN_KIND_", &names, number)
        }
        ("code", Value::Number(number)) => by_name("STATUS_CODE_", &["UNSET", "OK", "ERROR"], number),
        ("intValue" | "asInt", Value::String(digits)) => digits.parse::<i64>().expect("an integer").into(),
        ("traceId" | "spanId" | "parentSpanId", Value::String(digits)) => digits.to_uppercase().into(),
        ("schemaUrl" | "traceState" | "unit", Value::String(text)) if text.is_empty() => Value::Null,
        ("events" | "links" | "attributes" | "dataPoints", Value::Array(list)) if list.is_empty() => {
            Value::Null
        }
        _ => respell(value),
    }
}

fn by_name(prefix: &str, names: &[&str], number: &serde_json::Number) -> Value {
    let name = number.as_u64().and_then(|number| names.get(number as usize)).expect("a known number");
    format!("{prefix}{name}").into()
}

fn snake(name: &str) -> String {
    let letters = name.chars().map(|letter| match letter {
        'A'..='Z' => format!("_{}", letter.to_ascii_lowercase()),
        _ => letter.to_string(),
    });
    letters.collect()
}
