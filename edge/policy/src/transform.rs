//! Transforms compiled from policies, applied to whatever a protocol can edit.

use regex_automata::Input;
use simdutf8::basic::from_utf8;

use crate::field::{Field, Level};
use crate::model::{Add, Redact, Rename, Transform};
use crate::pattern::Pattern;
use crate::template::Template;
use crate::value::Value;

/// What takes the place of a redacted value unless the policy says otherwise.
pub(crate) const REDACTED: &str = "[REDACTED]";

/// Bytes by which one redaction may make a text longer.
const GROWTH_BYTES_MAX: usize = 1 << 20;

/// A resource, scope or record that can be edited. Paths name nested members; duplicates of a key are edited
/// alike.
pub trait Edit {
    /// The value of a field, if it is there.
    fn get(&self, field: &Field) -> Option<Value<'_>>;

    /// Shows every value of a field to `change`, and makes those strings for which it returns one. False if there
    /// are none.
    fn update(&mut self, field: &Field, change: &mut dyn FnMut(Value<'_>) -> Option<Vec<u8>>) -> bool;

    /// Takes a field out. False if it was not there. A map that this empties stays.
    fn remove(&mut self, field: &Field) -> bool;

    /// Makes the field a string, creating it and the maps on its way. False if something on the way is no map.
    fn set(&mut self, field: &Field, text: &[u8]) -> bool;

    /// Moves an attribute, its type and bytes kept, to the top-level key `to` of its list, replacing what is
    /// there. False if it is not there.
    fn rename(&mut self, from: &Field, to: &str) -> bool;

    /// Whether an attribute has this top-level key.
    fn has_key(&self, key: &str) -> bool;
}

/// One policy's operations on one level, by stage.
#[derive(Debug, Default)]
pub(crate) struct Operations {
    list: Vec<(usize, Operation)>,
}

#[derive(Debug)]
enum Operation {
    Remove(Field),
    Mask(Field, String),
    Replace(Field, Pattern, Template),
    Rename(Rename),
    Add(Add),
}

impl Operations {
    /// The operations of `transform` that act on `level`, in stage order.
    pub(crate) fn compile(transform: &Transform, level: Level) -> Self {
        let removes = transform.remove.iter().map(|field| (0, Operation::Remove(field.clone())));
        let redacts = transform.redact.iter().map(|redact| (1, redaction(redact)));
        let renames = transform.rename.iter().map(|rename| (2, Operation::Rename(rename.clone())));
        let adds = transform.add.iter().map(|add| (3, Operation::Add(add.clone())));
        let all = removes.chain(redacts).chain(renames).chain(adds);
        Self { list: all.filter(|(_, operation)| operation.field().level() == level).collect() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Runs every operation, reporting for each its stage and whether it changed anything.
    pub(crate) fn apply(&self, target: &mut dyn Edit, mut report: impl FnMut(usize, bool)) {
        for (stage, operation) in &self.list {
            report(*stage, operation.apply(target));
        }
    }
}

fn redaction(redact: &Redact) -> Operation {
    match &redact.pattern {
        None => Operation::Mask(redact.field.clone(), redact.replacement.clone()),
        Some(pattern) => {
            Operation::Replace(redact.field.clone(), pattern.clone(), Template::parse(&redact.replacement))
        }
    }
}

impl Operation {
    fn field(&self) -> &Field {
        match self {
            Self::Remove(field) | Self::Mask(field, _) | Self::Replace(field, ..) => field,
            Self::Rename(rename) => &rename.from,
            Self::Add(add) => &add.field,
        }
    }

    fn apply(&self, target: &mut dyn Edit) -> bool {
        match self {
            Self::Remove(field) => target.remove(field),
            Self::Mask(field, text) => target.update(field, &mut |_| Some(text.clone().into_bytes())),
            Self::Replace(field, pattern, template) => target.update(field, &mut |value| match value {
                Value::Text(text) => replace_all(pattern, template, text),
                _ => None,
            }),
            Self::Rename(Rename { from, to, upsert }) => {
                (*upsert || !target.has_key(to)) && target.rename(from, to)
            }
            Self::Add(Add { field, value, upsert }) => {
                (*upsert || target.get(field).is_none()) && target.set(field, value.as_bytes())
            }
        }
    }
}

/// The text with every non-overlapping match replaced; `None` if there is none. A text that this would make longer by
/// more than `GROWTH_BYTES_MAX` is masked whole: a template that repeats its match must not fill the memory. So is one
/// that would be UTF-8 no more, since `\C` can match a part of a character.
pub(crate) fn replace_all(pattern: &Pattern, template: &Template, text: &[u8]) -> Option<Vec<u8>> {
    let regex = pattern.matcher()?;
    let mut captures = regex.create_captures();
    regex.search_captures(&Input::new(text), &mut captures);
    captures.get_match()?;
    let bytes_max = text.len() + GROWTH_BYTES_MAX;
    let (mut output, mut copied) = (Vec::with_capacity(text.len()), 0);
    for captures in regex.captures_iter(text) {
        let span = captures.get_match().expect("an iterated match has a span");
        output.extend_from_slice(&text[copied..span.start()]);
        if !template.expand(&captures, text, bytes_max, &mut output) {
            return Some(REDACTED.into());
        }
        copied = span.end();
    }
    output.extend_from_slice(&text[copied..]);
    let is_broken = from_utf8(&output).is_err() && from_utf8(text).is_ok();
    Some(if is_broken { REDACTED.into() } else { output })
}
