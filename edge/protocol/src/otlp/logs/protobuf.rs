//! The walk through a protobuf body: three levels of length-delimited messages, then records.

use std::cell::Cell;
use std::ops::Range;

use edge_policy::{Decision, Level, Session, Simple, Slots, Source, Wanted};
use edge_stream::protobuf::{Field, Fields, Malformed, Wire, write_bytes, write_varint};
use edge_stream::splice::{Mark, Splice};

use super::Changes;
use super::attributes::assign;
use super::editor::{Editor, State};
use super::layout::{Layout, RECORD, RESOURCE, RESOURCE_LOGS, SCOPE, SCOPE_LOGS};
use super::protobuf_value::{Protobuf, key_value};
use super::protobuf_write::{read, simple_value, write};

/// What a level of the batch is made of: the message that is shared, those it is shared by, and its schema URL.
const SHARED: u32 = 1;
const CHILDREN: u32 = 2;
const SCHEMA_URL: u32 = 3;

/// Walks an `ExportLogsServiceRequest`.
pub(super) fn walk<'a>(
    body: &'a [u8],
    session: &mut Session<'_, 'a>,
    changes: &mut Changes,
) -> Result<(), Malformed> {
    for field in Fields::new(body) {
        let field = field?;
        if field.number == 1 {
            let group = Group::read(body, &field, Level::Resource)?;
            changes.resources_left |= group.walk(body, session, changes)?;
        }
    }
    Ok(())
}

/// A `ResourceLogs` or a `ScopeLogs`: what is shared comes once, and may come after those who share it.
struct Group<'a> {
    level: Level,
    number: u32,
    range: Range<usize>,
    content: Range<usize>,
    shared: Option<Field<'a>>,
    schema_url: Option<Field<'a>>,
    children: usize,
}

impl<'a> Group<'a> {
    fn read(body: &'a [u8], field: &Field<'a>, level: Level) -> Result<Self, Malformed> {
        field.value.bytes()?;
        let (number, range, content) = (field.number, field.range.clone(), field.content());
        let mut group = Self { level, number, range, content, shared: None, schema_url: None, children: 0 };
        for field in Fields::within(body, group.content.clone()) {
            let field = field?;
            match field.number {
                // Two halves of one message would have to be merged: left to whoever can.
                SHARED if group.shared.is_some() => return Err(Malformed),
                SHARED => group.shared = Some(field),
                CHILDREN => group.children += 1,
                SCHEMA_URL => group.schema_url = Some(field),
                _ => {}
            }
        }
        Ok(group)
    }

    /// Walks what the group holds; false if nothing of it is left.
    fn walk(
        &self,
        body: &'a [u8],
        session: &mut Session<'_, 'a>,
        changes: &mut Changes,
    ) -> Result<bool, Malformed> {
        let mark = changes.splice.mark();
        let failed = Cell::new(false);
        match self.level {
            Level::Resource => session.resource(&Head { group: self, failed: &failed }),
            _ => session.scope(&Head { group: self, failed: &failed }),
        }
        if failed.get() {
            return Err(Malformed);
        }
        let mut left = 0;
        for field in Fields::within(body, self.content.clone()) {
            let field = field?;
            if field.number == CHILDREN {
                left += usize::from(self.walk_child(body, &field, session, changes)?);
            }
        }
        // Only what was emptied here is taken out; a group that came empty stays.
        if left == 0 && self.children > 0 {
            changes.splice.rewind(mark);
            changes.splice.cut(self.range.clone());
            return Ok(false);
        }
        if session.edits(self.level) {
            self.edit(body, session, &mut changes.splice)?;
        }
        self.fix_length(mark, &mut changes.splice);
        Ok(true)
    }

    fn walk_child(
        &self,
        body: &'a [u8],
        field: &Field<'a>,
        session: &mut Session<'_, 'a>,
        changes: &mut Changes,
    ) -> Result<bool, Malformed> {
        match self.level {
            Level::Resource => Group::read(body, field, Level::Scope)?.walk(body, session, changes),
            _ => walk_record(field, session, changes),
        }
    }

    /// Writes the changes to the shared message and the schema URL.
    fn edit(&self, body: &[u8], session: &mut Session<'_, 'a>, splice: &mut Splice) -> Result<(), Malformed> {
        let (outer, inner) = layouts(self.level);
        let shared = self.shared.as_ref().map_or(Ok(&[][..]), |field| field.value.bytes())?;
        let mut editor = Editor::new(Protobuf);
        read(shared, inner, &mut editor)?;
        if let Some(field) = &self.schema_url
            && let Some(value) = simple_value(outer.simple[0].2, field.value)?
        {
            editor.tell(outer.simple[0].2, value);
        }
        session.edit(self.level, &mut editor);
        if editor.changes(inner) {
            self.replace(self.shared.as_ref(), SHARED, &write(shared, inner, &editor)?, splice);
        }
        match editor.change(outer.simple[0].2) {
            Some(State::Written(text)) => self.replace(self.schema_url.as_ref(), SCHEMA_URL, text, splice),
            Some(_) => self.schema_urls(body).for_each(|field| splice.cut(field.range)),
            None => {}
        }
        Ok(())
    }

    /// Puts a field in the place of the one that was there, or at the group's beginning.
    fn replace(&self, field: Option<&Field<'_>>, number: u32, content: &[u8], splice: &mut Splice) {
        let mut new = Vec::with_capacity(content.len() + 8);
        write_bytes(&mut new, number, content);
        match field {
            Some(field) => splice.replace(field.range.clone(), &new),
            None => splice.replace(self.content.start..self.content.start, &new),
        }
    }

    fn schema_urls(&self, body: &'a [u8]) -> impl Iterator<Item = Field<'a>> {
        let fields = Fields::within(body, self.content.clone());
        fields.filter_map(Result::ok).filter(|field| field.number == SCHEMA_URL)
    }

    /// Writes the group's new length if anything in it changed.
    fn fix_length(&self, mark: Mark, splice: &mut Splice) {
        if splice.is_unchanged_since(mark) {
            return;
        }
        let mut head = Vec::with_capacity(6);
        write_varint(&mut head, u64::from(self.number) << 3 | 2);
        write_varint(&mut head, splice.length_since(mark, self.content.len()) as u64);
        splice.replace(self.range.start..self.content.start, &head);
    }
}

fn layouts(level: Level) -> (&'static Layout, &'static Layout) {
    match level {
        Level::Resource => (&RESOURCE_LOGS, &RESOURCE),
        _ => (&SCOPE_LOGS, &SCOPE),
    }
}

fn walk_record<'a>(
    field: &Field<'a>,
    session: &mut Session<'_, 'a>,
    changes: &mut Changes,
) -> Result<bool, Malformed> {
    let raw = field.value.bytes()?;
    let failed = Cell::new(false);
    let decision = session.record(&Record { raw, failed: &failed });
    if failed.get() {
        return Err(Malformed);
    }
    match decision {
        Decision::Keep => changes.records.kept += 1,
        Decision::Drop => {
            changes.records.dropped += 1;
            changes.records.dropped_bytes += raw.len() as u64;
            changes.splice.cut(field.range.clone());
            return Ok(false);
        }
        Decision::Rewrite => {
            let mut editor = Editor::new(Protobuf);
            read(raw, &RECORD, &mut editor)?;
            session.edit_record(&mut editor);
            if editor.changes(&RECORD) {
                changes.records.rewritten += 1;
                let edited = write(raw, &RECORD, &editor)?;
                let mut new = Vec::with_capacity(edited.len() + 6);
                write_bytes(&mut new, CHILDREN, &edited);
                changes.splice.replace(field.range.clone(), &new);
            } else {
                changes.records.kept += 1;
            }
        }
    }
    Ok(true)
}

/// The shared part of a group, as the engine sees it.
struct Head<'g, 'a> {
    group: &'g Group<'a>,
    failed: &'g Cell<bool>,
}

impl<'a> Source<'a> for Head<'_, 'a> {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        let (outer, inner) = layouts(self.group.level);
        let filled = (|| {
            if let Some(field) = &self.group.schema_url {
                fill_simple(outer.simple[0].2, field.value, wanted, slots)?;
            }
            match &self.group.shared {
                Some(field) => fill_message(field.value.bytes()?, inner, wanted, slots),
                None => Ok(()),
            }
        })();
        self.failed.set(filled.is_err());
    }
}

/// A `LogRecord`, as the engine sees it.
struct Record<'f, 'a> {
    raw: &'a [u8],
    failed: &'f Cell<bool>,
}

impl<'a> Source<'a> for Record<'_, 'a> {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        self.failed.set(fill_message(self.raw, &RECORD, wanted, slots).is_err());
    }

    fn bytes(&self) -> usize {
        self.raw.len()
    }
}

#[inline]
fn fill_message<'a>(
    raw: &'a [u8],
    layout: &Layout,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<(), Malformed> {
    let attributes = layout.attributes.map_or(0, |(number, _)| number);
    for field in Fields::new(raw) {
        let field = field?;
        if field.number == attributes {
            if wanted.has_attributes() {
                let (key, value) = key_value(field.value.bytes()?)?;
                if let Some(key) = wanted.attribute(key) {
                    assign(Protobuf, value, key, slots)?;
                }
            }
        } else if let Some(simple) = layout.by_number(field.number) {
            fill_simple(simple, field.value, wanted, slots)?;
        }
    }
    Ok(())
}

#[inline]
fn fill_simple<'a>(
    simple: Simple,
    value: Wire<'a>,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<(), Malformed> {
    if let Some(slot) = wanted.simple(simple)
        && let Some(value) = simple_value(simple, value)?
    {
        slots.field(slot, value);
    }
    Ok(())
}
