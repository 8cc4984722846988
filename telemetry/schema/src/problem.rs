//! What validation says, and which part of the declaration it says it about.

use std::fmt;

/// One mistake in a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The part that is wrong.
    pub place: Place,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Problem {
    /// A problem of the set itself.
    pub fn of_set(part: Part, message: impl Into<String>) -> Self {
        Self { place: Place { field: None, part }, message: message.into() }
    }

    /// A problem of one field.
    pub fn of_field(field: usize, part: Part, message: impl Into<String>) -> Self {
        Self { place: Place { field: Some(field), part }, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Where a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index of the field; `None` for the set.
    pub field: Option<usize>,
    /// Which word of it.
    pub part: Part,
}

/// The words of a declaration that can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The name or key.
    Name,
    /// The doc comment.
    Brief,
    /// The unit.
    Unit,
    /// The range or the bounds of a histogram.
    Buckets,
    /// That a histogram keeps exemplars.
    Exemplars,
    /// How far it can be relied on.
    Stability,
    /// What to use instead.
    Deprecated,
}
