//! The walk through a JSON body: levels of arrays, of which records are the innermost, in one pass where members come
//! in their usual order.

use std::ops::Range;

use bumpalo::Bump;
use edge_policy::{Level, Session, Slots, Wanted};
use edge_stream::json::{Cursor, write_string};
use edge_stream::protobuf::Malformed;
use edge_stream::splice::Splice;

use super::attributes::assign;
use super::batch::{Changes, Names, Records, View};
use super::editor::{Editor, State};
use super::json_value::Json;
use super::json_write::{read, write};
use super::layout::{Layout, SCHEMA_URL_NAME, Shared, is_named};

/// Walks an `ExportXServiceRequest`.
pub(super) fn walk<'a, R: Records>(
    body: &'a [u8],
    arena: &'a Bump,
    session: &mut Session<'_, 'a>,
    changes: &mut Changes,
) -> Result<(), Malformed> {
    simdutf8::basic::from_utf8(body).map_err(|_| Malformed)?;
    let (names, resource, scope) = (R::NAMES, Head::default(), Head::default());
    let mut walk = Walk { body, json: Json { arena }, session, changes, names, resource, scope };
    let mut cursor = Cursor::new(body);
    let mut members = cursor.object()?;
    let mut seen = false;
    while let Some(key) = cursor.member(&mut members)? {
        if !is_named(walk.json.text(key), R::NAMES.resources) {
            cursor.skip()?;
        } else if !std::mem::replace(&mut seen, true) {
            let resources =
                walk.array(&mut cursor, |walk, cursor| walk.group::<R>(cursor, Level::Resource))?;
            walk.changes.resources_left = resources.left > 0;
        } else {
            return Err(Malformed);
        }
    }
    cursor.end()
}

/// A walk through one body.
pub(super) struct Walk<'w, 's, 'a> {
    pub(super) body: &'a [u8],
    pub(super) json: Json<'a>,
    pub(super) session: &'w mut Session<'s, 'a>,
    pub(super) changes: &'w mut Changes,
    names: Names,
    /// What the resource and the scope in hand share; all of it only if somebody looks on.
    resource: Head<'a>,
    scope: Head<'a>,
}

/// Elements of an array: how many came, how many are left.
#[derive(Default)]
pub(super) struct Elements {
    came: usize,
    left: usize,
}

impl Elements {
    /// Whether all that came were dropped; of none that came, none were.
    pub(super) fn were_emptied(&self) -> bool {
        self.came > 0 && self.left == 0
    }
}

/// What a group of the batch shares, and where it stands.
#[derive(Clone, Default)]
struct Head<'a> {
    message: Option<&'a [u8]>,
    message_at: Range<usize>,
    schema_url: Option<&'a [u8]>,
    schema_url_at: Range<usize>,
}

impl Names {
    /// The name of what a level holds.
    fn children(&self, level: Level) -> &'static str {
        if level == Level::Resource { self.scopes } else { self.records }
    }
}

impl<'a> Walk<'_, '_, 'a> {
    /// Walks the elements of the array at the cursor and cuts out those that are not left, with their commas. An
    /// array of which nothing is left is cut out by whoever holds it.
    pub(super) fn array(
        &mut self,
        cursor: &mut Cursor<'a>,
        mut element: impl FnMut(&mut Self, &mut Cursor<'a>) -> Result<bool, Malformed>,
    ) -> Result<Elements, Malformed> {
        let mut elements = Elements::default();
        if cursor.is_null()? {
            return Ok(elements);
        }
        let mut walk = cursor.array()?;
        let (mut kept_end, mut cut_from, mut end) = (None, None, 0);
        while cursor.element(&mut walk)? {
            let start = cursor.position();
            let left = element(self, cursor)?;
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

    /// A `ResourceX` or a `ScopeX`; false if nothing of it is left.
    fn group<R: Records>(&mut self, cursor: &mut Cursor<'a>, level: Level) -> Result<bool, Malformed> {
        let (mark, children_name) = (self.changes.splice.mark(), R::NAMES.children(level));
        self.enter(*cursor, level, children_name)?;
        let start = cursor.position();
        let mut head = Head::default();
        let mut children = None;
        let mut members = cursor.object()?;
        while let Some(key) = cursor.member(&mut members)? {
            let key = self.json.text(key);
            if !is_named(key, children_name) {
                head.take(key, Shared::of(level), cursor)?;
            } else if children.is_none() {
                children = Some(self.children::<R>(cursor, level)?);
            } else {
                return Err(Malformed);
            }
        }
        if children.is_some_and(|children| children.were_emptied()) {
            self.changes.splice.rewind(mark);
            return Ok(false);
        }
        if self.session.edits(level) {
            self.edit(level, start, &head)?;
        }
        Ok(true)
    }

    fn children<R: Records>(&mut self, cursor: &mut Cursor<'a>, level: Level) -> Result<Elements, Malformed> {
        match level {
            Level::Resource => self.array(cursor, |walk, cursor| walk.group::<R>(cursor, Level::Scope)),
            _ => self.array(cursor, R::json),
        }
    }

    /// Tells the engine what the group at the cursor shares.
    fn enter(&mut self, cursor: Cursor<'a>, level: Level, children: &str) -> Result<(), Malformed> {
        let (json, Shared { layout, schema_url, .. }) = (self.json, Shared::of(level));
        let head = self.look_ahead(cursor, level, children)?;
        let view = View::new(|wanted, slots| {
            if let (Some(raw), Some(slot)) = (head.schema_url, wanted.simple(*schema_url))
                && let Some(value) = json.simple(*schema_url, &mut Cursor::new(raw))?
            {
                slots.field(slot, value);
            }
            match head.message {
                Some(raw) if raw != b"null" => fill(json, &mut Cursor::new(raw), layout, wanted, slots)?,
                _ => {}
            }
            Ok(0)
        });
        match level {
            Level::Resource => self.session.resource(&view),
            _ => self.session.scope(&view),
        }
        view.checked()?;
        if level == Level::Resource {
            self.resource = head;
        } else {
            self.scope = head;
        }
        Ok(())
    }

    /// What policies ask of a group must be known before its records. It usually comes before them: then nothing
    /// else is looked at here.
    fn look_ahead(
        &self,
        mut cursor: Cursor<'a>,
        level: Level,
        children: &str,
    ) -> Result<Head<'a>, Malformed> {
        let (shared, wanted) = (Shared::of(level), self.session.wanted(level));
        let mut head = Head::default();
        let is_watched = self.session.is_watched();
        if wanted.is_empty() && !is_watched {
            return Ok(head);
        }
        let wants_schema_url = is_watched || wanted.simple(shared.schema_url).is_some();
        let mut members = cursor.object()?;
        while let Some(key) = cursor.member(&mut members)? {
            let key = self.json.text(key);
            let complete = head.message.is_some() && (head.schema_url.is_some() || !wants_schema_url);
            if complete && is_named(key, children) {
                break;
            }
            head.take(key, shared, &mut cursor)?;
        }
        Ok(head)
    }

    /// Tells whoever looks on of the last decision; `record` writes what it was about.
    #[inline]
    pub(super) fn tell(&mut self, record: impl Fn(&mut Vec<u8>)) {
        if self.session.is_watched() {
            let (names, resource, scope) = (&self.names, &self.resource, &self.scope);
            self.session.tell(&|| request(names, resource, scope, &record));
        }
    }

    /// Writes the changes to what the group that begins at `start` shares.
    fn edit(&mut self, level: Level, start: usize, head: &Head<'a>) -> Result<(), Malformed> {
        let Shared { name, layout, schema_url } = Shared::of(level);
        let message = head.message.filter(|raw| *raw != b"null").unwrap_or(b"{}");
        let mut editor = Editor::new(self.json);
        read(self.json, message, layout, &mut editor)?;
        if let Some(raw) = head.schema_url
            && let Some(value) = self.json.simple(*schema_url, &mut Cursor::new(raw))?
        {
            editor.tell(*schema_url, value);
        }
        self.session.edit(level, &mut editor);
        let splice = &mut self.changes.splice;
        if editor.changes(layout) {
            let new = write(self.json, message, layout, &editor)?;
            put(splice, start, head.message.map(|_| &head.message_at), name, &new);
        }
        let mut text = Vec::new();
        match editor.change(*schema_url) {
            Some(State::Written(new)) => write_string(&mut text, new),
            // An empty one is a missing one, and leaves the commas alone.
            Some(_) => write_string(&mut text, b""),
            None => return Ok(()),
        }
        put(splice, start, head.schema_url.map(|_| &head.schema_url_at), SCHEMA_URL_NAME, &text);
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

impl<'a> Head<'a> {
    /// Writes the members that are there, each with a comma behind it.
    fn write(&self, level: Level, output: &mut Vec<u8>) {
        let members = [(Shared::of(level).name, self.message), (SCHEMA_URL_NAME, self.schema_url)];
        for (name, value) in members.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            output.extend([b"\"", name.as_bytes(), b"\":", value, b","].concat());
        }
    }

    /// Takes the member at the cursor, if it is one of those that are shared, and steps over it.
    fn take(&mut self, key: &[u8], shared: &Shared, cursor: &mut Cursor<'a>) -> Result<(), Malformed> {
        let value = cursor.skip()?;
        let at = cursor.position() - value.len()..cursor.position();
        if is_named(key, shared.name) {
            if self.message.is_some() {
                return Err(Malformed);
            }
            (self.message, self.message_at) = (Some(value), at);
        } else if is_named(key, SCHEMA_URL_NAME) {
            (self.schema_url, self.schema_url_at) = (Some(value), at);
        }
        Ok(())
    }
}

/// A request of one record.
fn request(names: &Names, resource: &Head<'_>, scope: &Head<'_>, record: &dyn Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut output = b"{".to_vec();
    open(&mut output, names.resources, b"[{");
    resource.write(Level::Resource, &mut output);
    open(&mut output, names.scopes, b"[{");
    scope.write(Level::Scope, &mut output);
    open(&mut output, names.records, b"[");
    record(&mut output);
    output.extend(b"]}]}]}");
    output
}

fn open(output: &mut Vec<u8>, name: &str, brackets: &[u8]) {
    output.extend([b"\"", name.as_bytes(), b"\":", brackets].concat());
}

/// Visits the elements of the array at the cursor; `visit` steps over them.
pub(super) fn each<'a>(
    cursor: &mut Cursor<'a>,
    mut visit: impl FnMut(&mut Cursor<'a>) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    if cursor.is_null()? {
        return Ok(());
    }
    let mut walk = cursor.array()?;
    while cursor.element(&mut walk)? {
        visit(cursor)?;
    }
    Ok(())
}

/// Tells the fields of the object at the cursor and steps over it.
pub(super) fn fill<'a>(
    json: Json<'a>,
    cursor: &mut Cursor<'a>,
    layout: &Layout,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<(), Malformed> {
    let mut members = cursor.object()?;
    while let Some(key) = cursor.member(&mut members)? {
        fill_member(json, json.text(key), cursor, layout, wanted, slots)?;
    }
    Ok(())
}

/// Tells the member at the cursor and steps over it.
#[inline]
pub(super) fn fill_member<'a>(
    json: Json<'a>,
    key: &[u8],
    cursor: &mut Cursor<'a>,
    layout: &Layout,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<(), Malformed> {
    if let Some((simple, slot)) =
        layout.by_name(key).and_then(|simple| Some((simple, wanted.simple(simple)?)))
    {
        match json.simple(simple, cursor)? {
            Some(value) => slots.field(slot, value),
            None => slots.missing(slot),
        }
    } else if wanted.has_attributes() && layout.attributes.is_some_and(|(_, name)| is_named(key, name)) {
        json.list(cursor, &mut |key, value, _| {
            wanted.attribute(key).map_or(Ok(()), |key| assign(json, value, key, slots))
        })?;
    } else {
        cursor.skip()?;
    }
    Ok(())
}
