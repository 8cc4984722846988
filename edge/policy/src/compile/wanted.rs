//! The fields that loaded policies ask for: what a protocol has to look at, and nothing else.

use std::collections::{HashMap, HashSet};

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

/// In `Keys::places`: several keys share the fingerprint.
const SEVERAL: u8 = u8::MAX;

#[derive(Debug)]
struct Keys {
    /// One bit for each key's length: a key of another length is not even read.
    lengths: u64,
    /// By fingerprint: 0 for none, one more than the position of the one key that has it, or `SEVERAL`.
    places: [u8; 64],
    list: Vec<(Box<[u8]>, WantedKey)>,
    /// By name: its position in the list.
    positions: HashMap<Box<[u8]>, usize, FixedState>,
}

impl Wanted {
    /// Whether nothing of this level is looked at.
    pub fn is_empty(&self) -> bool {
        self.simple.iter().all(Option::is_none) && self.attributes.list.is_empty() && self.events.is_none()
    }

    /// The slot of a well-known field, if a policy looks at it.
    pub fn simple(&self, field: Simple) -> Option<Slot> {
        self.simple[field as usize]
    }

    /// Whether any attribute is looked at.
    pub fn has_attributes(&self) -> bool {
        !self.attributes.list.is_empty()
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
        !self.nested.list.is_empty()
    }

    /// The member of that key, if a policy looks at it or into it.
    pub fn nested(&self, key: &[u8]) -> Option<&WantedKey> {
        self.nested.get(key)
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self { lengths: 0, places: [0; 64], list: Vec::new(), positions: HashMap::default() }
    }
}

impl Keys {
    #[inline]
    fn get(&self, key: &[u8]) -> Option<&WantedKey> {
        if self.lengths & length_bit(key) == 0 {
            return None;
        }
        match self.places[fingerprint(key)] {
            0 => None,
            SEVERAL => Some(&self.list[*self.positions.get(key)?].1),
            place => {
                let (name, wanted) = &self.list[usize::from(place - 1)];
                (**name == *key).then_some(wanted)
            }
        }
    }

    fn entry(&mut self, key: &str) -> &mut WantedKey {
        let key = key.as_bytes();
        let next = self.list.len();
        let position = *self.positions.entry(key.into()).or_insert(next);
        if position == next {
            self.lengths |= length_bit(key);
            let place = &mut self.places[fingerprint(key)];
            *place = u8::try_from(next + 1).ok().filter(|_| *place == 0).unwrap_or(SEVERAL);
            self.list.push((key.into(), WantedKey::default()));
        }
        &mut self.list[position].1
    }
}

/// One bit of 64 for a length.
pub(super) fn length_bit(key: &[u8]) -> u64 {
    1 << (key.len() & 63)
}

/// A number below 64, from the length and the last byte: most keys of a record have one that no key here has.
fn fingerprint(key: &[u8]) -> usize {
    let last = key.last().copied().unwrap_or_default();
    usize::from((key.len() as u8 ^ last.rotate_left(3)) & 63)
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

    /// Whether there are slots for all of `fields`: one that has no room must not take the others' first.
    pub(crate) fn has_room<'f>(&self, fields: impl Iterator<Item = &'f Field>) -> bool {
        let new: HashSet<&Field> = fields.filter(|field| !self.slots.contains_key(field)).collect();
        self.kinds.len() + new.len() <= usize::from(u16::MAX) + 1
    }

    /// The slots of what sampling looks at.
    pub(crate) fn sampled(&mut self) -> Option<(Slot, Slot)> {
        Some((self.slot(&Field::Simple(Simple::TraceId))?, self.slot(&Field::Simple(Simple::TraceState))?))
    }
}
