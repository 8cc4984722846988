//! Attribute sets as fields of declared events and spans.

use std::slice;

use super::{EventField, EventValue, FieldDescriptor};
use crate::attributes::AttributeSet;
use crate::checks::Message;
use crate::descriptor::AttributeField;

/// A set of attributes that an event or a span can have in the place of a field. Implemented by `#[attribute_set]`, and
/// by `()` for none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no set of attributes",
    label = "attributes are a struct with `#[attribute_set(name = \"...\")]`"
)]
pub trait FieldSet: AttributeSet {
    /// Fills a slot for each attribute, in the order of the descriptor.
    fn fill<'a>(&'a self, slots: &mut Slots<'_, 'a>);
}

impl FieldSet for () {
    fn fill<'a>(&'a self, _slots: &mut Slots<'_, 'a>) {}
}

/// Where the fields of an event are put together.
#[derive(Debug)]
pub struct Slots<'s, 'a>(slice::IterMut<'s, EventField<'a>>);

impl<'s, 'a> Slots<'s, 'a> {
    /// As many slots as there are fields in all.
    pub fn new(fields: &'s mut [EventField<'a>]) -> Self {
        Self(fields.iter_mut())
    }

    /// Fills the next one.
    #[inline]
    pub fn put(&mut self, key: &'static str, value: EventValue<'a>) {
        if let Some(slot) = self.0.next() {
            *slot = EventField { key, value };
        }
    }
}

/// A slot that has yet to be filled.
pub const EMPTY_SLOT: EventField<'static> = EventField { key: "", value: EventValue::Absent };

/// A field as declared.
#[derive(Debug, Clone, Copy)]
pub enum FieldPart {
    /// One attribute.
    One(FieldDescriptor),
    /// A set of them.
    Set(&'static [AttributeField]),
}

impl FieldPart {
    const fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Set(set) => set.len(),
        }
    }

    const fn nth(&self, index: usize) -> FieldDescriptor {
        match self {
            Self::One(field) => *field,
            Self::Set(set) => FieldDescriptor { attribute: set[index], is_required: true },
        }
    }
}

/// How many fields the parts have together.
pub const fn fields_len(parts: &[FieldPart]) -> usize {
    let (mut len, mut part) = (0, 0);
    while part < parts.len() {
        len += parts[part].len();
        part += 1;
    }
    len
}

/// The fields of the parts, one after another; `N` is their [`fields_len`].
pub const fn fields<const N: usize>(parts: &[FieldPart]) -> [FieldDescriptor; N] {
    let mut all = [FieldDescriptor::untyped(""); N];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut of_part = 0;
        while of_part < parts[part].len() {
            all[at] = parts[part].nth(of_part);
            (at, of_part) = (at + 1, of_part + 1);
        }
        part += 1;
    }
    all
}

/// What is wrong between a part and those before it, which the words of one macro do not tell.
pub const fn fields_problem(parts: &[FieldPart], part: usize) -> Option<Message> {
    let mut before = 0;
    while before < part {
        if let Some(key) = key_of_both(&parts[before], &parts[part]) {
            return Some(Message::of(&["attribute `", key, "` is already declared by a field before"]));
        }
        before += 1;
    }
    None
}

const fn key_of_both(one: &FieldPart, other: &FieldPart) -> Option<&'static str> {
    let mut at = 0;
    while at < one.len() {
        let key = one.nth(at).attribute.key;
        let mut of_other = 0;
        while of_other < other.len() {
            if telemetry_schema::event_keys_problem(&[key, other.nth(of_other).attribute.key]).is_some() {
                return Some(key);
            }
            of_other += 1;
        }
        at += 1;
    }
    None
}
