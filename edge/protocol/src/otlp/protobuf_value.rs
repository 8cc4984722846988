//! Values and key-value lists of opentelemetry/proto/common/v1/common.proto, in protobuf.

use edge_policy::Value;
use edge_stream::protobuf::{Fields, Malformed};

use super::attributes::{Any, Format, Visit};

/// The protobuf spelling.
#[derive(Debug, Clone, Copy)]
pub(super) struct Protobuf;

impl<'a> Format<'a> for Protobuf {
    #[inline]
    fn any(self, raw: &'a [u8]) -> Result<Any<'a>, Malformed> {
        // Nearly all are one short string.
        if let [0x0a, length @ ..0x80, text @ ..] = raw
            && text.len() == usize::from(*length)
        {
            return Ok(Any::Value(Value::Text(text)));
        }
        let mut any = Any::Unset;
        for field in Fields::new(raw) {
            let field = field?;
            any = match field.number {
                1 => Any::Value(Value::Text(field.value.bytes()?)),
                2 => Any::Value(Value::Bool(field.value.varint()? != 0)),
                3 => Any::Value(Value::Int(field.value.varint()? as i64)),
                4 => Any::Value(Value::Double(field.value.fixed64().map(f64::from_bits)?)),
                5 => Any::Value(Value::Other),
                6 => Any::Map(field.value.bytes()?),
                7 => Any::Value(Value::Bytes(field.value.bytes()?)),
                _ => any,
            };
        }
        Ok(any)
    }

    fn entries(self, map: &'a [u8], visit: Visit<'_, 'a>) -> Result<(), Malformed> {
        for field in Fields::new(map) {
            let field = field?;
            if field.number == 1 {
                let (key, value) = key_value(field.value.bytes()?)?;
                visit(key, value, &map[field.range])?;
            }
        }
        Ok(())
    }
}

/// The key and value of a `KeyValue`; what is absent is empty. Nearly all are a short key and a short value, in this
/// order.
#[inline]
pub(super) fn key_value(raw: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    if let [0x0a, key_length @ ..0x80, rest @ ..] = raw
        && let Some((key, [0x12, value_length @ ..0x80, value @ ..])) =
            rest.split_at_checked(usize::from(*key_length))
        && value.len() == usize::from(*value_length)
    {
        return Ok((key, value));
    }
    any_key_value(raw)
}

#[inline(never)]
fn any_key_value(raw: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let (mut key, mut value): (&[u8], &[u8]) = (&[], &[]);
    for field in Fields::new(raw) {
        let field = field?;
        match field.number {
            1 => key = field.value.bytes()?,
            2 => value = field.value.bytes()?,
            _ => {}
        }
    }
    Ok((key, value))
}
