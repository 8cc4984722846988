//! Fields and their text, one after the other in two growing buffers that keep their room.

use std::cell::RefCell;
use std::fmt::{self, Write};
use std::ops::Range;

use super::super::{EventField, EventValue};
use super::FieldValue;

/// Longest text kept of one value or message; the rest is cut off.
const TEXT_BYTES_MAX: usize = 4096;

/// Fields of many records. Keys are static, and numbers stay numbers: only text is copied.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    slots: Vec<Slot>,
    text: String,
}

/// Which slots, or which bytes of the text.
pub(crate) type Span = Range<u32>;

#[derive(Debug, Clone)]
struct Slot {
    key: &'static str,
    value: SlotValue,
}

#[derive(Debug, Clone)]
enum SlotValue {
    Text(Span),
    Int(i64),
    Double(f64),
    Bool(bool),
}

/// What user code showed of one record, before the buffer is locked: user code may emit events itself, and may panic.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    text: String,
    ends: Vec<usize>,
}

thread_local! {
    static SHOWN: RefCell<Shown> = RefCell::default();
}

impl Shown {
    /// Calls `then` with all that has to be shown, in the order of the fields and the message last.
    pub(crate) fn with(
        message: Option<fmt::Arguments<'_>>,
        fields: &[EventField<'_>],
        then: impl FnOnce(&Self),
    ) {
        if message.is_none() && !fields.iter().any(|field| is_shown(field.value)) {
            return then(&Self::default());
        }
        // Taken out meanwhile, so that an event within finds an empty one instead of this.
        let mut shown = SHOWN.try_with(RefCell::take).unwrap_or_default();
        shown.text.clear();
        shown.ends.clear();
        for field in fields.iter().filter(|field| is_shown(field.value)) {
            shown.push(format_args!("{}", field.value));
        }
        if let Some(message) = message {
            shown.push(message);
        }
        then(&shown);
        // A thread that is ending has nowhere to keep it.
        let _ = SHOWN.try_with(|kept| kept.replace(shown));
    }

    fn push(&mut self, value: fmt::Arguments<'_>) {
        let start = self.text.len();
        let mut bounded = Bounded { text: &mut self.text, end: start + TEXT_BYTES_MAX, is_full: false };
        if bounded.write_fmt(value).is_err() && !bounded.is_full {
            self.text.push_str("<not shown>");
        }
        self.ends.push(self.text.len());
    }

    fn nth(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[index]]
    }

    /// The message, which is the last if there is one.
    pub(crate) fn last(&self) -> &str {
        self.ends.len().checked_sub(1).map_or("", |last| self.nth(last))
    }
}

/// Text that ends the formatting when it is long enough.
struct Bounded<'a> {
    text: &'a mut String,
    end: usize,
    is_full: bool,
}

impl fmt::Write for Bounded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let kept = cut(text, self.end - self.text.len());
        self.text.push_str(kept);
        self.is_full = kept.len() < text.len();
        if self.is_full { Err(fmt::Error) } else { Ok(()) }
    }
}

/// As much of a text as is kept.
pub(crate) fn kept(text: &str) -> &str {
    cut(text, TEXT_BYTES_MAX)
}

fn cut(text: &str, bytes_max: usize) -> &str {
    if text.len() <= bytes_max {
        return text;
    }
    let end = (0..=bytes_max).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

fn is_shown(value: EventValue<'_>) -> bool {
    matches!(value, EventValue::Display(_) | EventValue::Debug(_))
}

impl Arena {
    /// Bytes in use.
    pub(crate) fn bytes(&self) -> usize {
        self.slots.len() * size_of::<Slot>() + self.text.len()
    }

    pub(crate) fn clear(&mut self) {
        self.slots.clear();
        self.text.clear();
    }

    /// Appends fields; `shown` holds what they show.
    pub(crate) fn push(&mut self, fields: &[EventField<'_>], shown: &Shown) -> Span {
        let start = self.slots.len() as u32;
        let mut shown_before = 0;
        for field in fields {
            let value = match field.value {
                EventValue::Absent => continue,
                EventValue::Int(number) => SlotValue::Int(number),
                EventValue::Double(number) => SlotValue::Double(number),
                EventValue::Bool(truth) => SlotValue::Bool(truth),
                EventValue::Text(text) => SlotValue::Text(self.push_text(kept(text))),
                EventValue::Display(_) | EventValue::Debug(_) => {
                    shown_before += 1;
                    SlotValue::Text(self.push_text(shown.nth(shown_before - 1)))
                }
            };
            self.slots.push(Slot { key: field.key, value });
        }
        start..self.slots.len() as u32
    }

    pub(crate) fn push_text(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        start..self.text.len() as u32
    }

    /// Appends all of another; what its slots are moved by.
    pub(crate) fn append(&mut self, other: &Self) -> u32 {
        let (slots, text) = (self.slots.len() as u32, self.text.len() as u32);
        self.text.push_str(&other.text);
        self.slots.extend(other.slots.iter().map(|slot| slot.moved(text)));
        slots
    }

    /// Sets one field, in the place of an earlier one of its key.
    pub(crate) fn set(&mut self, field: EventField<'_>, shown: &Shown) {
        let before = self.slots.len();
        self.push(&[field], shown);
        let Some(earlier) = self.slots[..before].iter().position(|slot| slot.key == field.key) else {
            return;
        };
        if let Some(slot) = self.slots.get(before).cloned() {
            let replaced = std::mem::replace(&mut self.slots[earlier], slot);
            self.slots.truncate(before);
            self.remove_text(&replaced);
        }
    }

    /// Closes the gap that text of nobody leaves: what is set again and again takes no more room than once.
    fn remove_text(&mut self, of: &Slot) {
        let SlotValue::Text(gone) = &of.value else { return };
        self.text.replace_range(gone.start as usize..gone.end as usize, "");
        for slot in &mut self.slots {
            if let SlotValue::Text(span) = &mut slot.value
                && span.start >= gone.end
            {
                *span = span.start - gone.len() as u32..span.end - gone.len() as u32;
            }
        }
    }

    pub(crate) fn len(&self) -> u32 {
        self.slots.len() as u32
    }

    pub(crate) fn text(&self, span: &Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    /// Every field, in the order pushed.
    #[cfg(feature = "tracing")]
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, FieldValue<'_>)> {
        self.slots.iter().map(|slot| (slot.key, self.value(&slot.value)))
    }

    pub(crate) fn fields(&self, span: &Span) -> impl Iterator<Item = (&str, FieldValue<'_>)> {
        self.slots[span.start as usize..span.end as usize]
            .iter()
            .map(|slot| (slot.key, self.value(&slot.value)))
    }

    fn value(&self, value: &SlotValue) -> FieldValue<'_> {
        match value {
            SlotValue::Text(span) => FieldValue::Text(self.text(span)),
            SlotValue::Int(number) => FieldValue::Int(*number),
            SlotValue::Double(number) => FieldValue::Double(*number),
            SlotValue::Bool(truth) => FieldValue::Bool(*truth),
        }
    }
}

impl Slot {
    fn moved(&self, by: u32) -> Self {
        let value = match &self.value {
            SlotValue::Text(span) => SlotValue::Text(moved(span, by)),
            other => other.clone(),
        };
        Self { key: self.key, value }
    }
}

/// The span where it is after an append.
pub(crate) fn moved(span: &Span, by: u32) -> Span {
    span.start + by..span.end + by
}
