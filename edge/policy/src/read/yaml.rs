//! YAML as the tree that the same document would be in JSON.
//!
//! What YAML can say and JSON cannot must neither vanish nor fail the document: an infinite percentage that became
//! `null` would read as 0, and drop everything.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads a document of one tree.
pub(super) fn read(text: &[u8]) -> Result<Value, serde_yaml_ng::Error> {
    serde_yaml_ng::from_slice(text).map(|Tree(value)| value)
}

struct Tree(Value);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor).map(Self)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, int: i64) -> Result<Value, E> {
        Ok(int.into())
    }

    fn visit_u64<E>(self, int: u64) -> Result<Value, E> {
        Ok(int.into())
    }

    fn visit_i128<E: Error>(self, int: i128) -> Result<Value, E> {
        self.visit_f64(int as f64)
    }

    fn visit_u128<E: Error>(self, int: u128) -> Result<Value, E> {
        self.visit_f64(int as f64)
    }

    /// What JSON has no number for goes by the names of the proto3 JSON mapping.
    fn visit_f64<E>(self, double: f64) -> Result<Value, E> {
        Ok(match Number::from_f64(double) {
            Some(number) => Value::Number(number),
            None if double.is_nan() => "NaN".into(),
            None if double > 0.0 => "Infinity".into(),
            None => "-Infinity".into(),
        })
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Tree(element)) = elements.next_element()? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    /// Of a key that comes twice the last counts, as in JSON.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, Tree(value))) = members.next_entry()? {
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }

    /// A tag says nothing here: the value behind it counts.
    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Value, A::Error> {
        let (Tag, content) = tagged.variant()?;
        content.newtype_variant().map(|Tree(value)| value)
    }
}

/// Any tag.
struct Tag;

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|_| Self)
    }
}
