//! A syntax tree printed in the PCRE syntax that Hyperscan reads, meaning the same.

use std::ffi::CString;
use std::fmt::Write;

use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// Largest number of states that bounded repetitions may unroll to before a pattern is left to the fallback: the
/// library takes seconds to compile `foo.{0,300}bar`, and hours for some more.
const STATES_MAX: u64 = 2_000;

/// States that a character beyond ASCII takes, about: it has up to four bytes.
const STATES_BEYOND_ASCII: u64 = 8;

/// States that each range beyond ASCII adds. Folding alone adds two to a class of letters, the long s and the Kelvin
/// sign, and makes a long repetition of it dear: 0.4 s for an address of mail, refused in the end.
const STATES_OF_A_RANGE: u64 = 4;

/// The pattern for Hyperscan, or `None` if it means something there is no exact spelling for.
pub(crate) fn to_pcre(hir: &Hir) -> Option<CString> {
    let mut output = String::new();
    (states(hir, 1) <= STATES_MAX && !has_embedded_anchor(hir, true, true)).then_some(())?;
    print(hir, &mut output)?;
    CString::new(output).ok()
}

/// Whether an anchor stands where the library refuses it: a beginning behind something, or an end before.
fn has_embedded_anchor(hir: &Hir, first: bool, last: bool) -> bool {
    match hir.kind() {
        HirKind::Look(Look::Start) => !first,
        HirKind::Look(Look::End | Look::EndLF) => !last,
        HirKind::Repetition(repetition) => has_embedded_anchor(&repetition.sub, false, false),
        HirKind::Capture(capture) => has_embedded_anchor(&capture.sub, first, last),
        HirKind::Alternation(parts) => parts.iter().any(|part| has_embedded_anchor(part, first, last)),
        HirKind::Concat(parts) => parts.iter().enumerate().any(|(index, part)| {
            has_embedded_anchor(part, first && index == 0, last && index + 1 == parts.len())
        }),
        _ => false,
    }
}

fn print(hir: &Hir, output: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty => output.push_str("(?:)"),
        HirKind::Literal(literal) => print_literal(std::str::from_utf8(&literal.0).ok()?, output),
        HirKind::Class(class) => print_class(class, output)?,
        HirKind::Look(look) => output.push_str(assertion(*look)?),
        HirKind::Repetition(repetition) => {
            group(&repetition.sub, output)?;
            match (repetition.min, repetition.max) {
                (0, None) => output.push('*'),
                (1, None) => output.push('+'),
                (0, Some(1)) => output.push('?'),
                (min, None) => write!(output, "{{{min},}}").ok()?,
                (min, Some(max)) => write!(output, "{{{min},{max}}}").ok()?,
            }
        }
        HirKind::Capture(capture) => group(&capture.sub, output)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| match part.kind() {
            HirKind::Alternation(_) => group(part, output),
            _ => print(part, output),
        })?,
        HirKind::Alternation(parts) => {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    output.push('|');
                }
                print(part, output)?;
            }
        }
    }
    Some(())
}

fn group(hir: &Hir, output: &mut String) -> Option<()> {
    output.push_str("(?:");
    print(hir, output)?;
    output.push(')');
    Some(())
}

fn print_literal(text: &str, output: &mut String) {
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || character == ' ' {
            output.push(character);
        } else {
            print_code_point(character, output);
        }
    }
}

fn print_code_point(character: char, output: &mut String) {
    write!(output, "\\x{{{:x}}}", character as u32).expect("writing to a string");
}

fn print_class(class: &Class, output: &mut String) -> Option<()> {
    let bytes;
    let class = match class {
        Class::Unicode(class) => class,
        Class::Bytes(class) => {
            bytes = class.to_unicode_class()?;
            &bytes
        }
    };
    if class.ranges().is_empty() {
        return None;
    }
    output.push('[');
    for range in class.iter() {
        print_code_point(range.start(), output);
        if range.start() != range.end() {
            output.push('-');
            print_code_point(range.end(), output);
        }
    }
    output.push(']');
    Some(())
}

/// PCRE's multi-line `^` does not match at the very end of a text, after its last newline, as RE2's does: there
/// is no spelling for it.
fn assertion(look: Look) -> Option<&'static str> {
    match look {
        Look::Start => Some("\\A"),
        Look::End => Some("\\z"),
        Look::EndLF => Some("(?m:$)"),
        Look::WordAscii => Some("\\b"),
        Look::WordAsciiNegate => Some("\\B"),
        _ => None,
    }
}

/// About how many states a pattern unrolls to, repeated `times`. What stands once costs little.
fn states(hir: &Hir, times: u64) -> u64 {
    match hir.kind() {
        HirKind::Literal(literal) if times > 1 => times.saturating_mul(literal.0.len() as u64),
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) => 0,
        HirKind::Class(class) => times.saturating_mul(class_states(class)),
        HirKind::Repetition(repetition) => {
            let most = u64::from(repetition.max.unwrap_or(repetition.min).max(1));
            states(&repetition.sub, times.saturating_mul(most))
        }
        HirKind::Capture(capture) => states(&capture.sub, times),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().fold(0, |sum, part| sum.saturating_add(states(part, times)))
        }
    }
}

/// States of one character: those beyond ASCII have up to four bytes, and each range of them its own way through.
fn class_states(class: &Class) -> u64 {
    let Class::Unicode(class) = class else { return 1 };
    let beyond = class.ranges().iter().filter(|range| !range.end().is_ascii());
    let spans = beyond.clone().any(|range| range.start() != range.end());
    let ranges = beyond.count() as u64;
    1 + ranges * STATES_OF_A_RANGE + if spans { STATES_BEYOND_ASCII } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;
    use super::to_pcre;

    fn printed(pattern: &str) -> Option<String> {
        let pattern = Pattern::regex(pattern, false).expect("valid");
        to_pcre(pattern.hir()).map(|text| text.into_string().expect("ASCII"))
    }

    #[test]
    fn a_tree_is_printed_with_its_meaning() {
        for (pattern, expected) in [
            ("^a.b$", r"\Aa[\x{0}-\x{9}\x{b}-\x{10ffff}]b\z"),
            ("x|yz*", r"x|y(?:z)*"),
            ("(ab){2,3}?", r"(?:(?:ab)){2,3}"),
            (r"\bé\B", r"\b\x{e9}\B"),
            ("(?m)a$", r"a(?m:$)"),
            ("a(?:b|c.)d", r"a(?:b|c[\x{0}-\x{9}\x{b}-\x{10ffff}])d"),
        ] {
            assert_eq!(printed(pattern).as_deref(), Some(expected), "{pattern}");
        }
    }

    #[test]
    fn what_is_common_is_cheap() {
        let words: Vec<String> = (0..500).map(|i| format!(r"host-{i}\.example\.com")).collect();
        let email = r"[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,255}\.[a-z]{2,63}";
        for pattern in [email, &words.join("|"), r"foo(?:\s|$)", "(?:^|x)y", ".{0,100}foo.{0,50}bar"] {
            assert!(printed(pattern).is_some(), "{pattern}");
        }
    }

    #[test]
    fn what_has_no_exact_or_no_cheap_spelling_is_left_to_the_fallback() {
        for pattern in [
            r"foo(\s|$)bar",
            ",(^|x)y",
            r"(?i)[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,255}\.[a-z]{2,63}",
            r"[\pL]{1,100}",
            "(?m)^a",
            r"[^\x00-\x{10FFFF}]",
            "foo.{0,400}bar",
            "(?:a{1,100}){1,100}",
            r"\C",
        ] {
            assert_eq!(printed(pattern), None, "{pattern}");
        }
    }
}
