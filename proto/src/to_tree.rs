//! A message as a tree.

use data_encoding::BASE64;
use prost_reflect::{DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, ReflectMessage, Value};
use serde_json::Value as Tree;

use crate::schema::TRUE_IF_ABSENT_IN_JSON;

/// How a tree spells what JSON knows several spellings for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Snake case, and numbers wherever there are any.
    Plain,
    /// As the proto3 JSON mapping writes it.
    Canonical,
}

pub(crate) fn tree(message: &DynamicMessage, style: Style) -> Tree {
    let descriptor = message.descriptor();
    let is_told =
        |field: &FieldDescriptor| message.has_field(field) || field.full_name() == TRUE_IF_ABSENT_IN_JSON;
    let members = descriptor.fields().filter(is_told).map(|field| {
        let key = if style == Style::Plain { field.name() } else { field.json_name() };
        (key.to_owned(), value(&message.get_field(&field), &field.kind(), style))
    });
    Tree::Object(members.collect())
}

fn value(value_: &Value, kind: &Kind, style: Style) -> Tree {
    match value_ {
        Value::Bool(flag) => (*flag).into(),
        Value::I32(number) => (*number).into(),
        Value::U32(number) => (*number).into(),
        Value::I64(number) if style == Style::Plain => (*number).into(),
        Value::U64(number) if style == Style::Plain => (*number).into(),
        Value::I64(number) => number.to_string().into(),
        Value::U64(number) => number.to_string().into(),
        // By its shortest decimal digits: 0.1 is meant, and not what is left of it in 32 bits.
        Value::F32(number) => double(number.to_string().parse().unwrap_or(f64::NAN)),
        Value::F64(number) => double(*number),
        Value::String(text) => text.clone().into(),
        Value::Bytes(bytes) => BASE64.encode(bytes).into(),
        Value::EnumNumber(number) => enumerator(*number, kind.as_enum(), style),
        Value::Message(message) => tree(message, style),
        Value::List(elements) => elements.iter().map(|element| value(element, kind, style)).collect(),
        // No message of the protocol has one.
        Value::Map(_) => Tree::Null,
    }
}

/// JSON has no numbers for what the proto3 JSON mapping has three names for.
fn double(number: f64) -> Tree {
    if number.is_finite() {
        return number.into();
    }
    let name = if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    name.into()
}

/// A number that has no name stays one.
fn enumerator(number: i32, descriptor: Option<&EnumDescriptor>, style: Style) -> Tree {
    let named = descriptor.filter(|_| style == Style::Canonical).and_then(|it| it.get_value(number));
    named.map_or_else(|| number.into(), |value| value.name().into())
}
