//! Writing an edited message in JSON: what did not change is copied as it stands.

use edge_policy::Simple;
use edge_stream::json::{Cursor, write_string};
use edge_stream::protobuf::Malformed;

use super::attributes::{Content, DEPTH_MAX, Entry, check};
use super::editor::{Editor, State};
use super::json_value::Json;
use super::layout::{Layout, is_named};

/// Reads the fields of an object that a change may name.
pub(super) fn read<'a>(
    json: Json<'a>,
    raw: &'a [u8],
    layout: &Layout,
    editor: &mut Editor<'a, Json<'a>>,
) -> Result<(), Malformed> {
    let mut cursor = Cursor::new(raw);
    let mut walk = cursor.object()?;
    while let Some(key) = cursor.member(&mut walk)? {
        let key = json.text(key);
        if layout.attributes.is_some_and(|(_, name)| is_named(key, name)) {
            json.list(&mut cursor, &mut |key, value, raw| {
                check(json, value, DEPTH_MAX)?;
                editor.attributes.push(Entry::read(key, value, raw));
                Ok(())
            })?;
        } else if let Some(simple) = layout.by_name(key) {
            if let Some(value) = json.simple(simple, &mut cursor)? {
                editor.tell(simple, value);
            }
        } else {
            cursor.skip()?;
        }
    }
    Ok(())
}

/// The object with the editor's changes.
pub(super) fn write<'a>(
    json: Json<'a>,
    raw: &'a [u8],
    layout: &Layout,
    editor: &Editor<'a, Json<'a>>,
) -> Result<Vec<u8>, Malformed> {
    let mut output = Members::new(raw.len());
    let mut attributes_due = editor.attributes_changed;
    let mut written: Vec<Simple> = Vec::new();
    let mut cursor = Cursor::new(raw);
    let mut walk = cursor.object()?;
    while let Some(name) = cursor.member(&mut walk)? {
        let (key, value) = (json.text(name), cursor.skip()?);
        let is_attributes = layout.attributes.is_some_and(|(_, name)| is_named(key, name));
        let change =
            layout.by_name(key).and_then(|simple| editor.change(simple).map(|state| (simple, state)));
        match change {
            Some((simple, State::Written(text))) if !written.contains(&simple) => {
                written.push(simple);
                write_simple(output.member(name.raw()), simple, text);
            }
            Some(_) => {}
            None if is_attributes && editor.attributes_changed => {
                if std::mem::take(&mut attributes_due) {
                    write_entries(json, output.member(name.raw()), &editor.attributes)?;
                }
            }
            None => output.member(name.raw()).extend_from_slice(value),
        }
    }
    for (_, name, simple) in layout.simple {
        if let (Some(State::Written(text)), false) = (editor.change(*simple), written.contains(simple)) {
            write_simple(output.member(name.as_bytes()), *simple, text);
        }
    }
    if let (Some((_, name)), true) = (layout.attributes, attributes_due) {
        write_entries(json, output.member(name.as_bytes()), &editor.attributes)?;
    }
    Ok(output.finish())
}

/// An object being written.
struct Members(Vec<u8>);

impl Members {
    fn new(capacity: usize) -> Self {
        let mut output = Vec::with_capacity(capacity + 64);
        output.push(b'{');
        Self(output)
    }

    /// Begins a member; its value goes to what is returned. The key is as it stands between its quotes.
    fn member(&mut self, key: &[u8]) -> &mut Vec<u8> {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(key);
        self.0.extend_from_slice(b"\":");
        &mut self.0
    }

    fn finish(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

fn write_simple(output: &mut Vec<u8>, simple: Simple, text: &[u8]) {
    if simple == Simple::Body {
        write_text(output, text);
    } else {
        write_string(output, text);
    }
}

fn write_text(output: &mut Vec<u8>, text: &[u8]) {
    output.extend_from_slice(b"{\"stringValue\":");
    write_string(output, text);
    output.push(b'}');
}

fn write_entries<'a>(json: Json<'a>, output: &mut Vec<u8>, entries: &[Entry<'a>]) -> Result<(), Malformed> {
    output.push(b'[');
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            output.push(b',');
        }
        match entry.raw {
            Some(raw) if !entry.changed => output.extend_from_slice(raw),
            _ => write_entry(json, output, entry)?,
        }
    }
    output.push(b']');
    Ok(())
}

fn write_entry<'a>(json: Json<'a>, output: &mut Vec<u8>, entry: &Entry<'a>) -> Result<(), Malformed> {
    output.extend_from_slice(b"{\"key\":");
    write_string(output, &entry.key);
    output.extend_from_slice(b",\"value\":");
    match &entry.value {
        Content::Raw(raw) => output.extend_from_slice(raw),
        Content::Text(text) => write_text(output, text),
        Content::Map(entries) => {
            output.extend_from_slice(b"{\"kvlistValue\":{\"values\":");
            write_entries(json, output, entries)?;
            output.extend_from_slice(b"}}");
        }
    }
    if let Some(raw) = entry.raw {
        write_others(json, output, raw)?;
    }
    output.push(b'}');
    Ok(())
}

/// Writes the members of an entry that are of a later version, each with a comma before it.
fn write_others<'a>(json: Json<'a>, output: &mut Vec<u8>, raw: &'a [u8]) -> Result<(), Malformed> {
    let mut cursor = Cursor::new(raw);
    let mut walk = cursor.object()?;
    while let Some(name) = cursor.member(&mut walk)? {
        let value = cursor.skip()?;
        if !matches!(json.text(name), b"key" | b"value") {
            output.extend([b",\"", name.raw(), b"\":", value].concat());
        }
    }
    Ok(())
}
