//! Matchers: a field selector, a condition, and two switches.

use serde_json::Value;

use super::object::{Object, Report, kind};
use super::selector::{self, Implied, Selected};
use crate::field::Field;
use crate::model::{Comparison, Condition, Literal, Matcher, Number};
use crate::pattern::Pattern;
use crate::signal::Signal;

pub(super) const CONDITIONS: [&str; 11] =
    ["exact", "regex", "exists", "starts_with", "ends_with", "contains", "equals", "gt", "gte", "lt", "lte"];

/// Conditions whose value has a type: a bare literal is short for `{double_value: 5.5}`.
pub(super) const TYPED: [&str; 5] = ["equals", "gt", "gte", "lt", "lte"];

pub(super) const VALUES: [&str; 6] =
    ["bool_value", "int_value", "double_value", "bytes_value", "hex_value", "string_value"];

pub(super) fn read(value: &Value, place: &str, signal: Signal, report: &Report) -> Option<Matcher> {
    let selectors = selector::of(signal);
    let known = [&selector::names(selectors)[..], &CONDITIONS[..], &["negate", "case_insensitive"]].concat();
    let object = Object::new(value, place, report, &known)?;
    let selected = selector::read(&object, selectors);
    let negate = object.flag("negate").unwrap_or(false);
    let fold = object.flag("case_insensitive").unwrap_or(false);
    let (field, implied) =
        selected.map_or((None, None), |Selected { field, implied }| (Some(field), implied));
    let identifier = matches!(field, Some(Field::Simple(simple)) if simple.is_identifier());
    let condition = match given(&object, implied) {
        // A selector that compares by itself and is wrong has had its complaint.
        Given::None if selector::compares(&object, selectors) => None,
        given => read_given(given, fold, identifier).map_err(|problem| object.error(problem)).ok(),
    };
    Some(Matcher { field: field?, condition: condition?, negate })
}

/// The condition of a matcher, as it stands.
enum Given<'a> {
    None,
    Implied(Condition),
    Named(&'a str, &'a Value),
    /// Beside a selector that compares by itself.
    Superfluous(&'a str),
}

fn given<'a>(object: &Object<'a, '_>, implied: Option<Implied>) -> Given<'a> {
    match (object.one_of(&CONDITIONS, "match condition"), implied) {
        (Some(("exists", Value::Bool(true))) | None, Some(implied)) => Given::Implied(implied.condition),
        (Some((name, _)), Some(Implied { is_default: false, .. })) => Given::Superfluous(name),
        (Some((name, value)), _) => Given::Named(name, value),
        (None, None) => Given::None,
    }
}

fn read_given(given: Given<'_>, fold: bool, identifier: bool) -> Result<Condition, String> {
    match given {
        Given::None => Err("no match condition".into()),
        Given::Implied(condition) => Ok(condition),
        Given::Named(name, value) => read_condition(name, value, fold, identifier),
        Given::Superfluous(name) => {
            Err(format!("`{name}`: this field is compared by itself, only `exists: true` may be added"))
        }
    }
}

fn read_condition(name: &str, value: &Value, fold: bool, identifier: bool) -> Result<Condition, String> {
    let text = || value.as_str().ok_or_else(|| format!("`{name}` is {}, expected a string", kind(value)));
    Ok(match name {
        "exists" => Condition::Exists(value.as_bool().ok_or("`exists` must be true or false")?),
        "exact" => equals_text(text()?, fold, identifier)?,
        "equals" => match read_literal(value)? {
            Literal::Text(text) => equals_text(&text, fold, identifier)?,
            literal => Condition::Equals(literal),
        },
        "regex" => Condition::Matches(read_regex(text()?, fold)?),
        "starts_with" => Condition::Matches(Pattern::starts_with(text()?, fold)),
        "ends_with" => Condition::Matches(Pattern::ends_with(text()?, fold)),
        "contains" => Condition::Matches(Pattern::contains(text()?, fold)),
        "gt" => Condition::Compare(Comparison::Gt, read_number(name, value)?),
        "gte" => Condition::Compare(Comparison::Gte, read_number(name, value)?),
        "lt" => Condition::Compare(Comparison::Lt, read_number(name, value)?),
        _ => Condition::Compare(Comparison::Lte, read_number(name, value)?),
    })
}

pub(super) fn read_regex(text: &str, fold: bool) -> Result<Pattern, String> {
    Pattern::regex(text, fold).map_err(|reason| format!("invalid regex {text:?}: {reason}"))
}

/// On an identifier field a string is hexadecimal; elsewhere it is text.
fn equals_text(text: &str, fold: bool, identifier: bool) -> Result<Condition, String> {
    if identifier {
        return Ok(Condition::Equals(Literal::Bytes(read_hex(text)?)));
    }
    Ok(if fold && text.to_lowercase() != text.to_uppercase() {
        Condition::Matches(Pattern::exact_ignoring_case(text))
    } else {
        Condition::Equals(Literal::Text(text.to_owned()))
    })
}

/// A bare literal, or an object with one of the typed members.
fn read_literal(value: &Value) -> Result<Literal, String> {
    match value {
        Value::Bool(flag) => Ok(Literal::Bool(*flag)),
        Value::String(text) => Ok(Literal::Text(text.clone())),
        Value::Number(_) => read_number("equals", value).map(Literal::Number),
        Value::Object(_) => read_typed_literal(value),
        other => Err(format!("`equals` is {}, expected a value", kind(other))),
    }
}

fn read_typed_literal(value: &Value) -> Result<Literal, String> {
    let (name, inner) = typed_member(value, &VALUES)?;
    let text = || inner.as_str().ok_or_else(|| format!("`{name}` is {}, expected a string", kind(inner)));
    match name {
        "bool_value" => {
            inner.as_bool().map(Literal::Bool).ok_or_else(|| "`bool_value` must be true or false".into())
        }
        "bytes_value" => read_base64(text()?).map(Literal::Bytes),
        "hex_value" => read_hex(text()?).map(Literal::Bytes),
        "string_value" => Ok(Literal::Text(text()?.to_owned())),
        _ => read_typed_number(name, inner).map(Literal::Number),
    }
}

fn read_number(name: &str, value: &Value) -> Result<Number, String> {
    match value {
        Value::Number(number) => match (number.as_i64(), number.is_u64()) {
            (Some(int), _) => Ok(Number::Int(int)),
            (None, true) => Err(format!("`{name}`: {number} is beyond a 64-bit signed integer")),
            (None, false) => {
                number.as_f64().map(Number::Double).ok_or_else(|| format!("`{name}`: {number} is no number"))
            }
        },
        Value::Object(_) => {
            let (name, inner) = typed_member(value, &["int_value", "double_value"])?;
            read_typed_number(name, inner)
        }
        other => Err(format!("`{name}` is {}, expected a number", kind(other))),
    }
}

/// The proto3 JSON mapping: an int64 may be a string, a double too, and has three names for what JSON cannot write.
fn read_typed_number(name: &str, value: &Value) -> Result<Number, String> {
    let wrong = || format!("`{name}`: {value} is no number of that type");
    if name == "int_value" {
        let int = value.as_i64().or_else(|| value.as_str()?.parse().ok()).or_else(|| whole(value.as_f64()?));
        return int.map(Number::Int).ok_or_else(wrong);
    }
    let double = match value.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        None => value.as_f64(),
    };
    double.map(Number::Double).ok_or_else(wrong)
}

/// A double that is an integer: the mapping lets one be written with a fraction of zero, or an exponent.
fn whole(double: f64) -> Option<i64> {
    let in_range = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&double);
    (in_range && double.fract() == 0.0).then_some(double as i64)
}

/// The one typed member of a `Value` message.
fn typed_member<'n, 'v>(value: &'v Value, names: &[&'n str]) -> Result<(&'n str, &'v Value), String> {
    let report = Report::default();
    let member = Object::new(value, "", &report, names).and_then(|object| object.one_of(names, "value"));
    match (member, report.errors.into_inner().pop()) {
        (_, Some(error)) => Err(error),
        (Some(member), None) => Ok(member),
        (None, None) => Err(format!("value is not set: one of {} is needed", names.join(", "))),
    }
}

pub(super) fn read_hex(text: &str) -> Result<Vec<u8>, String> {
    data_encoding::HEXLOWER_PERMISSIVE
        .decode(text.as_bytes())
        .map_err(|_| format!("invalid hex {text:?}: an even number of the digits 0-9, a-f is needed"))
}

/// Standard or URL-safe, padded or not, as the proto3 JSON mapping accepts.
pub(super) fn read_base64(text: &str) -> Result<Vec<u8>, String> {
    let standard = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    data_encoding::BASE64_NOPAD.decode(standard.as_bytes()).map_err(|_| format!("invalid base64 {text:?}"))
}
