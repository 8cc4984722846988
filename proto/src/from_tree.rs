//! A tree as a message, in every spelling that JSON and YAML give it.

use data_encoding::BASE64_NOPAD;
use prost_reflect::prost::bytes::Bytes;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use serde_json::{Map, Value as Tree};

use crate::schema::TRUE_IF_ABSENT_IN_JSON;
use crate::spelling::{enumerator, member};

/// Name of the fields that only an extension understands.
const CONFIG: &str = "config";

/// A tree that is no message of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {found} is not {expected}")]
pub struct EncodeError {
    /// The full name of the field, or of the message.
    pub field: String,
    /// What is there, as JSON.
    pub found: String,
    /// What should be there.
    pub expected: String,
}

pub(crate) fn message(descriptor: &MessageDescriptor, tree: &Tree) -> Result<DynamicMessage, EncodeError> {
    let spelled_out;
    let members = match tree {
        Tree::Object(members) => members,
        shorthand => {
            spelled_out = spelled_out_shorthand(descriptor, shorthand)
                .ok_or_else(|| wrong(descriptor.full_name(), tree, "an object"))?;
            &spelled_out
        }
    };
    let mut message = DynamicMessage::new(descriptor.clone());
    for field in descriptor.fields() {
        match member(members, &field) {
            Some(found) => message.set_field(&field, field_value(&field, found)?),
            None if field.full_name() == TRUE_IF_ABSENT_IN_JSON => {
                message.set_field(&field, Value::Bool(true));
            }
            None => {}
        }
    }
    Ok(message)
}

/// `"a"` and `["a", "b"]` for a path, a bare literal for a value.
fn spelled_out_shorthand(descriptor: &MessageDescriptor, shorthand: &Tree) -> Option<Map<String, Tree>> {
    let key = match (descriptor.name(), shorthand) {
        ("AttributePath", Tree::String(_)) => {
            return Some(Map::from_iter([("path".to_owned(), Tree::from(vec![shorthand.clone()]))]));
        }
        ("AttributePath", Tree::Array(_)) => "path",
        ("Value", Tree::Bool(_)) => "bool_value",
        ("Value", Tree::String(_)) => "string_value",
        ("Value" | "NumericValue", Tree::Number(number)) if number.is_i64() => "int_value",
        ("Value" | "NumericValue", Tree::Number(_)) => "double_value",
        _ => return None,
    };
    Some(Map::from_iter([(key.to_owned(), shorthand.clone())]))
}

fn field_value(field: &FieldDescriptor, tree: &Tree) -> Result<Value, EncodeError> {
    if !field.is_list() {
        return single(field, tree);
    }
    let elements = tree.as_array().ok_or_else(|| wrong(field.full_name(), tree, "a list"))?;
    elements.iter().map(|element| single(field, element)).collect::<Result<_, _>>().map(Value::List)
}

fn single(field: &FieldDescriptor, tree: &Tree) -> Result<Value, EncodeError> {
    let (value, expected) = match field.kind() {
        Kind::Message(descriptor) => return message(&descriptor, tree).map(Value::Message),
        Kind::Bool => (tree.as_bool().map(Value::Bool), "true or false"),
        Kind::String => (tree.as_str().map(|text| Value::String(text.to_owned())), "a string"),
        Kind::Bytes if field.name() == CONFIG => (config(tree).map(Value::Bytes), "base64 or an object"),
        Kind::Bytes => (bytes(tree).map(Value::Bytes), "base64"),
        Kind::Float => (double(tree).map(|number| Value::F32(number as f32)), "a number"),
        Kind::Double => (double(tree).map(Value::F64), "a number"),
        Kind::Uint32 => {
            (unsigned(tree).and_then(|it| it.try_into().ok()).map(Value::U32), "a 32-bit integer")
        }
        Kind::Fixed64 | Kind::Uint64 => (unsigned(tree).map(Value::U64), "an integer"),
        Kind::Enum(descriptor) => (enumerator(tree, &descriptor).map(Value::EnumNumber), "an enumerator"),
        _ => (signed(tree).map(Value::I64), "an integer"),
    };
    value.ok_or_else(|| wrong(field.full_name(), tree, expected))
}

fn signed(tree: &Tree) -> Option<i64> {
    tree.as_i64().or_else(|| tree.as_str()?.parse().ok())
}

fn unsigned(tree: &Tree) -> Option<u64> {
    tree.as_u64().or_else(|| tree.as_str()?.parse().ok())
}

fn double(tree: &Tree) -> Option<f64> {
    match tree.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some(text) => text.parse().ok(),
        None => tree.as_f64(),
    }
}

/// Standard or URL-safe, padded or not, as the proto3 JSON mapping accepts.
fn bytes(tree: &Tree) -> Option<Bytes> {
    let standard = tree.as_str()?.trim_end_matches('=').replace('-', "+").replace('_', "/");
    BASE64_NOPAD.decode(standard.as_bytes()).ok().map(Bytes::from)
}

/// The configuration of an extension: an object stands for its JSON text, and text that is no base64 for itself.
fn config(tree: &Tree) -> Option<Bytes> {
    match tree {
        Tree::Object(_) => Some(tree.to_string().into()),
        _ => bytes(tree).or_else(|| tree.as_str().map(|text| text.to_owned().into())),
    }
}

fn wrong(field: &str, found: &Tree, expected: &str) -> EncodeError {
    EncodeError { field: field.to_owned(), found: found.to_string(), expected: expected.to_owned() }
}
