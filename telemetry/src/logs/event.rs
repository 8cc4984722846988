//! An event as providers see it.

use std::fmt::{self, Write};
use std::time::SystemTime;

use super::Level;

/// What an event is, known when the program was compiled.
#[derive(Debug, PartialEq, Eq)]
pub struct EventDescriptor {
    /// Its name, such as `edge.server.ready`.
    pub name: &'static str,
    /// How much it matters.
    pub level: Level,
    /// The crate that emits it.
    pub target: &'static str,
}

impl EventDescriptor {
    /// A descriptor whose target is the crate of `module_path`.
    pub const fn new(name: &'static str, level: Level, module_path: &'static str) -> Self {
        Self { name, level, target: crate_of(module_path) }
    }
}

const fn crate_of(module_path: &'static str) -> &'static str {
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
    /// The particulars, in the order written.
    pub fields: &'a [EventField<'a>],
}

/// One particular of an event.
#[derive(Debug)]
pub struct EventField<'a> {
    /// Dotted key.
    pub key: &'static str,
    /// Value, formatted only when a provider wants it.
    pub value: EventValue<'a>,
}

/// A value that knows how to show itself.
#[derive(Clone, Copy)]
pub enum EventValue<'a> {
    /// By its `Display`.
    Display(&'a dyn fmt::Display),
    /// By its `Debug`.
    Debug(&'a dyn fmt::Debug),
}

impl EventValue<'_> {
    /// The value as text. One that fails to show itself is marked: whoever emits is not to fail for it.
    pub(super) fn to_text(self) -> String {
        let mut text = String::new();
        if write!(text, "{self}").is_err() {
            text.push_str("<not shown>");
        }
        text
    }
}

impl fmt::Display for EventValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
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
