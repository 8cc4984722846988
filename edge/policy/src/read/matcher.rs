//! Matchers: a field selector, a condition, and two switches.

use serde_json::Value;

use super::object::{Object, Report, enum_value, kind};
use crate::field::{Field, Level, Simple};
use crate::model::{Comparison, Condition, Literal, Matcher, Number};
use crate::pattern::Pattern;

pub(super) const SELECTORS: [&str; 4] =
    ["log_field", "log_attribute", "resource_attribute", "scope_attribute"];

const CONDITIONS: [&str; 11] =
    ["exact", "regex", "exists", "starts_with", "ends_with", "contains", "equals", "gt", "gte", "lt", "lte"];

const VALUES: [&str; 6] =
    ["bool_value", "int_value", "double_value", "bytes_value", "hex_value", "string_value"];

/// Maps nested deeper than this are not data; and a walk along a path takes a stack frame for each segment.
const PATH_SEGMENTS_MAX: usize = 64;

pub(super) fn read(value: &Value, place: &str, report: &Report) -> Option<Matcher> {
    let known = [&SELECTORS[..], &CONDITIONS[..], &["negate", "case_insensitive"]].concat();
    let object = Object::new(value, place, report, &known)?;
    let field = read_field(&object, &SELECTORS);
    let negate = object.flag("negate").unwrap_or(false);
    let case_insensitive = object.flag("case_insensitive").unwrap_or(false);
    let Some((name, value)) = object.one_of(&CONDITIONS, "match condition") else {
        object.error("no match condition");
        return None;
    };
    let identifier = matches!(field, Some(Field::Simple(simple)) if simple.is_identifier());
    let condition = match read_condition(name, value, case_insensitive, identifier) {
        Ok(condition) => Some(condition),
        Err(problem) => {
            object.error(problem);
            None
        }
    };
    Some(Matcher { field: field?, condition: condition?, negate })
}

/// The field that one of `selectors` names: the first is the simple one, the rest are attributes of the record,
/// resource and scope, in this order.
pub(super) fn read_field(object: &Object<'_, '_>, selectors: &[&str; 4]) -> Option<Field> {
    let Some((name, value)) = object.one_of(selectors, "field selector") else {
        object.error(format!("no field selector: one of {} is needed", selectors.join(", ")));
        return None;
    };
    let level = match selectors.iter().position(|selector| *selector == name) {
        Some(1) => Level::Record,
        Some(2) => Level::Resource,
        Some(3) => Level::Scope,
        _ => return read_simple(object, name, value).map(Field::Simple),
    };
    read_path(object, name, value).map(|path| Field::Attribute(level, path))
}

fn read_simple(object: &Object<'_, '_>, name: &str, value: &Value) -> Option<Simple> {
    match enum_value(value, "LOG_FIELD_", &Simple::LOG) {
        Ok(simple) => Some(simple),
        Err(problem) => {
            object.error(format!("{name}: {problem}"));
            None
        }
    }
}

/// `{"path": ["a", "b"]}`, `["a", "b"]` or `"a"`.
fn read_path(object: &Object<'_, '_>, name: &str, value: &Value) -> Option<Box<[String]>> {
    let single;
    let segments = match value {
        Value::Object(members) => {
            members.get("path").and_then(Value::as_array).map_or(&[][..], Vec::as_slice)
        }
        Value::Array(segments) => segments,
        other => {
            single = [other.clone()];
            &single
        }
    };
    let path: Option<Box<[String]>> =
        segments.iter().map(|segment| segment.as_str().map(str::to_owned)).collect();
    match path {
        Some(path) if path.is_empty() || path.iter().any(String::is_empty) => {
            object.error("attribute has empty path");
            None
        }
        Some(path) if path.len() > PATH_SEGMENTS_MAX => {
            object.error(format!("`{name}` has {} segments, more than {PATH_SEGMENTS_MAX}", path.len()));
            None
        }
        Some(path) => Some(path),
        None => {
            object.error(format!("`{name}` is {}, expected a key or a list of keys", kind(value)));
            None
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
        let int = value.as_i64().or_else(|| value.as_str()?.parse().ok());
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

fn read_hex(text: &str) -> Result<Vec<u8>, String> {
    data_encoding::HEXLOWER_PERMISSIVE
        .decode(text.as_bytes())
        .map_err(|_| format!("invalid hex {text:?}: an even number of the digits 0-9, a-f is needed"))
}

/// Standard or URL-safe, padded or not, as the proto3 JSON mapping accepts.
fn read_base64(text: &str) -> Result<Vec<u8>, String> {
    let standard = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    data_encoding::BASE64_NOPAD.decode(standard.as_bytes()).map_err(|_| format!("invalid base64 {text:?}"))
}
