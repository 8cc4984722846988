//! YAML as a registry is written: block style, text quoted whenever some reader could take it for something else.

use std::fmt::Write as _;

/// Words that YAML 1.1 readers take for truth values or nothing.
const NOT_TEXT: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];

/// A node to write.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Yaml {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A floating number.
    Double(f64),
    /// True or false.
    Bool(bool),
    /// A list, an item per line.
    List(Vec<Self>),
    /// A list of numbers or short words on one line.
    Line(Vec<Self>),
    /// Keys with values.
    Map(Map),
}

/// Keys with values, in the order of insertion; what is empty is left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Map(Vec<(&'static str, Yaml)>);

impl Map {
    pub(super) fn with(mut self, key: &'static str, value: Yaml) -> Self {
        self.0.push((key, value));
        self
    }

    pub(super) fn text(self, key: &'static str, text: impl Into<String>) -> Self {
        self.with(key, Yaml::Text(text.into()))
    }

    pub(super) fn some(self, key: &'static str, value: Option<Yaml>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub(super) fn some_text(self, key: &'static str, text: Option<&str>) -> Self {
        self.some(key, text.map(|text| Yaml::Text(text.to_owned())))
    }

    pub(super) fn flag(self, key: &'static str, is_set: bool) -> Self {
        self.some(key, is_set.then_some(Yaml::Bool(true)))
    }

    pub(super) fn list(self, key: &'static str, items: Vec<Yaml>) -> Self {
        self.some(key, (!items.is_empty()).then_some(Yaml::List(items)))
    }

    pub(super) fn map(self, key: &'static str, map: Map) -> Self {
        self.some(key, (!map.0.is_empty()).then_some(Yaml::Map(map)))
    }

    /// The document, with an empty line before each list at its top.
    pub(super) fn document(&self) -> String {
        let mut text = String::new();
        for (key, value) in &self.0 {
            if matches!(value, Yaml::List(_)) {
                text.push('\n');
            }
            write_entry(&mut text, key, value, 0);
        }
        text
    }
}

fn write_entry(text: &mut String, key: &str, value: &Yaml, depth: usize) {
    text.push_str(key);
    text.push(':');
    match value {
        Yaml::List(items) => {
            text.push('\n');
            for item in items {
                write_item(text, item, depth + 1);
            }
        }
        Yaml::Map(map) => {
            text.push('\n');
            for (key, value) in &map.0 {
                indent(text, depth + 1);
                write_entry(text, key, value, depth + 1);
            }
        }
        scalar => {
            text.push(' ');
            write_scalar(text, scalar);
            text.push('\n');
        }
    }
}

fn write_item(text: &mut String, item: &Yaml, depth: usize) {
    indent(text, depth);
    text.push_str("- ");
    let Yaml::Map(map) = item else {
        write_scalar(text, item);
        text.push('\n');
        return;
    };
    for (index, (key, value)) in map.0.iter().enumerate() {
        if index > 0 {
            indent(text, depth + 1);
        }
        write_entry(text, key, value, depth + 1);
    }
}

fn indent(text: &mut String, depth: usize) {
    text.extend(std::iter::repeat_n("  ", depth));
}

fn write_scalar(text: &mut String, scalar: &Yaml) {
    match scalar {
        Yaml::Text(plain) if is_plain(plain) => text.push_str(plain),
        Yaml::Text(other) => write_quoted(text, other),
        Yaml::Int(number) => text.push_str(&number.to_string()),
        Yaml::Double(number) => text.push_str(&double(*number)),
        Yaml::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Yaml::List(items) | Yaml::Line(items) => write_line(text, items),
        Yaml::Map(_) => unreachable!("a map is an entry or an item, and both write maps themselves"),
    }
}

fn write_line(text: &mut String, items: &[Yaml]) {
    text.push('[');
    for (index, item) in items.iter().enumerate() {
        text.push_str(if index > 0 { ", " } else { "" });
        // A comma within a plain text would end it here.
        match item {
            Yaml::Text(word) => write_quoted(text, word),
            other => write_scalar(text, other),
        }
    }
    text.push(']');
}

/// Always with a point and never with an exponent: YAML 1.1 readers take `1e-5` for text.
fn double(number: f64) -> String {
    let text = number.to_string();
    if text.contains('.') || !number.is_finite() { text } else { format!("{text}.0") }
}

fn is_plain(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || " _.,;/()'`+-".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(' ')
        && text.chars().all(is_inner)
        && !NOT_TEXT.contains(&text.to_ascii_lowercase().as_str())
}

fn write_quoted(text: &mut String, inner: &str) {
    text.push('"');
    for c in inner.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            // What YAML does not count as printable, or takes for a line break.
            '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                write!(text, "\\u{:04X}", c as u32).expect("writing to a String cannot fail");
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(yaml: &Yaml) -> String {
        let mut text = String::new();
        write_scalar(&mut text, yaml);
        text
    }

    #[test]
    fn text_is_quoted_where_a_reader_could_err() {
        for plain in ["edge.http.server", "Requests received.", "a-b", "It's `this`, or (that)"] {
            assert_eq!(scalar(&Yaml::Text(plain.to_owned())), plain);
        }
        for quoted in
            ["", "Yes", "no", "null", "1", "1.5", "- x", "a: b", "a #b", "{record}", " a", "a ", "%", "~"]
        {
            assert_eq!(scalar(&Yaml::Text(quoted.to_owned())), format!("\"{quoted}\""));
        }
        assert_eq!(scalar(&Yaml::Text("a\"\\\n\u{85}ß".to_owned())), r#""a\"\\\n\u0085ß""#);
    }

    #[test]
    fn numbers_are_numbers_to_every_reader() {
        assert_eq!(scalar(&Yaml::Double(1e-5)), "0.00001");
        assert_eq!(scalar(&Yaml::Double(60.0)), "60.0");
        assert_eq!(scalar(&Yaml::Line(vec![Yaml::Double(1.0), Yaml::Int(2)])), "[1.0, 2]");
    }

    #[test]
    fn lists_and_maps_are_indented() {
        let inner = Map::default().text("key", "a").map("more", Map::default().with("x", Yaml::Int(1)));
        let list = vec![Yaml::Map(inner), Yaml::Text("b".to_owned())];
        let document =
            Map::default().text("first", "c").list("items", list).list("none", Vec::new()).document();
        assert_eq!(document, "first: c\n\nitems:\n  - key: a\n    more:\n      x: 1\n  - b\n");
    }
}
