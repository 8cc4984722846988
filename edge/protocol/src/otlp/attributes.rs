//! Attribute lists: read by whoever wants a key, edited entry by entry, untouched entries kept as they stand.

use std::borrow::Cow;

use edge_policy::{Slots, Value, WantedKey};
use edge_stream::protobuf::Malformed;

/// An `AnyValue`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Any<'a> {
    /// No value is set.
    Unset,
    /// A scalar, or a list as `Value::Other`.
    Value(Value<'a>),
    /// A key-value list, as it stands.
    Map(&'a [u8]),
}

impl<'a> Any<'a> {
    /// As an attribute: it exists, whatever it is.
    pub(super) fn attribute(self) -> Value<'a> {
        match self {
            Self::Value(value) => value,
            Self::Unset | Self::Map(_) => Value::Other,
        }
    }

    /// As the body: one that is not set is missing.
    pub(super) fn body(self) -> Option<Value<'a>> {
        match self {
            Self::Unset => None,
            other => Some(other.attribute()),
        }
    }
}

/// A spelling of key-value lists: protobuf or JSON.
pub(super) trait Format<'a>: Copy {
    /// Reads an `AnyValue`.
    fn any(self, raw: &'a [u8]) -> Result<Any<'a>, Malformed>;

    /// Visits the entries of a key-value list.
    fn entries(self, map: &'a [u8], visit: Visit<'_, 'a>) -> Result<(), Malformed>;
}

/// Called with an entry's key, its value, and the whole entry as it stands.
pub(super) type Visit<'v, 'a> = &'v mut dyn FnMut(&'a [u8], &'a [u8], &'a [u8]) -> Result<(), Malformed>;

/// Puts a wanted value, and the wanted members of a map, into their slots.
pub(super) fn assign<'a>(
    format: impl Format<'a>,
    raw: &'a [u8],
    key: &WantedKey,
    slots: &mut Slots<'_, 'a>,
) -> Result<(), Malformed> {
    let any = format.any(raw)?;
    if let Some(slot) = key.slot() {
        slots.attribute(slot, any.attribute());
    }
    match any {
        Any::Map(map) if key.has_nested() => format.entries(map, &mut |name, value, _| {
            key.nested(name).map_or(Ok(()), |nested| assign(format, value, nested, slots))
        }),
        _ => Ok(()),
    }
}

/// Maps nested deeper than this are not understood (the limit of protobuf's own parsers).
pub(super) const DEPTH_MAX: u32 = 100;

/// One attribute of a list under edit.
#[derive(Debug, Clone)]
pub(super) struct Entry<'a> {
    pub(super) key: Cow<'a, [u8]>,
    pub(super) value: Content<'a>,
    /// The entry as it stands; absent if it is a new one.
    pub(super) raw: Option<&'a [u8]>,
    /// Whether its key or value is another than in `raw`.
    pub(super) changed: bool,
}

/// A value under edit.
#[derive(Debug, Clone)]
pub(super) enum Content<'a> {
    /// As it stands.
    Raw(&'a [u8]),
    Text(Vec<u8>),
    Map(Vec<Entry<'a>>),
}

/// Reads the entries of a key-value list for editing.
pub(super) fn read<'a>(format: impl Format<'a>, map: &'a [u8]) -> Result<Vec<Entry<'a>>, Malformed> {
    let mut entries = Vec::new();
    format.entries(map, &mut |key, value, raw| {
        entries.push(Entry::read(key, value, raw));
        Ok(())
    })?;
    Ok(entries)
}

/// The value at a path.
pub(super) fn get<'v, 'a: 'v>(
    format: impl Format<'a>,
    entries: &'v [Entry<'a>],
    path: &[String],
) -> Option<Value<'v>> {
    let (first, rest) = path.split_first()?;
    let entry = entries.iter().find(|entry| *entry.key == *first.as_bytes())?;
    match (&entry.value, rest.is_empty()) {
        (Content::Text(text), true) => Some(Value::Text(text)),
        (Content::Text(_), false) => None,
        (Content::Map(_), true) => Some(Value::Other),
        (Content::Map(entries), false) => get(format, entries, rest),
        (Content::Raw(raw), last) => match format.any(raw).ok()? {
            any if last => Some(any.attribute()),
            Any::Map(map) => get_raw(format, map, rest),
            _ => None,
        },
    }
}

fn get_raw<'a>(format: impl Format<'a>, map: &'a [u8], path: &[String]) -> Option<Value<'a>> {
    let (first, rest) = path.split_first()?;
    let mut found = None;
    let visited = format.entries(map, &mut |key, value, _| {
        if found.is_none() && key == first.as_bytes() {
            found = Some(value);
        }
        Ok(())
    });
    visited.ok()?;
    match format.any(found?).ok()? {
        any if rest.is_empty() => Some(any.attribute()),
        Any::Map(map) => get_raw(format, map, rest),
        _ => None,
    }
}

/// Checks that a value and everything in it can be read: what cannot would escape a change.
pub(super) fn check<'a>(format: impl Format<'a>, raw: &'a [u8], depth: u32) -> Result<(), Malformed> {
    match format.any(raw)? {
        Any::Map(_) if depth == 0 => Err(Malformed),
        Any::Map(map) => format.entries(map, &mut |_, value, _| check(format, value, depth - 1)),
        Any::Unset | Any::Value(_) => Ok(()),
    }
}

/// Shows every value at a path to `change`, also those under one key; true if any of them changed.
pub(super) fn update<'a>(
    format: impl Format<'a>,
    entries: &mut [Entry<'a>],
    path: &[String],
    change: &mut dyn FnMut(Value<'_>) -> Option<Vec<u8>>,
) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    let mut updated = false;
    for entry in entries.iter_mut().filter(|entry| *entry.key == *first.as_bytes()) {
        let changed = if rest.is_empty() {
            let text = entry.value(format).and_then(&mut *change);
            text.map(|text| entry.value = Content::Text(text)).is_some()
        } else {
            entry.map(format).is_some_and(|map| update(format, map, rest, change))
        };
        entry.changed |= changed;
        updated |= changed;
    }
    updated
}

/// Takes every attribute at a path out; returns the first.
pub(super) fn remove<'a>(
    format: impl Format<'a>,
    entries: &mut Vec<Entry<'a>>,
    path: &[String],
) -> Option<Entry<'a>> {
    let (first, rest) = path.split_first()?;
    let mut removed = None;
    entries.retain_mut(|entry| {
        if *entry.key != *first.as_bytes() {
            return true;
        }
        let found = if rest.is_empty() {
            Some(entry.clone())
        } else {
            entry.map(format).and_then(|map| remove(format, map, rest)).inspect(|_| entry.changed = true)
        };
        removed = removed.take().or(found);
        !rest.is_empty()
    });
    removed
}

/// Makes the value at a path a string, creating maps on the way. False if something on the way is no map.
pub(super) fn set<'a>(
    format: impl Format<'a>,
    entries: &mut Vec<Entry<'a>>,
    path: &[String],
    text: &[u8],
) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    let mut written = false;
    let mut present = false;
    for entry in entries.iter_mut().filter(|entry| *entry.key == *first.as_bytes()) {
        present = true;
        if rest.is_empty() {
            entry.value = Content::Text(text.to_vec());
        } else if !entry.map(format).is_some_and(|map| set(format, map, rest, text)) {
            continue;
        }
        entry.changed = true;
        written = true;
    }
    if !present {
        entries.push(created(path, text));
    }
    written || !present
}

fn created<'a>(path: &[String], text: &[u8]) -> Entry<'a> {
    let (first, rest) = path.split_first().expect("a path is never empty");
    let value =
        if rest.is_empty() { Content::Text(text.to_vec()) } else { Content::Map(vec![created(rest, text)]) };
    Entry { key: Cow::Owned(first.clone().into_bytes()), value, raw: None, changed: true }
}

/// Moves the attribute at a path to the end of the list, under a top-level key.
pub(super) fn rename<'a>(
    format: impl Format<'a>,
    entries: &mut Vec<Entry<'a>>,
    path: &[String],
    to: &str,
) -> bool {
    if *path == [to] {
        return false;
    }
    let Some(entry) = remove(format, entries, path) else { return false };
    entries.retain(|entry| *entry.key != *to.as_bytes());
    entries.push(Entry { key: Cow::Owned(to.into()), changed: true, ..entry });
    true
}

impl<'a> Entry<'a> {
    /// An entry as it came.
    pub(super) fn read(key: &'a [u8], value: &'a [u8], raw: &'a [u8]) -> Self {
        Self { key: Cow::Borrowed(key), value: Content::Raw(value), raw: Some(raw), changed: false }
    }

    /// Its value as the engine sees it.
    fn value(&self, format: impl Format<'a>) -> Option<Value<'_>> {
        match &self.value {
            Content::Text(text) => Some(Value::Text(text)),
            Content::Map(_) => Some(Value::Other),
            Content::Raw(raw) => format.any(raw).ok().map(Any::attribute),
        }
    }

    /// The entries of its value, opened for editing; `None` if it is no map.
    fn map(&mut self, format: impl Format<'a>) -> Option<&mut Vec<Entry<'a>>> {
        if let Content::Raw(raw) = self.value {
            let Any::Map(map) = format.any(raw).ok()? else { return None };
            self.value = Content::Map(read(format, map).ok()?);
        }
        match &mut self.value {
            Content::Map(entries) => Some(entries),
            _ => None,
        }
    }
}
