//! The walk through a protobuf body: levels of length-delimited messages, of which records are the innermost.

use edge_policy::{Level, Session, Simple, Slots, Wanted};
use edge_stream::protobuf::{Field, Fields, Malformed, Wire, write_bytes, write_varint};
use edge_stream::splice::{Mark, Splice};

use super::attributes::assign;
use super::batch::{Changes, Records, View};
use super::editor::{Editor, State};
use super::layout::{CHILDREN, Layout, RESOURCES, SCHEMA_URL, SHARED, Shared};
use super::protobuf_value::{Protobuf, key_value};
use super::protobuf_write::{read, simple_value, write};

/// A walk through one body.
pub(super) struct Walk<'w, 's, 'a> {
    pub(super) body: &'a [u8],
    pub(super) session: &'w mut Session<'s, 'a>,
    pub(super) changes: &'w mut Changes,
    resource: Head<'a>,
    scope: Head<'a>,
}

/// What a group shares with all that it holds, as it stands; for whoever looks on.
#[derive(Clone, Copy, Default)]
struct Head<'a> {
    message: &'a [u8],
    schema_url: &'a [u8],
}

/// Walks an `ExportXServiceRequest`.
pub(super) fn walk<'a, R: Records>(
    body: &'a [u8],
    session: &mut Session<'_, 'a>,
    changes: &mut Changes,
) -> Result<(), Malformed> {
    let (resource, scope) = (Head::default(), Head::default());
    let mut walk = Walk { body, session, changes, resource, scope };
    for field in Fields::new(body) {
        let field = field?;
        if field.number == RESOURCES {
            let left = Group::read(body, &field, Level::Resource)?.walk::<R>(&mut walk)?;
            walk.changes.resources_left |= left;
        }
    }
    Ok(())
}

impl Walk<'_, '_, '_> {
    /// Tells whoever looks on of the last decision; `record` writes what it was about as a field of a scope.
    #[inline]
    pub(super) fn tell(&mut self, record: impl Fn(&mut Vec<u8>)) {
        if self.session.is_watched() {
            let (resource, scope) = (self.resource, self.scope);
            self.session.tell(&|| request(resource, scope, &record));
        }
    }
}

/// A request of one record.
fn request(resource: Head<'_>, scope: Head<'_>, record: &dyn Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut inner = [scope.message, scope.schema_url].concat();
    record(&mut inner);
    let mut outer = [resource.message, resource.schema_url].concat();
    write_bytes(&mut outer, CHILDREN, &inner);
    let mut request = Vec::with_capacity(outer.len() + 6);
    write_bytes(&mut request, RESOURCES, &outer);
    request
}

/// A `ResourceX` or a `ScopeX`: what is shared comes once, and may come after those who share it.
struct Group<'a> {
    level: Level,
    field: Field<'a>,
    shared: Option<Field<'a>>,
    schema_url: Option<Field<'a>>,
    children: usize,
}

impl<'a> Group<'a> {
    fn read(body: &'a [u8], field: &Field<'a>, level: Level) -> Result<Self, Malformed> {
        field.value.bytes()?;
        let mut group = Self { level, field: field.clone(), shared: None, schema_url: None, children: 0 };
        for field in Fields::within(body, field.content()) {
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
    fn walk<R: Records>(&self, walk: &mut Walk<'_, '_, 'a>) -> Result<bool, Malformed> {
        let mark = walk.changes.splice.mark();
        self.enter(walk)?;
        let mut left = 0;
        for field in Fields::within(walk.body, self.field.content()) {
            let field = field?;
            if field.number == CHILDREN {
                left += usize::from(self.walk_child::<R>(walk, &field)?);
            }
        }
        // Only what was emptied here is taken out; a group that came empty stays.
        if left == 0 && self.children > 0 {
            walk.changes.splice.rewind(mark);
            walk.changes.splice.cut(self.field.range.clone());
            return Ok(false);
        }
        if walk.session.edits(self.level) {
            self.edit(walk)?;
        }
        fix_length(&self.field, mark, &mut walk.changes.splice);
        Ok(true)
    }

    /// Tells the engine what is shared.
    fn enter(&self, walk: &mut Walk<'_, '_, 'a>) -> Result<(), Malformed> {
        let Shared { layout, schema_url, .. } = Shared::of(self.level);
        let view = View::new(|wanted, slots| {
            if let Some(field) = &self.schema_url {
                fill_simple(*schema_url, field.value, wanted, slots)?;
            }
            if let Some(field) = &self.shared {
                fill(field.value.bytes()?, layout, wanted, slots)?;
            }
            Ok(0)
        });
        let head = self.head(walk.body);
        if self.level == Level::Resource {
            walk.resource = head;
            walk.session.resource(&view);
        } else {
            walk.scope = head;
            walk.session.scope(&view);
        }
        view.checked().map(drop)
    }

    fn head(&self, body: &'a [u8]) -> Head<'a> {
        let raw =
            |field: &Option<Field<'_>>| field.as_ref().map_or(&[][..], |field| &body[field.range.clone()]);
        Head { message: raw(&self.shared), schema_url: raw(&self.schema_url) }
    }

    #[inline]
    fn walk_child<R: Records>(
        &self,
        walk: &mut Walk<'_, '_, 'a>,
        field: &Field<'a>,
    ) -> Result<bool, Malformed> {
        match self.level {
            Level::Resource => Group::read(walk.body, field, Level::Scope)?.walk::<R>(walk),
            _ => R::protobuf(walk, field),
        }
    }

    /// Writes the changes to the shared message and the schema URL.
    fn edit(&self, walk: &mut Walk<'_, '_, 'a>) -> Result<(), Malformed> {
        let Shared { layout, schema_url, .. } = Shared::of(self.level);
        let shared = self.shared.as_ref().map_or(Ok(&[][..]), |field| field.value.bytes())?;
        let mut editor = Editor::new(Protobuf);
        read(shared, layout, &mut editor)?;
        if let Some(field) = &self.schema_url
            && let Some(value) = simple_value(*schema_url, field.value)?
        {
            editor.tell(*schema_url, value);
        }
        walk.session.edit(self.level, &mut editor);
        let splice = &mut walk.changes.splice;
        if editor.changes(layout) {
            self.replace(self.shared.as_ref(), SHARED, &write(shared, layout, &editor)?, splice);
        }
        match editor.change(*schema_url) {
            Some(State::Written(text)) => self.replace(self.schema_url.as_ref(), SCHEMA_URL, text, splice),
            Some(_) => self.schema_urls(walk.body).for_each(|field| splice.cut(field.range)),
            None => {}
        }
        Ok(())
    }

    /// Puts a field in the place of the one that was there, or at the group's beginning.
    fn replace(&self, field: Option<&Field<'_>>, number: u32, content: &[u8], splice: &mut Splice) {
        let begin = self.field.content().start;
        let place = field.map_or(begin..begin, |field| field.range.clone());
        splice.write(place, |new| write_bytes(new, number, content));
    }

    fn schema_urls(&self, body: &'a [u8]) -> impl Iterator<Item = Field<'a>> {
        let fields = Fields::within(body, self.field.content());
        fields.filter_map(Result::ok).filter(|field| field.number == SCHEMA_URL)
    }
}

/// Writes the new length of the message in a field, if anything in it changed since.
pub(super) fn fix_length(field: &Field<'_>, mark: Mark, splice: &mut Splice) {
    if splice.is_unchanged_since(mark) {
        return;
    }
    let content = field.content();
    let length = splice.length_since(mark, content.len());
    splice.write(field.range.start..content.start, |head| {
        write_varint(head, u64::from(field.number) << 3 | 2);
        write_varint(head, length as u64);
    });
}

/// Tells the fields of a message.
#[expect(
    clippy::inline_always,
    reason = "each caller's layout is a constant, which halves the time of a record"
)]
#[inline(always)]
pub(super) fn fill<'a>(
    raw: &'a [u8],
    layout: &Layout,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<(), Malformed> {
    for field in Fields::new(raw) {
        fill_field(&field?, layout, wanted, slots)?;
    }
    Ok(())
}

/// Tells one field of a message.
#[expect(clippy::inline_always, reason = "as above")]
#[inline(always)]
pub(super) fn fill_field<'a>(
    field: &Field<'a>,
    layout: &Layout,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<(), Malformed> {
    if layout.attributes.is_some_and(|(number, _)| number == field.number) {
        if wanted.has_attributes() {
            let (key, value) = key_value(field.value.bytes()?)?;
            if let Some(key) = wanted.attribute(key) {
                assign(Protobuf, value, key, slots)?;
            }
        }
    } else if let Some(simple) = layout.by_number(field.number) {
        fill_simple(simple, field.value, wanted, slots)?;
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
    let Some(slot) = wanted.simple(simple) else { return Ok(()) };
    match simple_value(simple, value)? {
        Some(value) => slots.field(slot, value),
        // A message is merged with what came before, a scalar takes its place.
        None if simple == Simple::Body => {}
        None => slots.missing(slot),
    }
    Ok(())
}
