//! Reads a document of JSON or YAML whose tables give each key once.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The document in `text`, or the format it should have had and what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Value, (&'static str, String)> {
    // JSON's errors are clearer for JSON, and YAML allows no tabs: the first character tells them apart.
    if text.trim_start().starts_with('{') {
        let parsed = serde_json::from_str(text);
        parsed.map(|Document(value)| value).map_err(|error| ("JSON", error.to_string()))
    } else {
        let parsed = serde_yaml_ng::from_str(text);
        parsed.map(|Document(value)| value).map_err(|error| ("YAML", error.to_string()))
    }
}

/// A value in which no table gives a key twice: only one of the two could have effect, in silence.
struct Document(Value);

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values).map(Document)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a table, a list or a single value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    /// What YAML makes of an empty document.
    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Document(element)) = elements.next_element()? {
            list.push(element);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut table = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if table.contains_key(&key) {
                return Err(A::Error::custom(format!("key `{key}` is given twice")));
            }
            let Document(value) = entries.next_value()?;
            table.insert(key, value);
        }
        Ok(table.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_formats_give_the_same_values() {
        let expected = json!({"a": [1, -2, 1.5, true, null, "x"], "b": {"a": {}}});
        assert_eq!(parse(r#"{"a": [1, -2, 1.5, true, null, "x"], "b": {"a": {}}}"#).unwrap(), expected);
        assert_eq!(parse("a: [1, -2, 1.5, true, null, x]\nb: {a: {}}").unwrap(), expected);
        assert_eq!(parse("").unwrap(), Value::Null);
    }

    #[test]
    fn a_key_given_twice_is_named_at_any_depth() {
        let check = |text, format, place| {
            let (found, message) = parse(text).unwrap_err();
            assert_eq!(found, format, "{text}");
            assert!(message.contains("key `idle` is given twice") && message.contains(place), "{message}");
        };
        check("{\n\"idle\": 1,\n\"idle\": 2}", "JSON", "line 3");
        check(r#"{"deadlines": {"idle": 1, "idle": 1}}"#, "JSON", "line 1");
        // The parser knows no place for what is wrong with the outermost table.
        check("idle: 1\nhead: 2\nidle: 1\n", "YAML", "");
        check("a:\n- {idle: 1, idle: 2}\n", "YAML", "a[0]: ");
    }
}
