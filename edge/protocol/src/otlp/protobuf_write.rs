//! Writing an edited message in protobuf: what did not change is copied as it stands.

use edge_policy::{Simple, Value};
use edge_stream::protobuf::{Fields, Malformed, Wire, write_bytes};

use super::attributes::{Any, Content, DEPTH_MAX, Entry, Format, check};
use super::editor::{Editor, State};
use super::enumeration::is_missing;
use super::layout::Layout;
use super::protobuf_value::{Protobuf, key_value};

/// Reads the fields of a message that a change may name.
pub(super) fn read<'a>(
    raw: &'a [u8],
    layout: &Layout,
    editor: &mut Editor<'a, Protobuf>,
) -> Result<(), Malformed> {
    for field in Fields::new(raw) {
        let field = field?;
        if layout.attributes.is_some_and(|(number, _)| number == field.number) {
            let (key, value) = key_value(field.value.bytes()?)?;
            check(Protobuf, value, DEPTH_MAX)?;
            editor.attributes.push(Entry::read(key, value, &raw[field.range]));
        } else if let Some(simple) = layout.by_number(field.number)
            && let Some(value) = simple_value(simple, field.value)?
        {
            editor.tell(simple, value);
        }
    }
    Ok(())
}

/// The value of a well-known field.
#[inline]
pub(super) fn simple_value(simple: Simple, value: Wire<'_>) -> Result<Option<Value<'_>>, Malformed> {
    Ok(match simple {
        Simple::Body => return Protobuf.any(value.bytes()?).map(Any::body),
        Simple::SeverityNumber | Simple::Temporality | Simple::SpanKind | Simple::SpanStatus => {
            let number = i64::from(value.varint()? as i32);
            (!is_missing(simple, number)).then_some(Value::Int(number))
        }
        _ if simple.is_identifier() => Some(Value::Bytes(value.bytes()?)),
        _ => Some(Value::Text(value.bytes()?)),
    })
}

/// The message with the editor's changes.
pub(super) fn write(
    raw: &[u8],
    layout: &Layout,
    editor: &Editor<'_, Protobuf>,
) -> Result<Vec<u8>, Malformed> {
    let mut output = Vec::with_capacity(raw.len() + 64);
    let mut attributes_due = editor.attributes_changed;
    let mut written = Vec::new();
    for field in Fields::new(raw) {
        let field = field?;
        let simple = layout.by_number(field.number);
        match simple.and_then(|simple| editor.change(simple).map(|state| (simple, state))) {
            Some((_, State::Written(text))) if !written.contains(&field.number) => {
                written.push(field.number);
                write_simple(&mut output, field.number, simple, text);
            }
            Some(_) => {}
            None => match layout.attributes {
                Some((number, _)) if number == field.number && editor.attributes_changed => {
                    if std::mem::take(&mut attributes_due) {
                        write_entries(&mut output, number, &editor.attributes)?;
                    }
                }
                _ => output.extend_from_slice(&raw[field.range]),
            },
        }
    }
    for (number, _, simple) in layout.simple {
        if let (Some(State::Written(text)), false) = (editor.change(*simple), written.contains(number)) {
            write_simple(&mut output, *number, Some(*simple), text);
        }
    }
    if let (Some((number, _)), true) = (layout.attributes, attributes_due) {
        write_entries(&mut output, number, &editor.attributes)?;
    }
    Ok(output)
}

fn write_simple(output: &mut Vec<u8>, number: u32, simple: Option<Simple>, text: &[u8]) {
    if simple == Some(Simple::Body) {
        write_bytes(output, number, &string_value(text));
    } else {
        write_bytes(output, number, text);
    }
}

fn write_entries(output: &mut Vec<u8>, number: u32, entries: &[Entry<'_>]) -> Result<(), Malformed> {
    for entry in entries {
        match entry.raw {
            Some(raw) if !entry.changed => output.extend_from_slice(raw),
            _ => write_bytes(output, number, &write_entry(entry)?),
        }
    }
    Ok(())
}

fn write_entry(entry: &Entry<'_>) -> Result<Vec<u8>, Malformed> {
    let mut output = Vec::new();
    write_bytes(&mut output, 1, &entry.key);
    match &entry.value {
        Content::Raw(raw) => write_bytes(&mut output, 2, raw),
        Content::Text(text) => write_bytes(&mut output, 2, &string_value(text)),
        Content::Map(entries) => {
            let (mut list, mut value) = (Vec::new(), Vec::new());
            write_entries(&mut list, 1, entries)?;
            write_bytes(&mut value, 6, &list);
            write_bytes(&mut output, 2, &value);
        }
    }
    if let Some(raw) = entry.raw {
        write_others(&mut output, raw)?;
    }
    Ok(output)
}

/// Writes the fields of an entry that are of a later version. The entry is a field itself, alone in `raw`.
fn write_others(output: &mut Vec<u8>, raw: &[u8]) -> Result<(), Malformed> {
    for entry in Fields::new(raw) {
        let content = entry?.value.bytes()?;
        for field in Fields::new(content) {
            let field = field?;
            if !matches!(field.number, 1 | 2) {
                output.extend_from_slice(&content[field.range]);
            }
        }
    }
    Ok(())
}

fn string_value(text: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(text.len() + 6);
    write_bytes(&mut output, 1, text);
    output
}
