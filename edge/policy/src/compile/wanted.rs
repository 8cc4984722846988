//! The fields that loaded policies ask for: what a protocol has to look at, and nothing else.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::field::{Field, Level, Simple};

/// Where a field's value goes. Only the engine makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub(crate) u16);

/// The fields of one level that some policy looks at.
#[derive(Debug, Default)]
pub struct Wanted {
    simple: [Option<Slot>; Simple::COUNT],
    attributes: Keys,
    events: Option<Box<Wanted>>,
}

/// A key of an attribute list or nested map that some policy's path goes through.
#[derive(Debug, Default)]
pub struct WantedKey {
    slot: Option<Slot>,
    nested: Keys,
}

#[derive(Debug, Default)]
struct Keys {
    /// One bit for each key's length: a key of another length is not even read.
    lengths: u64,
    /// One bit for each key's length and last byte: most keys of a record miss it and need no hash.
    filter: u64,
    by_name: HashMap<Box<[u8]>, WantedKey, FixedState>,
}

impl Wanted {
    /// Whether nothing of this level is looked at.
    pub fn is_empty(&self) -> bool {
        self.simple.iter().all(Option::is_none) && self.attributes.by_name.is_empty() && self.events.is_none()
    }

    /// The slot of a well-known field, if a policy looks at it.
    pub fn simple(&self, field: Simple) -> Option<Slot> {
        self.simple[field as usize]
    }

    /// Whether any attribute is looked at.
    pub fn has_attributes(&self) -> bool {
        !self.attributes.by_name.is_empty()
    }

    /// The attribute of that key, if a policy looks at it or into it.
    pub fn attribute(&self, key: &[u8]) -> Option<&WantedKey> {
        self.attributes.get(key)
    }

    /// What is looked at in each event of a span: its name and attributes.
    pub fn events(&self) -> Option<&Wanted> {
        self.events.as_deref()
    }

    pub(crate) fn insert(&mut self, field: &Field, slot: Slot) {
        match field {
            Field::Simple(Simple::SpanEventName) => {
                self.events.get_or_insert_default().simple[Simple::SpanEventName as usize] = Some(slot);
            }
            Field::Simple(simple) => self.simple[*simple as usize] = Some(slot),
            Field::Attribute(_, path) => self.insert_path(path, slot),
            Field::EventAttribute(path) => self.events.get_or_insert_default().insert_path(path, slot),
        }
    }

    fn insert_path(&mut self, path: &[String], slot: Slot) {
        let (last, way) = path.split_last().expect("a path is never empty");
        let keys = way.iter().fold(&mut self.attributes, |keys, key| &mut keys.entry(key).nested);
        keys.entry(last).slot = Some(slot);
    }
}

impl WantedKey {
    /// Where the value at this key goes, if a policy looks at it.
    pub fn slot(&self) -> Option<Slot> {
        self.slot
    }

    /// Whether a policy looks into a map at this key.
    pub fn has_nested(&self) -> bool {
        !self.nested.by_name.is_empty()
    }

    /// The member of that key, if a policy looks at it or into it.
    pub fn nested(&self, key: &[u8]) -> Option<&WantedKey> {
        self.nested.get(key)
    }
}

impl Keys {
    fn get(&self, key: &[u8]) -> Option<&WantedKey> {
        if self.lengths & length_bit(key) == 0 || self.filter & fingerprint(key) == 0 {
            return None;
        }
        self.by_name.get(key)
    }

    fn entry(&mut self, key: &str) -> &mut WantedKey {
        self.lengths |= length_bit(key.as_bytes());
        self.filter |= fingerprint(key.as_bytes());
        self.by_name.entry(key.as_bytes().into()).or_default()
    }
}

/// One bit of 64 for a length.
pub(super) fn length_bit(key: &[u8]) -> u64 {
    1 << (key.len() & 63)
}

fn fingerprint(key: &[u8]) -> u64 {
    let last = key.last().copied().unwrap_or_default();
    1 << (((key.len() as u8) ^ last.rotate_left(3)) & 63)
}

/// Gives each distinct field a slot.
#[derive(Debug, Default)]
pub(crate) struct SlotTable {
    slots: HashMap<Field, Slot>,
    /// By slot: the level of its field, and whether a record can have several values of it.
    pub(crate) kinds: Vec<(Level, bool)>,
    pub(crate) wanted: [Wanted; Level::COUNT],
}

impl SlotTable {
    /// The field's slot; `None` once there are more fields than slots.
    pub(crate) fn slot(&mut self, field: &Field) -> Option<Slot> {
        if let Some(slot) = self.slots.get(field) {
            return Some(*slot);
        }
        let slot = Slot(u16::try_from(self.kinds.len()).ok()?);
        let level = field.level();
        self.slots.insert(field.clone(), slot);
        self.kinds.push((level, field.is_many()));
        self.wanted[level as usize].insert(field, slot);
        Some(slot)
    }

    /// The slots of what sampling looks at.
    pub(crate) fn sampled(&mut self) -> Option<(Slot, Slot)> {
        Some((self.slot(&Field::Simple(Simple::TraceId))?, self.slot(&Field::Simple(Simple::TraceState))?))
    }
}
