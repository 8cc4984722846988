//! Rust identifiers from the names of a registry.

use std::collections::HashSet;

/// What cannot name a field, or is better not written raw.
const KEYWORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "union", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Identifiers, each given once.
#[derive(Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// Makes an identifier differ from those before it.
    fn unique(&mut self, name: &str) -> String {
        let mut candidate = name.to_owned();
        let mut number = 2;
        while !self.0.insert(candidate.clone()) {
            candidate = format!("{name}{number}");
            number += 1;
        }
        candidate
    }

    /// A type from a dotted name: `edge.http_server` and `Metrics` are `EdgeHttpServerMetrics`.
    pub(super) fn of_type(&mut self, name: &str, suffix: &str) -> String {
        self.unique(&format!("{}{suffix}", pascal(name)))
    }

    /// A field from a key, without the name of its set: `edge.http.status` of `edge.http` is `status`.
    pub(super) fn of_field(&mut self, name: &str, set: &str) -> String {
        let rest = name.strip_prefix(set).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
        let snake: String = rest.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let is_word =
            snake.starts_with(|c: char| c.is_ascii_alphabetic()) && !KEYWORDS.contains(&snake.as_str());
        self.unique(&if is_word { snake } else { format!("its_{snake}") })
    }
}

/// A type from words.
fn pascal(name: &str) -> String {
    let joined = joined(name);
    let is_identifier = joined.starts_with(|c: char| c.is_ascii_alphabetic()) && joined != "Self";
    if is_identifier { joined } else { format!("Value{joined}") }
}

/// Words joined, each with a capital; what cannot stand in an identifier separates words.
fn joined(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}

/// Whether a variant made of this value has the value again, once its words are told apart by their capitals.
pub(super) fn is_plain_value(value: &str, variant: &str) -> bool {
    let is_word = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    value.split('_').all(is_word) && joined(value) == variant
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_valid_and_differ() {
        let mut names = Names::default();
        assert_eq!(names.of_type("edge.http_server", "Metrics"), "EdgeHttpServerMetrics");
        assert_eq!(names.of_type("edge.http.server", "Metrics"), "EdgeHttpServerMetrics2");
        assert_eq!(names.of_type("2xx", ""), "Value2xx");
        assert_eq!(names.of_type("self", ""), "ValueSelf");
        let mut fields = Names::default();
        assert_eq!(fields.of_field("edge.http.status", "edge.http"), "status");
        assert_eq!(fields.of_field("edge.https.status", "edge.http"), "edge_https_status");
        assert_eq!(fields.of_field("edge.type", "edge"), "its_type");
        assert_eq!(fields.of_field("edge.2xx", "edge"), "its_2xx");
    }

    #[test]
    fn a_plain_value_is_found_again_in_its_variant() {
        assert!(is_plain_value("head_deadline", "HeadDeadline"));
        for value in ["2xx", "a_b", "Kept", "kept.late", ""] {
            assert!(!is_plain_value(value, &pascal(value)), "{value}");
        }
        assert!(!is_plain_value("kept", "Kept2"));
        assert!(!is_plain_value("self", "ValueSelf"));
    }
}
