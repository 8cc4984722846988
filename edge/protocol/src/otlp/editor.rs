//! One resource, scope or record under edit, whatever its spelling.

use edge_policy::{Edit, Field, Simple, Value};

use super::attributes::{self, Entry, Format};
use super::layout::Layout;

/// Changes to one resource, scope or record. Well-known fields and attributes that are not named by a change
/// are not touched.
#[derive(Debug)]
pub(super) struct Editor<'a, F> {
    format: F,
    simple: Vec<(Simple, State<'a>)>,
    pub(super) attributes: Vec<Entry<'a>>,
    pub(super) attributes_changed: bool,
}

/// A well-known field under edit.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum State<'a> {
    Original(Value<'a>),
    Removed,
    Written(Vec<u8>),
}

impl<'a, F: Format<'a>> Editor<'a, F> {
    pub(super) fn new(format: F) -> Self {
        Self { format, simple: Vec::new(), attributes: Vec::new(), attributes_changed: false }
    }

    /// Tells the value of a well-known field; the last one counts.
    pub(super) fn tell(&mut self, field: Simple, value: Value<'a>) {
        self.put(field, State::Original(value));
    }

    /// The change to a well-known field, if there is one.
    pub(super) fn change(&self, field: Simple) -> Option<&State<'a>> {
        self.state(field).filter(|state| !matches!(state, State::Original(_)))
    }

    /// Whether the message of that layout changes.
    pub(super) fn changes(&self, layout: &Layout) -> bool {
        let simple = layout.simple.iter().any(|(_, _, simple)| self.change(*simple).is_some());
        simple || (layout.attributes.is_some() && self.attributes_changed)
    }

    fn state(&self, field: Simple) -> Option<&State<'a>> {
        self.simple.iter().find(|(known, _)| *known == field).map(|(_, state)| state)
    }

    fn put(&mut self, field: Simple, state: State<'a>) {
        match self.simple.iter_mut().find(|(known, _)| *known == field) {
            Some((_, known)) => *known = state,
            None => self.simple.push((field, state)),
        }
    }
}

impl<'a, F: Format<'a>> Edit for Editor<'a, F> {
    fn get(&self, field: &Field) -> Option<Value<'_>> {
        match field {
            Field::Attribute(_, path) => attributes::get(self.format, &self.attributes, path),
            Field::EventAttribute(_) => None,
            Field::Simple(simple) => match self.state(*simple)? {
                State::Original(value) => Some(*value).filter(|value| !value.is_empty()),
                State::Removed => None,
                State::Written(text) => Some(Value::Text(text)).filter(|value| !value.is_empty()),
            },
        }
    }

    fn update(&mut self, field: &Field, change: &mut dyn FnMut(Value<'_>) -> Option<Vec<u8>>) -> bool {
        match field {
            Field::Attribute(_, path) => {
                let updated = attributes::update(self.format, &mut self.attributes, path, change);
                self.attributes_changed |= updated;
                updated
            }
            Field::EventAttribute(_) => false,
            Field::Simple(_) => {
                let text = self.get(field).and_then(change);
                text.is_some_and(|text| self.set(field, &text))
            }
        }
    }

    fn remove(&mut self, field: &Field) -> bool {
        match field {
            Field::Attribute(_, path) => {
                let removed = attributes::remove(self.format, &mut self.attributes, path).is_some();
                self.attributes_changed |= removed;
                removed
            }
            Field::EventAttribute(_) => false,
            Field::Simple(simple) => {
                let present = self.get(field).is_some();
                if present {
                    self.put(*simple, State::Removed);
                }
                present
            }
        }
    }

    fn set(&mut self, field: &Field, text: &[u8]) -> bool {
        match field {
            Field::Attribute(_, path) => {
                let written = attributes::set(self.format, &mut self.attributes, path, text);
                self.attributes_changed |= written;
                written
            }
            Field::EventAttribute(_) => false,
            Field::Simple(simple) => {
                self.put(*simple, State::Written(text.to_vec()));
                true
            }
        }
    }

    fn rename(&mut self, from: &Field, to: &str) -> bool {
        let Field::Attribute(_, path) = from else { return false };
        let renamed = attributes::rename(self.format, &mut self.attributes, path, to);
        self.attributes_changed |= renamed;
        renamed
    }

    fn has_key(&self, key: &str) -> bool {
        self.attributes.iter().any(|entry| *entry.key == *key.as_bytes())
    }
}
