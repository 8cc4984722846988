//! Reading an object of the proto3 JSON mapping: either spelling of a key, `null` as absent, problems collected
//! with their places.

use std::cell::RefCell;

use serde_json::{Map, Value};

/// Collects what is wrong and what is odd in one policy.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) errors: RefCell<Vec<String>>,
    pub(crate) warnings: RefCell<Vec<String>>,
}

/// An object and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Object<'a, 'r> {
    members: &'a Map<String, Value>,
    place: &'r str,
    report: &'r Report,
}

impl<'a, 'r> Object<'a, 'r> {
    /// Takes `value` as an object at `place`, whose members are `known` (in snake case).
    pub(crate) fn new(value: &'a Value, place: &'r str, report: &'r Report, known: &[&str]) -> Option<Self> {
        let Value::Object(members) = value else {
            report.error(place, format!("expected an object, found {}", kind(value)));
            return None;
        };
        for key in members.keys() {
            match known.iter().find(|name| is_key(key, name)) {
                None => report.warning(place, format!("unknown field `{key}` is ignored")),
                Some(name) if key != name && members.contains_key(*name) => {
                    report.error(place, format!("`{name}` comes more than once, also as `{key}`"));
                }
                Some(_) => {}
            }
        }
        Some(Self { members, place, report })
    }

    /// The member of that name in snake or camel case; `null` is absent.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        let value = self.members.get(name).or_else(|| {
            let mut members = self.members.iter();
            members.find(|(key, _)| is_key(key, name)).map(|(_, value)| value)
        });
        value.filter(|value| !value.is_null())
    }

    pub(crate) fn error(&self, problem: impl std::fmt::Display) {
        self.report.error(self.place, problem);
    }

    /// The place of a member.
    pub(crate) fn place_of(&self, name: &str) -> String {
        at(self.place, name)
    }

    pub(crate) fn report(&self) -> &'r Report {
        self.report
    }

    pub(crate) fn string(&self, name: &str) -> Option<&'a str> {
        self.typed(name, "a string", Value::as_str)
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.typed(name, "true or false", Value::as_bool)
    }

    /// The elements of a repeated field; none if it is absent.
    pub(crate) fn list(&self, name: &str) -> &'a [Value] {
        self.typed(name, "a list", Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The one member present out of a oneof group; a second is an error.
    pub(crate) fn one_of<'n>(&self, names: &[&'n str], what: &str) -> Option<(&'n str, &'a Value)> {
        let mut present = names.iter().filter_map(|name| self.get(name).map(|value| (*name, value)));
        let first = present.next()?;
        if let Some((second, _)) = present.next() {
            self.error(format!("more than one {what}: `{}` and `{second}`", first.0));
        }
        Some(first)
    }

    fn typed<T>(&self, name: &str, expected: &str, read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.get(name)?;
        let read = read(value);
        if read.is_none() {
            self.error(format!("`{name}` is {}, expected {expected}", kind(value)));
        }
        read
    }
}

impl Report {
    pub(crate) fn error(&self, place: &str, problem: impl std::fmt::Display) {
        self.errors.borrow_mut().push(at(place, problem));
    }

    pub(crate) fn warning(&self, place: &str, remark: impl std::fmt::Display) {
        self.warnings.borrow_mut().push(at(place, remark));
    }
}

fn at(place: &str, words: impl std::fmt::Display) -> String {
    if place.is_empty() { words.to_string() } else { format!("{place}: {words}") }
}

/// What a value is, in words.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Whether `key` spells `name` (snake case) in snake or camel case.
fn is_key(key: &str, name: &str) -> bool {
    let mut key = key.bytes();
    let mut rest = name.bytes();
    if key.clone().eq(rest.clone()) {
        return true;
    }
    while let Some(expected) = rest.next() {
        let expected = match expected {
            b'_' => rest.next().map(|letter| letter.to_ascii_uppercase()),
            letter => Some(letter),
        };
        if key.next() != expected {
            return false;
        }
    }
    key.next().is_none()
}

/// Reads an enum: its name with prefix or without, in upper or lower case, or its number.
pub(crate) fn enum_value<T: Copy>(
    value: &Value,
    prefix: &str,
    table: &[(&str, u64, T)],
) -> Result<T, String> {
    let found = match value {
        Value::Number(number) => table.iter().find(|(_, code, _)| number.as_u64() == Some(*code)),
        Value::String(text) => {
            let (name, prefix) = (text.to_ascii_lowercase(), prefix.to_ascii_lowercase());
            let name = name.strip_prefix(&prefix).unwrap_or(&name);
            table.iter().find(|(known, _, _)| *known == name)
        }
        _ => None,
    };
    found.map(|(_, _, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = table.iter().map(|(name, _, _)| *name).collect();
        let names = names.join(", ");
        let is_unspecified = value.as_u64() == Some(0) || value.as_str().is_some_and(is_unspecified);
        if is_unspecified {
            format!("unspecified is not one of {names}")
        } else {
            format!("{value} is not one of {names}")
        }
    })
}

fn is_unspecified(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("unspecified")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_snake_and_camel_case() {
        assert!(is_key("log_field", "log_field"));
        assert!(is_key("logField", "log_field"));
        assert!(is_key("createdAtUnixNano", "created_at_unix_nano"));
        assert!(!is_key("logfield", "log_field"));
        assert!(!is_key("logFieldX", "log_field"));
        assert!(!is_key("log", "log_field"));
    }

    #[test]
    fn enums_are_read_in_every_spelling() {
        let table = [("body", 1, 'b'), ("trace_id", 3, 't')];
        for spelling in ["LOG_FIELD_TRACE_ID", "TRACE_ID", "trace_id", "log_field_trace_id"] {
            assert_eq!(enum_value(&spelling.into(), "LOG_FIELD_", &table), Ok('t'));
        }
        assert_eq!(enum_value(&3.into(), "LOG_FIELD_", &table), Ok('t'));
        for wrong in [Value::from("bod"), 0.into(), "LOG_FIELD_UNSPECIFIED".into(), Value::Bool(true)] {
            assert!(enum_value(&wrong, "LOG_FIELD_", &table).is_err(), "{wrong}");
        }
    }
}
