//! What is wrong with a declaration beyond the words of one macro: what stands behind a type alias, and between
//! declarations.
//!
//! All of it is `const`, so that it is said when the declaration compiles, on the word that the macro gives it.

use crate::descriptor::{AttributeField, InstrumentKind, MetricsDescriptor};

/// Most cells of one instance, all combinations of what varies together: half a megabyte.
const CELLS_MAX: usize = 1 << 16;

/// Two names of the greatest length, and the words around them.
const MESSAGE_BYTES_MAX: usize = 1 << 10;

/// A message put together when the declaration compiles.
#[derive(Debug, Clone, Copy)]
pub struct Message {
    bytes: [u8; MESSAGE_BYTES_MAX],
    len: usize,
}

impl Message {
    /// Joins the parts; what is too long is cut.
    pub(crate) const fn of(parts: &[&str]) -> Self {
        let mut message = Self { bytes: [0; MESSAGE_BYTES_MAX], len: 0 };
        let mut at = 0;
        while at < parts.len() {
            message = message.and(parts[at].as_bytes());
            at += 1;
        }
        message
    }

    const fn and(mut self, part: &[u8]) -> Self {
        let mut at = 0;
        while at < part.len() && self.len < MESSAGE_BYTES_MAX {
            self.bytes[self.len] = part[at];
            self.len += 1;
            at += 1;
        }
        self
    }

    const fn of_number(number: usize) -> Self {
        let digit = [b'0' + (number % 10) as u8];
        let before = if number < 10 { Self::of(&[]) } else { Self::of_number(number / 10) };
        before.and(&digit)
    }

    /// The text.
    pub const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "a name is not text",
        }
    }
}

/// What is wrong with a field that has buckets or exemplars and is no histogram. The macros already say this on the
/// user's word; this is for an instrument behind a type alias.
pub const fn buckets_problem(kind: InstrumentKind) -> Option<Message> {
    match kind {
        InstrumentKind::Histogram => None,
        _ => Some(Message::of(&["only a histogram has a range, buckets or exemplars"])),
    }
}

/// What is wrong with a set whose combinations need more memory than one instance may have.
pub const fn budget_problem(set: &MetricsDescriptor, combinations: usize) -> Option<Message> {
    let cells = set.cells().saturating_mul(combinations);
    if combinations == 1 || cells <= CELLS_MAX {
        return None;
    }
    Some(Message::of(&[
        "the combinations of what varies need ",
        Message::of_number(cells).as_str(),
        " cells, more than the ",
        Message::of_number(CELLS_MAX).as_str(),
        " there are: let fewer enums vary, or give them at registration",
    ]))
}

/// What is wrong between the attributes of a metric set: one that varies is given at registration as well, or varies
/// twice.
pub const fn varying_problem(registered: &[AttributeField], varying: &[AttributeField]) -> Option<Message> {
    let mut at = 0;
    while at < varying.len() {
        let key = varying[at].key;
        if let Some(other) = same_label(key, registered) {
            return Some(clash(key, other, "is already given at registration", "given at registration"));
        }
        if let Some(other) = same_label(key, varying.split_at(at).0) {
            return Some(clash(key, other, "varies twice", "that varies too"));
        }
        at += 1;
    }
    None
}

/// What is wrong between a field of an attribute set and those before it, some of which stand for several attributes.
/// `fields` are their names, the numbers of their attributes, and whether they are such. What is wrong between two that
/// are not, the macro says.
pub const fn flattened_problem(
    attributes: &[AttributeField],
    fields: &[(&str, usize, bool)],
    field: usize,
) -> Option<Message> {
    let start = start_of(fields, field);
    let (mut at, end) = (start, start + fields[field].1);
    while at < end {
        let key = attributes[at].key;
        let mut before = 0;
        while before < field {
            let (name, len, is_flattened) = fields[before];
            let others = attributes.split_at(start_of(fields, before)).1.split_at(len).0;
            if let Some(other) = same_label(key, others)
                && (is_flattened || fields[field].2)
            {
                return Some(clash_with_field(key, other, name));
            }
            before += 1;
        }
        at += 1;
    }
    None
}

const fn start_of(fields: &[(&str, usize, bool)], field: usize) -> usize {
    let (mut start, mut before) = (0, 0);
    while before < field {
        start += fields[before].1;
        before += 1;
    }
    start
}

const fn clash_with_field(key: &str, other: &str, field: &str) -> Message {
    if equal(key, other, false) {
        return Message::of(&["attribute `", key, "` is already declared by field `", field, "`"]);
    }
    let one_label = "` would be one label in Prometheus";
    Message::of(&["attribute `", key, "` and `", other, "` of field `", field, one_label])
}

const fn clash(key: &str, other: &str, same: &str, which: &str) -> Message {
    if equal(key, other, false) {
        return Message::of(&["attribute `", key, "` ", same]);
    }
    Message::of(&["attribute `", key, "` and `", other, "` ", which, " would be one label in Prometheus"])
}

/// The first key that is the same label in Prometheus.
const fn same_label<'a>(key: &str, others: &'a [AttributeField]) -> Option<&'a str> {
    let mut at = 0;
    while at < others.len() {
        if equal(key, others[at].key, true) {
            return Some(others[at].key);
        }
        at += 1;
    }
    None
}

/// Whether two keys are the same, or the same label: their grammar has one separator at a time, and all are `_` there.
const fn equal(one: &str, other: &str, as_label: bool) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() {
        let is_separator = as_label && matches!((one[at], other[at]), (b'.' | b'_', b'.' | b'_'));
        if one[at] != other[at] && !is_separator {
            return false;
        }
        at += 1;
    }
    one.len() == other.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::{AttributeKind, Stability};

    fn attributes<const N: usize>(keys: [&'static str; N]) -> [AttributeField; N] {
        let (kind, stability) = (AttributeKind::Text, Stability::Development);
        keys.map(|key| AttributeField { key, kind, brief: "", stability, deprecated: None })
    }

    fn text(message: Option<&Message>) -> String {
        message.map_or_else(String::new, |message| message.as_str().to_owned())
    }

    #[test]
    fn messages_name_the_key_however_long() {
        let long = format!("a{}", ".b".repeat(127)).leak();
        let said = text(varying_problem(&attributes([long]), &attributes([long])).as_ref());
        assert_eq!(said, format!("attribute `{long}` is already given at registration"));
        assert_eq!(Message::of_number(65_536).as_str(), "65536");
    }

    #[test]
    fn what_varies_is_given_once() {
        let check = |registered, varying| {
            text(varying_problem(&attributes(registered), &attributes(varying)).as_ref())
        };
        assert_eq!(check(["a.b", "a.c"], ["a.d", "a.bc"]), "");
        assert_eq!(check(["a.b", "a.c"], ["x", "a.c"]), "attribute `a.c` is already given at registration");
        assert_eq!(check(["a", "b"], ["x", "x"]), "attribute `x` varies twice");
        let label = "attribute `a_c` and `a.c` given at registration would be one label in Prometheus";
        assert_eq!(check(["a.b", "a.c"], ["x", "a_c"]), label);
    }

    #[test]
    fn flattened_fields_are_compared_with_those_before() {
        let all = attributes(["a", "b", "c", "b", "d_e", "d.e", "a"]);
        let fields =
            [("one", 1, false), ("two", 2, true), ("three", 2, true), ("four", 1, false), ("five", 1, false)];
        let said: Vec<_> =
            (0..5).map(|field| text(flattened_problem(&all, &fields, field).as_ref())).collect();
        let taken = "attribute `b` is already declared by field `two`";
        let label = "attribute `d.e` and `d_e` of field `three` would be one label in Prometheus";
        assert_eq!(said, ["", "", taken, label, ""]);
    }
}
