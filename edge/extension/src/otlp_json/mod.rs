//! A request of OTLP as one line of OTLP/JSON: what an OTLP/HTTP endpoint takes.
//!
//! Protobuf becomes JSON as the OTLP specification maps it: identifiers in hexadecimal, 64-bit integers as strings,
//! enumerations as numbers. A number that JSON does not have is written as proto3's mapping does: `"NaN"`.

mod schema;
#[cfg(test)]
mod tests;

use std::io::Write as _;

use data_encoding::{BASE64, HEXLOWER};
use edge_policy::Signal;
use edge_stream::json::write_string;
use edge_stream::protobuf::{Field, Fields, Malformed, Wire};
use memchr::{memchr, memchr2};

use schema::{FieldOf, Kind, Message};

/// Deepest nesting of messages. Attributes may nest without end, and the stack does not.
const DEPTH_MAX: usize = 100;

/// Writes the request as one line, with its end. Whatever was written before an error is taken back.
pub(crate) fn write_line(signal: Signal, request: &[u8], output: &mut Vec<u8>) -> Result<(), Malformed> {
    let start = output.len();
    let written = if matches!(request, [b'{' | b'[', ..]) {
        // No message of OTLP begins with these bytes: they would be the start of a group.
        write_compact(request, output);
        Ok(())
    } else {
        write_message(root(signal), request, DEPTH_MAX, output)
    };
    match written {
        Ok(()) => output.push(b'\n'),
        Err(_) => output.truncate(start),
    }
    written
}

fn root(signal: Signal) -> &'static Message {
    match signal {
        Signal::Log => &schema::LOGS,
        Signal::Metric => &schema::METRICS,
        Signal::Trace => &schema::TRACES,
    }
}

/// Leaves out the white space between tokens: strings hold no line ends, which JSON escapes.
fn write_compact(json: &[u8], output: &mut Vec<u8>) {
    let mut rest = json;
    while !rest.is_empty() {
        let (tokens, more) = rest.split_at(memchr(b'"', rest).map_or(rest.len(), |quote| quote + 1));
        output.extend(tokens.iter().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')));
        let (string, more) = more.split_at(string_length(more));
        output.extend_from_slice(string);
        rest = more;
    }
}

/// Length of what a string begins with behind its first quote, its last one included.
fn string_length(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if text[at] == b'"' {
            return at + 1;
        }
        // The backslash and what it escapes.
        at += 2;
    }
    text.len()
}

fn write_message(
    message: &Message,
    bytes: &[u8],
    depth: usize,
    output: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let depth = depth.checked_sub(1).ok_or(Malformed)?;
    let fields = Fields::new(bytes).collect::<Result<Vec<_>, _>>()?;
    output.push(b'{');
    let start = output.len();
    for of in message.0 {
        let mut values = fields.iter().filter(|field| field.number == of.number).peekable();
        if values.peek().is_some() {
            if output.len() > start {
                output.push(b',');
            }
            output.push(b'"');
            output.extend_from_slice(of.name.as_bytes());
            output.extend_from_slice(b"\":");
            write_field(of, values, depth, output)?;
        }
    }
    output.push(b'}');
    Ok(())
}

/// Writes the value of a field of which there is at least one.
fn write_field<'f>(
    of: &FieldOf,
    values: impl Iterator<Item = &'f Field<'f>>,
    depth: usize,
    output: &mut Vec<u8>,
) -> Result<(), Malformed> {
    if of.is_list {
        write_list(of.kind, values, depth, output)
    } else if let Kind::Message(message) = of.kind {
        // Several of one are one whose fields follow each other, as the wire format has it.
        let parts = values.map(|field| field.value.bytes()).collect::<Result<Vec<_>, _>>()?;
        match parts[..] {
            [part] => write_message(message, part, depth, output),
            _ => write_message(message, &parts.concat(), depth, output),
        }
    } else {
        // Of several the last one counts.
        values.last().map_or(Ok(()), |field| write_value(of.kind, field.value, depth, output))
    }
}

fn write_list<'f>(
    kind: Kind,
    values: impl Iterator<Item = &'f Field<'f>>,
    depth: usize,
    output: &mut Vec<u8>,
) -> Result<(), Malformed> {
    output.push(b'[');
    let start = output.len();
    let mut element = |value: Wire<'_>| {
        if output.len() > start {
            output.push(b',');
        }
        write_value(kind, value, depth, output)
    };
    for field in values {
        match (kind, field.value) {
            (Kind::Double | Kind::Unsigned64, Wire::Bytes(packed)) => unpack_fixed(packed, &mut element)?,
            (Kind::Varint64, Wire::Bytes(packed)) => unpack_varints(packed, &mut element)?,
            (_, value) => element(value)?,
        }
    }
    output.push(b']');
    Ok(())
}

fn unpack_fixed(
    packed: &[u8],
    element: &mut dyn FnMut(Wire<'_>) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    let (chunks, rest) = packed.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(Malformed);
    }
    chunks.iter().try_for_each(|bytes| element(Wire::Fixed64(u64::from_le_bytes(*bytes))))
}

fn unpack_varints(
    packed: &[u8],
    element: &mut dyn FnMut(Wire<'_>) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    let is_last = |byte: &u8| *byte < 0x80;
    packed.split_inclusive(is_last).try_for_each(|varint| {
        let (true, 1..=10) = (varint.last().is_some_and(is_last), varint.len()) else {
            return Err(Malformed);
        };
        let seven_bits = varint.iter().rev().map(|byte| u64::from(byte & 0x7f));
        element(Wire::Varint(seven_bits.fold(0, |value, bits| value << 7 | bits)))
    })
}

fn write_value(kind: Kind, value: Wire<'_>, depth: usize, output: &mut Vec<u8>) -> Result<(), Malformed> {
    match kind {
        Kind::Text => write_string(output, value.bytes()?),
        Kind::Hex => write_string(output, HEXLOWER.encode(value.bytes()?).as_bytes()),
        Kind::Base64 => write_string(output, BASE64.encode(value.bytes()?).as_bytes()),
        Kind::Bool => write_display(output, value.varint()? != 0),
        Kind::Double => write_double(output, f64::from_bits(value.fixed64()?)),
        Kind::Unsigned64 | Kind::Varint64 => write_quoted(output, integer(value)?),
        Kind::Signed64 => write_quoted(output, integer(value)? as i64),
        Kind::Unsigned32 => write_display(output, integer(value)? as u32),
        Kind::Signed32 => write_display(output, integer(value)? as i32),
        Kind::Zigzag32 => {
            let value = integer(value)? as u32;
            write_display(output, (value >> 1) as i32 ^ -((value & 1) as i32));
        }
        Kind::Message(message) => write_message(message, value.bytes()?, depth, output)?,
    }
    Ok(())
}

fn integer(value: Wire<'_>) -> Result<u64, Malformed> {
    match value {
        Wire::Varint(value) | Wire::Fixed64(value) => Ok(value),
        Wire::Fixed32(value) => Ok(u64::from(value)),
        Wire::Bytes(_) => Err(Malformed),
    }
}

fn write_double(output: &mut Vec<u8>, value: f64) {
    match value {
        _ if value.is_nan() => output.extend_from_slice(b"\"NaN\""),
        f64::INFINITY => output.extend_from_slice(b"\"Infinity\""),
        f64::NEG_INFINITY => output.extend_from_slice(b"\"-Infinity\""),
        _ => write_display(output, serde_json::Value::from(value)),
    }
}

fn write_quoted(output: &mut Vec<u8>, value: impl std::fmt::Display) {
    output.push(b'"');
    write_display(output, value);
    output.push(b'"');
}

fn write_display(output: &mut Vec<u8>, value: impl std::fmt::Display) {
    // A vector takes everything.
    let _ = write!(output, "{value}");
}
