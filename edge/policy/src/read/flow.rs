//! How deep the brackets of a YAML document nest, before its parser is asked, whose time is the square of that.

/// Deepest nesting that is handed on, which takes the parser a fraction of a second; it refuses more than 128, in the end.
const DEPTH_MAX: usize = 10_000;

/// Whether collections in brackets nest deeper than anything that could be read.
///
/// A bracket opens a collection only where a value can begin, and what is in quotes or behind `#` is stepped over. What is
/// miscounted all the same, in a block of text, would have to be so ten thousand times, without a bracket that closes.
pub(super) fn is_too_deep(text: &[u8]) -> bool {
    let (mut depth, mut place, mut rest) = (0_usize, Place::Line, text);
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        place = match (byte, place) {
            (b'\n', _) | (b'-' | b'?', Place::Line) => Place::Line,
            (b' ' | b'\t' | b'\r', place) => place.behind_blank(),
            (b'#', Place::Line | Place::Value | Place::Blank) => {
                rest = from(rest, b'\n');
                Place::Within
            }
            (b'[' | b'{', Place::Line | Place::Value) => {
                depth += 1;
                Place::Value
            }
            (b']' | b'}', _) => {
                depth = depth.saturating_sub(1);
                Place::Within
            }
            (b'"' | b'\'', Place::Line | Place::Value) => {
                rest = behind_quotes(rest, *byte);
                Place::Quoted
            }
            (b',', _) if depth > 0 => Place::Value,
            (b':', Place::Quoted) => Place::Value,
            (b':', _) if behind.first().is_none_or(u8::is_ascii_whitespace) => Place::Value,
            (b'&' | b'!', Place::Line | Place::Value) | (_, Place::Property) => Place::Property,
            _ => Place::Within,
        };
        if depth > DEPTH_MAX {
            return true;
        }
    }
    false
}

/// What stands before a byte.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Only what a line can begin with: a value, a key or a dash can follow.
    Line,
    /// What a value can follow.
    Value,
    /// An anchor or a tag of a value.
    Property,
    /// A text in quotes.
    Quoted,
    /// A blank in a text or behind it.
    Blank,
    /// A text without quotes, or the end of something.
    Within,
}

impl Place {
    fn behind_blank(self) -> Self {
        match self {
            Self::Within => Self::Blank,
            Self::Property => Self::Value,
            other => other,
        }
    }
}

fn from(text: &[u8], byte: u8) -> &[u8] {
    let start = text.iter().position(|it| *it == byte).unwrap_or(text.len());
    &text[start..]
}

/// What follows the closing quote. A double quote is escaped by a backslash, a single one by another.
fn behind_quotes(mut text: &[u8], quote: u8) -> &[u8] {
    while let Some((byte, behind)) = text.split_first() {
        text = match byte {
            b'\\' if quote == b'"' => behind.get(1..).unwrap_or_default(),
            _ => behind,
        };
        if *byte == quote {
            match text.split_first() {
                Some((next, behind)) if quote == b'\'' && *next == quote => text = behind,
                _ => return text,
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_collections_are_counted() {
        let check = |piece: &str, expected| {
            let text = format!("policies: {}", piece.repeat(2 * DEPTH_MAX));
            assert_eq!(is_too_deep(text.as_bytes()), expected, "{piece}");
        };
        for deep in [
            "[",
            "{a: ",
            "{a:\n",
            "\n- [",
            "[[], ",
            "{\"a\": ",
            "{\"a\":",
            "{'it''s': ",
            "[ # ]\n",
            "[&a ",
            "[!t ",
            "\n- - [[",
        ] {
            check(deep, true);
        }
        for flat in [
            "a[[",
            "\\[",
            "\"[[[\" ",
            "[] ",
            "'{' ",
            "\n- {regex: \"([{a-z]+\"}",
            "\n  regex: ^\\[[a-z",
            "\n  regex: \"- [a-z]: [[x, {\"",
            "\n  regex: 'it''s: [{'",
            "\n  regex: \"\\\": [{\"",
            "\n  contains: a - [b, [c",
            "\n  # such as: [{",
            "\n  x: y # [",
        ] {
            check(flat, false);
        }
    }
}
