//! Values and key-value lists of opentelemetry/proto/common/v1/common.proto, in the JSON mapping of OTLP.

use bumpalo::Bump;
use data_encoding::Encoding;
use edge_policy::{Simple, Value};
use edge_stream::json::{Cursor, Kind, Text};
use edge_stream::protobuf::Malformed;

use super::attributes::{Any, Format, Visit};
use super::enumeration::{Enumeration, is_missing};
use super::layout::is_named;

/// The JSON spelling. What is escaped or encoded in the text is decoded into the arena.
#[derive(Debug, Clone, Copy)]
pub(super) struct Json<'a> {
    pub(super) arena: &'a Bump,
}

impl<'a> Format<'a> for Json<'a> {
    fn any(self, raw: &'a [u8]) -> Result<Any<'a>, Malformed> {
        let mut cursor = Cursor::new(raw);
        let mut any = Any::Unset;
        if cursor.is_null()? {
            return Ok(any);
        }
        let mut walk = cursor.object()?;
        while let Some(key) = cursor.member(&mut walk)? {
            if !cursor.is_null()? {
                any = self.any_member(self.text(key), &mut cursor)?.unwrap_or(any);
            }
        }
        Ok(any)
    }

    fn entries(self, map: &'a [u8], visit: Visit<'_, 'a>) -> Result<(), Malformed> {
        self.list(&mut Cursor::new(map), visit)
    }
}

impl<'a> Json<'a> {
    /// The string that a text stands for.
    #[inline]
    pub(super) fn text(self, text: Text<'a>) -> &'a [u8] {
        text.plain().unwrap_or_else(|| self.arena.alloc_slice_copy(&text.decode()))
    }

    /// Visits the entries of the key-value list at the cursor.
    pub(super) fn list(self, cursor: &mut Cursor<'a>, visit: Visit<'_, 'a>) -> Result<(), Malformed> {
        if cursor.is_null()? {
            return Ok(());
        }
        let mut walk = cursor.array()?;
        while cursor.element(&mut walk)? {
            let start = cursor.position();
            let (key, value) = self.key_value(cursor)?;
            visit(key, value, &cursor.text()[start..cursor.position()])?;
        }
        Ok(())
    }

    fn key_value(self, cursor: &mut Cursor<'a>) -> Result<(&'a [u8], &'a [u8]), Malformed> {
        let (mut key, mut value): (&[u8], &[u8]) = (b"", b"null");
        let mut walk = cursor.object()?;
        while let Some(name) = cursor.member(&mut walk)? {
            match self.text(name) {
                b"key" => key = self.text(cursor.string()?),
                b"value" => value = cursor.skip()?,
                _ => {
                    cursor.skip()?;
                }
            }
        }
        Ok((key, value))
    }

    fn any_member(self, name: &[u8], cursor: &mut Cursor<'a>) -> Result<Option<Any<'a>>, Malformed> {
        let is = |camel| is_named(name, camel);
        Ok(Some(Any::Value(if is("stringValue") {
            Value::Text(self.text(cursor.string()?))
        } else if is("intValue") {
            Value::Int(int(scalar(self, cursor)?)?)
        } else if is("boolValue") {
            Value::Bool(cursor.bool()?)
        } else if is("doubleValue") {
            Value::Double(double(scalar(self, cursor)?)?)
        } else if is("bytesValue") {
            Value::Bytes(self.base64(cursor)?)
        } else if is("arrayValue") {
            cursor.skip()?;
            Value::Other
        } else if is("kvlistValue") {
            return self.values(cursor).map(|map| Some(Any::Map(map)));
        } else {
            cursor.skip()?;
            return Ok(None);
        })))
    }

    /// The list inside a `KeyValueList`.
    fn values(self, cursor: &mut Cursor<'a>) -> Result<&'a [u8], Malformed> {
        let mut values: &[u8] = b"[]";
        let mut walk = cursor.object()?;
        while let Some(name) = cursor.member(&mut walk)? {
            let value = cursor.skip()?;
            if self.text(name) == b"values" && value != b"null" {
                values = value;
            }
        }
        Ok(values)
    }

    /// Standard or URL-safe, padded or not.
    fn base64(self, cursor: &mut Cursor<'a>) -> Result<&'a [u8], Malformed> {
        let text = self.arena.alloc_slice_copy(self.text(cursor.string()?));
        for byte in text.iter_mut() {
            *byte = match *byte {
                b'-' => b'+',
                b'_' => b'/',
                other => other,
            };
        }
        let digits = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
        self.decode(&data_encoding::BASE64_NOPAD, &text[..digits])
    }

    fn decode(self, encoding: &Encoding, text: &[u8]) -> Result<&'a [u8], Malformed> {
        let length = encoding.decode_len(text.len()).map_err(|_| Malformed)?;
        let decoded = self.arena.alloc_slice_fill_copy(length, 0);
        let length = encoding.decode_mut(text, decoded).map_err(|_| Malformed)?;
        Ok(&decoded[..length])
    }

    /// The value of a well-known field at the cursor.
    pub(super) fn simple(
        self,
        simple: Simple,
        cursor: &mut Cursor<'a>,
    ) -> Result<Option<Value<'a>>, Malformed> {
        if cursor.is_null()? {
            // What is not set is 0, and of all enums only a status says something by that.
            return Ok((simple == Simple::SpanStatus).then_some(Value::Int(0)));
        }
        if let Some(enumeration) = Enumeration::of(simple) {
            let number = enumerated(enumeration, scalar(self, cursor)?)?;
            return Ok((!is_missing(simple, number)).then_some(Value::Int(number)));
        }
        Ok(Some(match simple {
            Simple::Body => return self.any(cursor.skip()?).map(Any::body),
            _ if simple.is_identifier() => {
                let text = self.text(cursor.string()?);
                Value::Bytes(self.decode(&data_encoding::HEXLOWER_PERMISSIVE, text)?)
            }
            _ => Value::Text(self.text(cursor.string()?)),
        }))
    }
}

/// A number, which the mapping may also write as a string.
fn scalar<'a>(json: Json<'a>, cursor: &mut Cursor<'a>) -> Result<&'a str, Malformed> {
    match cursor.kind()? {
        Kind::String => std::str::from_utf8(json.text(cursor.string()?)).map_err(|_| Malformed),
        _ => cursor.number(),
    }
}

/// An integer, in any spelling whose value is one.
fn int(text: &str) -> Result<i64, Malformed> {
    text.parse().or_else(|_| {
        let double = double(text)?;
        let in_range = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&double);
        let whole = text.contains(['.', 'e', 'E']) && double.fract() == 0.0;
        if whole && in_range { Ok(double as i64) } else { Err(Malformed) }
    })
}

fn double(text: &str) -> Result<f64, Malformed> {
    match text {
        "NaN" => Ok(f64::NAN),
        "Infinity" => Ok(f64::INFINITY),
        "-Infinity" => Ok(f64::NEG_INFINITY),
        _ if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
            text.parse().map_err(|_| Malformed)
        }
        _ => Err(Malformed),
    }
}

/// An enum: a number, of which any may come, or the name of a known one.
fn enumerated(enumeration: &Enumeration, text: &str) -> Result<i64, Malformed> {
    if let Some(number) = enumeration.number(text) {
        return Ok(number);
    }
    int(text).and_then(|number| i32::try_from(number).map(i64::from).map_err(|_| Malformed))
}
