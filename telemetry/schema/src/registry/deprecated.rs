//! Why something should not be used any more.

use std::fmt;

/// Why something should not be used any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deprecated {
    /// It has another name now.
    Renamed {
        /// The other name.
        to: String,
        /// What else there is to know.
        note: Option<String>,
    },
    /// It is no longer there and nothing replaces it.
    Obsoleted {
        /// Why.
        note: String,
    },
    /// Something else, such as a split.
    Uncategorized {
        /// What.
        note: String,
    },
    /// Left over from an older format.
    Unspecified {
        /// Why, or what to use.
        note: String,
    },
}

impl Deprecated {
    /// From the one text of a declaration: `renamed to edge.x`, `renamed to edge.x: why`, `obsoleted: why`, or any
    /// other.
    pub fn from_text(text: &str) -> Self {
        if let Some(renamed) = text.strip_prefix("renamed to ") {
            return Self::renamed(renamed);
        }
        match text.strip_prefix("obsoleted: ") {
            Some(note) => Self::Obsoleted { note: note.to_owned() },
            None => Self::Uncategorized { note: text.to_owned() },
        }
    }

    fn renamed(text: &str) -> Self {
        let (to, note) = text.split_once(": ").map_or((text, None), |(to, note)| (to, Some(note.to_owned())));
        Self::Renamed { to: to.trim_matches('`').to_owned(), note }
    }

    /// The other name, if it only was renamed.
    pub fn renamed_to(&self) -> Option<&str> {
        match self {
            Self::Renamed { to, .. } => Some(to),
            _ => None,
        }
    }
}

/// What [`Deprecated::from_text`] takes.
impl fmt::Display for Deprecated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Renamed { to, note: None } => write!(f, "renamed to {to}"),
            Self::Renamed { to, note: Some(note) } => write!(f, "renamed to {to}: {note}"),
            Self::Obsoleted { note } => write!(f, "obsoleted: {note}"),
            Self::Uncategorized { note } | Self::Unspecified { note } => f.write_str(note),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_declaration_keeps_its_meaning() {
        for text in
            ["renamed to edge.x", "renamed to edge.x: shorter", "obsoleted: nobody used it", "use edge.x"]
        {
            assert_eq!(Deprecated::from_text(text).to_string(), text);
        }
        assert_eq!(Deprecated::from_text("renamed to `edge.x`").renamed_to(), Some("edge.x"));
        assert_eq!(Deprecated::from_text("use edge.x").renamed_to(), None);
    }
}
