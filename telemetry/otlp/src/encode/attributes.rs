//! Key-values, and who they are about: resource and scope.

use telemetry::logs::FieldValue;
use telemetry::{CollectedSet, Scalar};

use super::wire::{SMALL, bytes_field, message, message_len, message_of, text_field, varint, varint_len};

/// `AnyValue`'s variants, as far as the SDK has them.
const TEXT: u8 = 1;
const BOOL: u8 = 2;
const INT: u8 = 3;
const DOUBLE: u8 = 4;

/// The attributes of a series under each of the field numbers that the kinds of points have for them.
///
/// One after the other in one piece: they are equally long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rendered<'a>(&'a [u8]);

/// Field numbers of the attributes of a point.
const NUMBERS: [u8; 3] = [7, 9, 1];

impl<'a> Rendered<'a> {
    /// Those of a series, rendered once.
    #[inline]
    pub(super) fn of(set: &CollectedSet<'a>) -> Self {
        Self(set.rendered(render))
    }

    /// For a `NumberDataPoint`.
    #[inline]
    pub(super) fn of_number(self) -> &'a [u8] {
        &self.0[..self.0.len() / NUMBERS.len()]
    }

    /// For a `HistogramDataPoint`.
    pub(super) fn of_histogram(self) -> &'a [u8] {
        let length = self.0.len() / NUMBERS.len();
        &self.0[length..2 * length]
    }

    /// For an `ExponentialHistogramDataPoint`.
    pub(super) fn of_exponential(self) -> &'a [u8] {
        &self.0[2 * (self.0.len() / NUMBERS.len())..]
    }
}

fn render(set: &CollectedSet<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for number in NUMBERS {
        for (key, value) in set.attributes() {
            key_value(&mut out, number, key, value_of(value));
        }
    }
    out
}

fn value_of(scalar: &Scalar) -> FieldValue<'_> {
    match scalar {
        Scalar::Word(word) => FieldValue::Text(word),
        Scalar::Text(text) => FieldValue::Text(text),
        Scalar::Int(number) => FieldValue::Int(*number),
        Scalar::Double(number) => FieldValue::Double(*number),
        Scalar::Bool(truth) => FieldValue::Bool(*truth),
    }
}

/// A `KeyValue` as the field `number` of what is being written.
pub(super) fn key_value(out: &mut Vec<u8>, number: u8, key: &str, value: FieldValue<'_>) {
    let value_length = any_value_len(value);
    message_of(out, number, message_len(key.len()) + message_len(value_length));
    bytes_field(out, 1, key.as_bytes());
    message_of(out, 2, value_length);
    any_value(out, value);
}

/// Text as an `AnyValue` that is the field `number` of what is being written.
pub(super) fn text_value(out: &mut Vec<u8>, number: u8, text: &str) {
    let value = FieldValue::Text(text);
    message_of(out, number, any_value_len(value));
    any_value(out, value);
}

fn any_value_len(value: FieldValue<'_>) -> usize {
    match value {
        FieldValue::Text(text) => message_len(text.len()),
        FieldValue::Bool(_) => 2,
        FieldValue::Int(number) => 1 + varint_len(number.cast_unsigned()),
        FieldValue::Double(_) => 9,
    }
}

/// Also writes what is empty, zero or false: one variant has to be there for the value to have a type.
fn any_value(out: &mut Vec<u8>, value: FieldValue<'_>) {
    match value {
        FieldValue::Text(text) => bytes_field(out, TEXT, text.as_bytes()),
        FieldValue::Bool(truth) => super::wire::varint_field(out, BOOL, u64::from(truth)),
        FieldValue::Int(number) => {
            out.push(INT << 3);
            varint(out, number.cast_unsigned());
        }
        FieldValue::Double(number) => super::wire::fixed64_field(out, DOUBLE, number.to_bits()),
    }
}

/// The `Resource` that is the first field of every group of records.
pub(super) fn resource(out: &mut Vec<u8>, resource: &[(String, String)]) {
    message::<SMALL>(out, 1, |out| {
        for (key, value) in resource {
            key_value(out, 1, key, FieldValue::Text(value));
        }
    });
}

/// The `InstrumentationScope` that is the first field of the records of one scope.
pub(super) fn scope(out: &mut Vec<u8>, name: &str) {
    message::<SMALL>(out, 1, |out| text_field(out, 1, name));
}
