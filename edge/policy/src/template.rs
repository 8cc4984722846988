//! Replacement templates of redactions: `$0`, `$1`-`$99`, `${1}`-`${99}`, `${name}`, `$$`.

use regex_automata::util::captures::Captures;

/// A replacement, split into what is literal and what refers to a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Number(usize),
    Name(String),
}

impl Template {
    /// Reads a template. Nothing is an error: a `$` that starts nothing is itself.
    pub(crate) fn parse(mut text: &str) -> Self {
        let mut parts = Vec::new();
        let mut literal = String::new();
        while let Some(dollar) = text.find('$') {
            literal.push_str(&text[..dollar]);
            text = &text[dollar + 1..];
            if let Some(rest) = text.strip_prefix('$') {
                literal.push('$');
                text = rest;
            } else if let Some((part, rest)) = reference(text) {
                parts.push(Part::Text(std::mem::take(&mut literal)));
                parts.push(part);
                text = rest;
            } else {
                literal.push('$');
            }
        }
        literal.push_str(text);
        parts.push(Part::Text(literal));
        Self(parts)
    }

    /// Appends the replacement for one match; a group that took no part expands to nothing. False, and what is
    /// appended is of no use, if `output` would grow beyond `bytes_max`.
    pub(crate) fn expand(
        &self,
        captures: &Captures,
        haystack: &[u8],
        bytes_max: usize,
        output: &mut Vec<u8>,
    ) -> bool {
        self.0.iter().all(|part| {
            let span = match part {
                Part::Text(text) => return append(text.as_bytes(), bytes_max, output),
                Part::Number(index) => captures.get_group(*index),
                Part::Name(name) => captures.get_group_by_name(name),
            };
            append(span.map_or(&[][..], |span| &haystack[span.range()]), bytes_max, output)
        })
    }
}

fn append(bytes: &[u8], bytes_max: usize, output: &mut Vec<u8>) -> bool {
    let fits = output.len() + bytes.len() <= bytes_max;
    if fits {
        output.extend_from_slice(bytes);
    }
    fits
}

fn reference(text: &str) -> Option<(Part, &str)> {
    if let Some(rest) = text.strip_prefix('{') {
        let (name, rest) = rest.split_once('}').filter(|(name, _)| !name.is_empty())?;
        let numeric = name.len() <= 2 && name.bytes().all(|b| b.is_ascii_digit());
        let part = if numeric { Part::Number(name.parse().ok()?) } else { Part::Name(name.into()) };
        return Some((part, rest));
    }
    // `$0` is the whole match; another number starts with 1-9 and has at most two digits.
    let digits = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let digits = if text.starts_with('0') { 1 } else { digits };
    let (number, rest) = text.split_at(digits);
    Some((Part::Number(number.parse().ok()?), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;

    #[track_caller]
    fn check(pattern: &str, template: &str, text: &str, expected: &str) {
        let pattern = Pattern::regex(pattern, false).expect("valid");
        let replaced = crate::transform::replace_all(&pattern, &Template::parse(template), text.as_bytes());
        assert_eq!(replaced.as_deref(), Some(expected.as_bytes()));
    }

    #[test]
    fn groups_are_referred_to_in_every_spelling() {
        check("(a)(b)", "$2$1", "ab", "ba");
        check("(a)(b)", "${2}x$0", "ab", "bxab");
        check("(?P<who>[a-z]+)@", "${who}#", "joe@x", "joe#x");
        check("(a)", "$1x", "a", "ax");
        check("(a)", "$12", "a", "");
        check("(a)", "$123", "a", "3");
        check("(a)", "$01", "a", "a1");
    }

    #[test]
    fn a_dollar_that_starts_nothing_is_itself() {
        check("a", "$", "a", "$");
        check("a", "$$1", "a", "$1");
        check("a", "$x ${} ${", "a", "$x ${} ${");
        check("a", "cost: $$", "a", "cost: $");
    }

    #[test]
    fn a_missing_group_is_empty() {
        check("(a)|(b)", "<$1$2$3${nope}>", "ab", "<a><b>");
    }

    #[test]
    fn a_text_stays_utf8_though_a_part_of_a_character_matches() {
        check(r"h\C", "x", "hello h\u{e9}", "[REDACTED]");
        check(r"h\C", "x", "hello", "xllo");
    }

    #[test]
    fn a_template_that_repeats_its_match_does_not_fill_the_memory() {
        let text = "x".repeat(3 << 20);
        check("(?s).*", "$0", &text, &text);
        check("(?s).*", "$0$0", &text, "[REDACTED]");
        check("x", &"y".repeat(1 << 10), &text, "[REDACTED]");
    }
}
