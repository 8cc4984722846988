//! The walk through a JSON body: three levels of arrays, then records, in one pass where members come in their
//! usual order.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use bumpalo::Bump;
use edge_policy::{Decision, Level, Session, Slots, Source, Wanted};
use edge_stream::json::{Cursor, write_string};
use edge_stream::protobuf::Malformed;
use edge_stream::splice::Splice;

use super::Changes;
use super::attributes::assign;
use super::editor::{Editor, State};
use super::json_value::Json;
use super::json_write::{read, write};
use super::layout::{Layout, RECORD, RESOURCE, RESOURCE_LOGS, SCOPE, SCOPE_LOGS, is_named};

/// Walks an `ExportLogsServiceRequest`.
pub(super) fn walk<'a>(
    body: &'a [u8],
    arena: &'a Bump,
    session: &mut Session<'_, 'a>,
    changes: &mut Changes,
) -> Result<(), Malformed> {
    simdutf8::basic::from_utf8(body).map_err(|_| Malformed)?;
    let mut walk = Walk { body, json: Json { arena }, session, changes };
    let mut cursor = Cursor::new(body);
    let mut members = cursor.object()?;
    let mut seen = false;
    while let Some(key) = cursor.member(&mut members)? {
        if !is_named(walk.json.text(key), "resourceLogs") {
            cursor.skip()?;
        } else if !std::mem::replace(&mut seen, true) {
            let resources = walk.array(&mut cursor, Level::Resource)?;
            walk.changes.resources_left = resources.left > 0;
        } else {
            return Err(Malformed);
        }
    }
    cursor.end()
}

struct Walk<'w, 's, 'a> {
    body: &'a [u8],
    json: Json<'a>,
    session: &'w mut Session<'s, 'a>,
    changes: &'w mut Changes,
}

/// Elements of an array: how many came, how many are left.
#[derive(Default)]
struct Elements {
    came: usize,
    left: usize,
}

/// What a group of the batch shares, and where it stands.
#[derive(Default)]
struct Shared<'a> {
    message: Option<&'a [u8]>,
    message_at: Range<usize>,
    schema_url: Option<&'a [u8]>,
    schema_url_at: Range<usize>,
}

/// The names of a group's members.
struct Names {
    shared: &'static str,
    children: &'static str,
    outer: &'static Layout,
    inner: &'static Layout,
}

static RESOURCE_NAMES: Names =
    Names { shared: "resource", children: "scopeLogs", outer: &RESOURCE_LOGS, inner: &RESOURCE };
static SCOPE_NAMES: Names =
    Names { shared: "scope", children: "logRecords", outer: &SCOPE_LOGS, inner: &SCOPE };

impl Names {
    fn of(level: Level) -> &'static Self {
        if level == Level::Resource { &RESOURCE_NAMES } else { &SCOPE_NAMES }
    }
}

const SCHEMA_URL: &str = "schemaUrl";

impl<'a> Walk<'_, '_, 'a> {
    /// Walks the elements of the array at the cursor and cuts out those that are not left, with their commas. An
    /// array of which nothing is left is cut out by whoever holds it.
    fn array(&mut self, cursor: &mut Cursor<'a>, level: Level) -> Result<Elements, Malformed> {
        let mut elements = Elements::default();
        if cursor.is_null()? {
            return Ok(elements);
        }
        let mut walk = cursor.array()?;
        let (mut kept_end, mut cut_from, mut end) = (None, None, 0);
        while cursor.element(&mut walk)? {
            let start = cursor.position();
            let left = self.element(cursor, level)?;
            end = cursor.position();
            elements.came += 1;
            if left {
                elements.left += 1;
                kept_end = Some(end);
                if let Some(from) = cut_from.take() {
                    self.changes.splice.cut(from..start);
                }
            } else {
                cut_from.get_or_insert(start);
            }
        }
        if let (Some(_), Some(kept_end)) = (cut_from, kept_end) {
            self.changes.splice.cut(kept_end..end);
        }
        Ok(elements)
    }

    fn element(&mut self, cursor: &mut Cursor<'a>, level: Level) -> Result<bool, Malformed> {
        match level {
            Level::Record => self.record(cursor),
            _ => self.group(cursor, level),
        }
    }

    /// A `ResourceLogs` or a `ScopeLogs`.
    fn group(&mut self, cursor: &mut Cursor<'a>, level: Level) -> Result<bool, Malformed> {
        let (mark, names) = (self.changes.splice.mark(), Names::of(level));
        let ahead = self.look_ahead(*cursor, level)?;
        let source = Head { shared: &ahead, names, json: self.json, failed: Cell::new(false) };
        match level {
            Level::Resource => self.session.resource(&source),
            _ => self.session.scope(&source),
        }
        if source.failed.get() {
            return Err(Malformed);
        }
        let start = cursor.position();
        let mut shared = Shared::default();
        let mut children = None;
        let mut members = cursor.object()?;
        while let Some(key) = cursor.member(&mut members)? {
            let key = self.json.text(key);
            if is_named(key, names.children) {
                if children.is_some() {
                    return Err(Malformed);
                }
                let below = if level == Level::Resource { Level::Scope } else { Level::Record };
                children = Some(self.array(cursor, below)?);
            } else {
                shared.take(key, names, cursor)?;
            }
        }
        if children.is_some_and(|children| children.came > 0 && children.left == 0) {
            self.changes.splice.rewind(mark);
            return Ok(false);
        }
        if self.session.edits(level) {
            self.edit(level, start, &shared)?;
        }
        Ok(true)
    }

    /// What policies ask of a group must be known before its records. It usually comes before them: then nothing
    /// else is looked at here.
    fn look_ahead(&self, mut cursor: Cursor<'a>, level: Level) -> Result<Shared<'a>, Malformed> {
        let (names, wanted) = (Names::of(level), self.session.wanted(level));
        let mut shared = Shared::default();
        if wanted.is_empty() {
            return Ok(shared);
        }
        let wants_schema_url = wanted.simple(names.outer.simple[0].2).is_some();
        let mut members = cursor.object()?;
        while let Some(key) = cursor.member(&mut members)? {
            let key = self.json.text(key);
            let complete = shared.message.is_some() && (shared.schema_url.is_some() || !wants_schema_url);
            if complete && is_named(key, names.children) {
                break;
            }
            shared.take(key, names, &mut cursor)?;
        }
        Ok(shared)
    }

    fn record(&mut self, cursor: &mut Cursor<'a>) -> Result<bool, Malformed> {
        let start = cursor.position();
        let source =
            Record { cursor: RefCell::new(*cursor), start, json: self.json, failed: Cell::new(false) };
        let decision = self.session.record(&source);
        if source.failed.get() {
            return Err(Malformed);
        }
        *cursor = source.cursor.into_inner();
        let raw = &self.body[start..cursor.position()];
        match decision {
            Decision::Keep => self.changes.records.kept += 1,
            Decision::Drop => {
                self.changes.records.dropped += 1;
                self.changes.records.dropped_bytes += raw.len() as u64;
                return Ok(false);
            }
            Decision::Rewrite => self.rewrite(raw, start)?,
        }
        Ok(true)
    }

    fn rewrite(&mut self, raw: &'a [u8], start: usize) -> Result<(), Malformed> {
        let mut editor = Editor::new(self.json);
        read(self.json, raw, &RECORD, &mut editor)?;
        self.session.edit_record(&mut editor);
        if editor.changes(&RECORD) {
            self.changes.records.rewritten += 1;
            self.changes.splice.replace(start..start + raw.len(), &write(self.json, raw, &RECORD, &editor)?);
        } else {
            self.changes.records.kept += 1;
        }
        Ok(())
    }

    /// Writes the changes to what the group that begins at `start` shares.
    fn edit(&mut self, level: Level, start: usize, shared: &Shared<'a>) -> Result<(), Malformed> {
        let names = Names::of(level);
        let schema_url = names.outer.simple[0].2;
        let message = shared.message.filter(|raw| *raw != b"null").unwrap_or(b"{}");
        let mut editor = Editor::new(self.json);
        read(self.json, message, names.inner, &mut editor)?;
        if let Some(raw) = shared.schema_url
            && let Some(value) = self.json.simple(schema_url, &mut Cursor::new(raw))?
        {
            editor.tell(schema_url, value);
        }
        self.session.edit(level, &mut editor);
        let splice = &mut self.changes.splice;
        if editor.changes(names.inner) {
            let new = write(self.json, message, names.inner, &editor)?;
            put(splice, start, shared.message.map(|_| &shared.message_at), names.shared, &new);
        }
        let mut text = Vec::new();
        match editor.change(schema_url) {
            Some(State::Written(new)) => write_string(&mut text, new),
            // An empty one is a missing one, and leaves the commas alone.
            Some(_) => write_string(&mut text, b""),
            None => return Ok(()),
        }
        put(splice, start, shared.schema_url.map(|_| &shared.schema_url_at), SCHEMA_URL, &text);
        Ok(())
    }
}

/// Replaces a member's value, or inserts the member at the beginning of the object at `start`, which has others.
fn put(splice: &mut Splice, start: usize, value_at: Option<&Range<usize>>, name: &str, value: &[u8]) {
    if let Some(range) = value_at {
        splice.replace(range.clone(), value);
    } else {
        let member = [b"\"", name.as_bytes(), b"\":", value, b","].concat();
        splice.replace(start + 1..start + 1, &member);
    }
}

impl<'a> Shared<'a> {
    /// Takes the member at the cursor, if it is one of those that are shared, and steps over it.
    fn take(&mut self, key: &[u8], names: &Names, cursor: &mut Cursor<'a>) -> Result<(), Malformed> {
        let value = cursor.skip()?;
        let at = cursor.position() - value.len()..cursor.position();
        if is_named(key, names.shared) {
            if self.message.is_some() {
                return Err(Malformed);
            }
            (self.message, self.message_at) = (Some(value), at);
        } else if is_named(key, SCHEMA_URL) {
            (self.schema_url, self.schema_url_at) = (Some(value), at);
        }
        Ok(())
    }
}

/// The shared part of a group, as the engine sees it.
struct Head<'s, 'a> {
    shared: &'s Shared<'a>,
    names: &'static Names,
    json: Json<'a>,
    failed: Cell<bool>,
}

impl<'a> Source<'a> for Head<'_, 'a> {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        let filled = (|| {
            let schema_url = self.names.outer.simple[0].2;
            if let (Some(raw), Some(slot)) = (self.shared.schema_url, wanted.simple(schema_url))
                && let Some(value) = self.json.simple(schema_url, &mut Cursor::new(raw))?
            {
                slots.field(slot, value);
            }
            match self.shared.message {
                Some(raw) if raw != b"null" => {
                    fill_message(self.json, raw, &mut Cursor::new(raw), self.names.inner, wanted, slots)
                }
                _ => Ok(()),
            }
        })();
        self.failed.set(filled.is_err());
    }
}

/// A `LogRecord`, as the engine sees it. Reading it moves the cursor behind it.
struct Record<'a> {
    cursor: RefCell<Cursor<'a>>,
    start: usize,
    json: Json<'a>,
    failed: Cell<bool>,
}

impl<'a> Source<'a> for Record<'a> {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        let mut cursor = self.cursor.borrow_mut();
        let buffer = cursor.text();
        let filled = fill_message(self.json, buffer, &mut cursor, &RECORD, wanted, slots);
        self.failed.set(filled.is_err());
    }

    fn bytes(&self) -> usize {
        self.cursor.borrow().position() - self.start
    }
}

fn fill_message<'a>(
    json: Json<'a>,
    buffer: &'a [u8],
    cursor: &mut Cursor<'a>,
    layout: &Layout,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<(), Malformed> {
    let mut members = cursor.object()?;
    while let Some(key) = cursor.member(&mut members)? {
        let key = json.text(key);
        if let Some(slot) = layout.by_name(key).and_then(|simple| Some((simple, wanted.simple(simple)?))) {
            if let Some(value) = json.simple(slot.0, cursor)? {
                slots.field(slot.1, value);
            }
        } else if wanted.has_attributes() && layout.attributes.is_some_and(|(_, name)| is_named(key, name)) {
            json.list(cursor, buffer, &mut |key, value, _| {
                wanted.attribute(key).map_or(Ok(()), |key| assign(json, value, key, slots))
            })?;
        } else {
            cursor.skip()?;
        }
    }
    Ok(())
}
