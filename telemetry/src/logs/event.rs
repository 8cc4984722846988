//! An event as providers see it.

use std::fmt::{self, Write};
use std::time::SystemTime;

use super::{FieldValue, Level};
use crate::descriptor::{AttributeField, AttributeKind, Stability};
use crate::trace::SpanContext;

/// What an event is, known when the program was compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventDescriptor {
    /// Its name, such as `edge.server.ready`. Empty for events of libraries that give them none.
    pub name: &'static str,
    /// How much it matters.
    pub level: Level,
    /// The crate that emits it.
    pub target: &'static str,
    /// The module that emits it, which directives select by.
    pub module: &'static str,
    /// What it means; empty if nobody wrote that down.
    pub brief: &'static str,
    /// Its fields, in the order written. Empty for events whose keys only show when they happen.
    pub fields: &'static [FieldDescriptor],
    /// How far its declaration can be relied on.
    pub stability: Stability,
    /// Why it should not be used any more, and what to use instead.
    pub deprecated: Option<&'static str>,
}

/// What a field of an event or of a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldDescriptor {
    /// Its key, and what it holds; where that is not declared the kind is `Any`.
    pub attribute: AttributeField,
    /// Whether it is there each time.
    pub is_required: bool,
}

impl EventDescriptor {
    /// A descriptor whose target is the crate of `module_path`.
    pub const fn new(name: &'static str, level: Level, module_path: &'static str) -> Self {
        Self {
            name,
            level,
            target: crate_of(module_path),
            module: module_path,
            brief: "",
            fields: &[],
            stability: Stability::Development,
            deprecated: None,
        }
    }

    /// The same with what it means.
    #[must_use]
    pub const fn with_brief(self, brief: &'static str) -> Self {
        Self { brief, ..self }
    }

    /// The same with its fields.
    #[must_use]
    pub const fn with_fields(self, fields: &'static [FieldDescriptor]) -> Self {
        Self { fields, ..self }
    }
}

impl FieldDescriptor {
    /// A field of which only the key is known.
    pub const fn untyped(key: &'static str) -> Self {
        let attribute = AttributeField {
            key,
            kind: AttributeKind::Any,
            brief: "",
            stability: Stability::Development,
            deprecated: None,
        };
        Self { attribute, is_required: false }
    }
}

/// The crate of a module path.
pub(crate) const fn crate_of(module_path: &'static str) -> &'static str {
    let bytes = module_path.as_bytes();
    let mut end = 0;
    while end < bytes.len() && bytes[end] != b':' {
        end += 1;
    }
    module_path.split_at(end).0
}

/// An event that happened.
#[derive(Debug)]
pub struct Event<'a> {
    /// When it happened.
    pub time: SystemTime,
    /// What happened.
    pub descriptor: &'static EventDescriptor,
    /// What a person reads, if somebody wrote it.
    pub message: Option<fmt::Arguments<'a>>,
    /// The span it happened in.
    pub span: Option<SpanContext>,
    /// The particulars, in the order written.
    pub fields: &'a [EventField<'a>],
}

/// One particular of an event.
#[derive(Debug, Clone, Copy)]
pub struct EventField<'a> {
    /// Dotted key.
    pub key: &'static str,
    /// Value, formatted only when a provider wants it.
    pub value: EventValue<'a>,
}

/// A value as its type is, or one that knows how to show itself.
#[derive(Clone, Copy)]
pub enum EventValue<'a> {
    /// Text.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Double(f64),
    /// True or false.
    Bool(bool),
    /// Nothing: the field is left out.
    Absent,
    /// By its `Display`.
    Display(&'a dyn fmt::Display),
    /// By its `Debug`.
    Debug(&'a dyn fmt::Debug),
}

impl EventValue<'_> {
    /// The value as text. One that fails to show itself is marked: whoever emits is not to fail for it.
    pub(super) fn to_text(self) -> String {
        let mut text = String::new();
        self.push_to(&mut text);
        text
    }

    /// Appends the value as text, marked if it fails to show itself.
    pub(super) fn push_to(self, text: &mut String) {
        if write!(text, "{self}").is_err() {
            text.push_str("<not shown>");
        }
    }

    /// Whether the field is left out.
    pub(super) fn is_absent(self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<'a> From<FieldValue<'a>> for EventValue<'a> {
    fn from(value: FieldValue<'a>) -> Self {
        match value {
            FieldValue::Text(text) => Self::Text(text),
            FieldValue::Int(number) => Self::Int(number),
            FieldValue::Double(number) => Self::Double(number),
            FieldValue::Bool(truth) => Self::Bool(truth),
        }
    }
}

impl fmt::Display for EventValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Int(number) => number.fmt(f),
            Self::Double(number) => number.fmt(f),
            Self::Bool(truth) => truth.fmt(f),
            Self::Absent => Ok(()),
            Self::Display(value) => value.fmt(f),
            Self::Debug(value) => value.fmt(f),
        }
    }
}

impl fmt::Debug for EventValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken;

    impl fmt::Display for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half")?;
            Err(fmt::Error)
        }
    }

    #[test]
    fn a_value_that_fails_to_show_itself_fails_nobody_else() {
        assert_eq!(EventValue::Display(&Broken).to_text(), "half<not shown>");
    }
}
