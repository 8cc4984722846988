//! RE2 syntax (github.com/google/re2/wiki/Syntax), translated to the dialect of `regex-syntax`.
//!
//! The two agree on most things. They differ on the ASCII-only classes, on what a class may hold, on repeated
//! repetitions, on braces that are no repetition, on octal escapes, `\Q…\E`, `\C` and on which escapes exist.

use std::fmt::Write;
use std::iter::Peekable;
use std::str::Chars;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

/// RE2 allows no larger count in a repetition.
const REPETITION_MAX: u32 = 1000;

const POSIX_CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// Parses a pattern in RE2 syntax over UTF-8 text.
pub(crate) fn parse(pattern: &str, case_insensitive: bool) -> Result<Hir, String> {
    let translated = Translator { input: pattern.chars().peekable(), output: String::new() }.run()?;
    build(&translated, case_insensitive)
}

/// A literal, as a pattern.
pub(crate) fn literal(text: &str, case_insensitive: bool) -> Hir {
    if case_insensitive {
        build(&regex_syntax::escape(text), true).expect("an escaped literal is a valid pattern")
    } else {
        Hir::literal(text.as_bytes())
    }
}

fn build(translated: &str, case_insensitive: bool) -> Result<Hir, String> {
    ParserBuilder::new().case_insensitive(case_insensitive).utf8(false).build().parse(translated).map_err(
        |error| match &error {
            regex_syntax::Error::Parse(error) => error.kind().to_string(),
            regex_syntax::Error::Translate(error) => error.kind().to_string(),
            _ => error.to_string(),
        },
    )
}

struct Translator<'a> {
    input: Peekable<Chars<'a>>,
    output: String,
}

impl Translator<'_> {
    fn run(mut self) -> Result<String, String> {
        let mut repeated = false;
        while let Some(next) = self.input.next() {
            let repetition = match next {
                '*' | '+' | '?' => Some(next.to_string()),
                '{' => self.counted_repetition()?,
                _ => None,
            };
            match repetition {
                Some(operator) if repeated => return Err(format!("repeated repetition `{operator}`")),
                Some(operator) => self.repetition(&operator),
                None => self.one(next)?,
            }
            repeated = matches!(next, '*' | '+' | '?') || (next == '{' && !self.output.ends_with("\\{"));
        }
        Ok(self.output)
    }

    fn one(&mut self, next: char) -> Result<(), String> {
        match next {
            '\\' => self.escape(),
            '[' => self.class(),
            '(' => self.group(),
            '{' | '}' | ']' => {
                self.literal(next);
                Ok(())
            }
            _ => {
                self.output.push(next);
                Ok(())
            }
        }
    }

    fn literal(&mut self, character: char) {
        let mut buffer = [0; 4];
        self.output.push_str(&regex_syntax::escape(character.encode_utf8(&mut buffer)));
    }

    fn repetition(&mut self, operator: &str) {
        self.output.push_str(operator);
        if self.input.next_if_eq(&'?').is_some() {
            self.output.push('?');
        }
    }

    /// What follows a brace, if it is a repetition; otherwise the brace is a literal and nothing is consumed.
    fn counted_repetition(&mut self) -> Result<Option<String>, String> {
        let rest: String = self.input.clone().take_while(|c| *c != '}').collect();
        let (low, high) = rest.split_once(',').unwrap_or((&rest, &rest));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let closed = self.input.clone().nth(rest.chars().count()) == Some('}');
        if !closed || !digits(low) || !(high.is_empty() || digits(high)) {
            return Ok(None);
        }
        for count in [low, high].into_iter().filter(|text| !text.is_empty()) {
            if count.parse::<u32>().map_or(true, |count| count > REPETITION_MAX) {
                return Err(format!("repetition {{{rest}}} counts beyond {REPETITION_MAX}"));
            }
        }
        for _ in 0..=rest.chars().count() {
            self.input.next();
        }
        Ok(Some(format!("{{{rest}}}")))
    }

    /// `(`, `(?:`, `(?flags)`, `(?flags:`, `(?P<name>` or `(?<name>`.
    fn group(&mut self) -> Result<(), String> {
        self.output.push('(');
        if self.input.next_if_eq(&'?').is_none() {
            return Ok(());
        }
        self.output.push('?');
        if let Some(named @ ('P' | '<')) = self.input.peek().copied() {
            self.input.next();
            self.output.push(named);
            return Ok(());
        }
        if let Some(sign @ ('=' | '!')) = self.input.peek() {
            return Err(format!("look-around, such as `(?{sign}`, is not supported"));
        }
        for flag in self.input.by_ref() {
            if !matches!(flag, 'i' | 'm' | 's' | 'U' | '-' | ':' | ')') {
                return Err(format!("group flag `{flag}` is not one of i, m, s, U"));
            }
            self.output.push(flag);
            if matches!(flag, ':' | ')') {
                return Ok(());
            }
        }
        Err("group is not closed".into())
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(next) = self.input.next() else {
            return Err("trailing backslash".into());
        };
        match next {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => {
                let negated = if next.is_ascii_uppercase() { "^" } else { "" };
                let _ = write!(self.output, "[{negated}{}]", perl_class(next));
            }
            'b' | 'B' => {
                let _ = write!(self.output, "(?-u:\\{next})");
            }
            'A' | 'z' => self.output.extend(['\\', next]),
            'C' => self.output.push_str("(?s-u:.)"),
            'Q' => self.quoted(),
            'p' | 'P' => self.property(next)?,
            _ => {
                let character = self.escaped_character(next)?;
                self.literal(character);
            }
        }
        Ok(())
    }

    /// Everything up to `\E` or the end is literal.
    fn quoted(&mut self) {
        while let Some(next) = self.input.next() {
            if next == '\\' && self.input.next_if_eq(&'E').is_some() {
                return;
            }
            self.literal(next);
        }
    }

    /// `\pN`, `\p{Greek}`, `\p{^Greek}`.
    fn property(&mut self, sign: char) -> Result<(), String> {
        let Some(first) = self.input.next() else {
            return Err(format!("\\{sign} names no character property"));
        };
        let mut negated = sign == 'P';
        let name = if first == '{' {
            negated ^= self.input.next_if_eq(&'^').is_some();
            let name = self.braced().ok_or("character property is not closed")?;
            if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') || name.is_empty() {
                return Err(format!("invalid character property `{name}`"));
            }
            name
        } else {
            first.to_string()
        };
        let _ = write!(self.output, "\\{}{{{name}}}", if negated { 'P' } else { 'p' });
        Ok(())
    }

    /// The character behind an escape that stands for exactly one.
    fn escaped_character(&mut self, next: char) -> Result<char, String> {
        match next {
            'a' => Ok('\x07'),
            'f' => Ok('\x0c'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\x0b'),
            'x' => self.hexadecimal(),
            '0' => self.octal(0),
            '1'..='7' if self.input.peek().is_some_and(|c| matches!(c, '0'..='7')) => {
                self.octal(next as u32 - '0' as u32)
            }
            '0'..='9' => Err("backreferences are not supported".into()),
            '_' => Ok('_'),
            _ if next.is_ascii_punctuation() || next == ' ' || next.is_ascii_control() => Ok(next),
            _ => Err(format!("invalid escape sequence `\\{next}`")),
        }
    }

    fn octal(&mut self, first: u32) -> Result<char, String> {
        let mut code = first;
        for _ in 0..2 {
            let Some(digit) = self.input.next_if(|c| matches!(c, '0'..='7')) else { break };
            code = code * 8 + (digit as u32 - '0' as u32);
        }
        char::from_u32(code).ok_or_else(|| "octal escape is no character".into())
    }

    fn hexadecimal(&mut self) -> Result<char, String> {
        let (digits, complete, written) = if self.input.next_if_eq(&'{').is_some() {
            let (digits, complete) = self.braced().map_or((String::new(), false), |digits| (digits, true));
            let written = format!("{{{digits}}}");
            (digits, complete, written)
        } else {
            let digits: String = self.input.by_ref().take(2).collect();
            (digits.clone(), digits.len() == 2, digits)
        };
        let hexadecimal = complete && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let code = u32::from_str_radix(&digits, 16).ok().filter(|_| hexadecimal);
        code.and_then(char::from_u32).ok_or_else(|| format!("invalid escape sequence `\\x{written}`"))
    }

    /// What stands up to the closing brace, which is stepped over; `None` if there is none.
    fn braced(&mut self) -> Option<String> {
        let mut content = String::new();
        loop {
            match self.input.next()? {
                '}' => return Some(content),
                other => content.push(other),
            }
        }
    }

    fn class(&mut self) -> Result<(), String> {
        self.output.push('[');
        if self.input.next_if_eq(&'^').is_some() {
            self.output.push('^');
        }
        let mut first = true;
        loop {
            match self.input.next() {
                None => return Err("missing closing ]".into()),
                Some(']') if !first => break,
                Some('[') if self.posix_class()? => {}
                Some('\\') if self.class_escape()? => {}
                Some(next) => self.class_range(next)?,
            }
            first = false;
        }
        self.output.push(']');
        Ok(())
    }

    /// `[:alpha:]` and its kind; false, with nothing consumed, if the bracket stands for itself.
    fn posix_class(&mut self) -> Result<bool, String> {
        if self.input.peek() != Some(&':') {
            return Ok(false);
        }
        let rest: String = self.input.clone().skip(1).take_while(|c| *c != ']').collect();
        let Some(name) = rest.strip_suffix(':') else {
            return Ok(false);
        };
        if !POSIX_CLASSES.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return Err(format!("unknown character class [:{name}:]"));
        }
        let _ = write!(self.output, "[:{name}:]");
        for _ in 0..rest.chars().count() + 2 {
            self.input.next();
        }
        Ok(true)
    }

    /// An escape that stands for several characters; false, with nothing consumed, if it stands for one.
    fn class_escape(&mut self) -> Result<bool, String> {
        let Some(next) = self.input.next_if(|c| matches!(c, 'd' | 'D' | 's' | 'S' | 'w' | 'W' | 'p' | 'P'))
        else {
            return Ok(false);
        };
        match next {
            'p' | 'P' => self.property(next)?,
            'd' | 's' | 'w' => self.output.push_str(perl_class(next)),
            _ => {
                let _ = write!(self.output, "[^{}]", perl_class(next));
            }
        }
        Ok(true)
    }

    fn class_range(&mut self, next: char) -> Result<(), String> {
        let low = self.class_character(next)?;
        let mut ahead = self.input.clone();
        let high = match (ahead.next(), ahead.next()) {
            (Some('-'), Some(end)) if end != ']' => {
                self.input.next();
                self.input.next();
                self.class_character(end)?
            }
            _ => low,
        };
        if low > high {
            return Err(format!("character range {low}-{high} is backwards"));
        }
        let _ = write!(self.output, "\\x{{{:x}}}-\\x{{{:x}}}", low as u32, high as u32);
        Ok(())
    }

    fn class_character(&mut self, next: char) -> Result<char, String> {
        if next != '\\' {
            return Ok(next);
        }
        match self.input.next() {
            Some(escaped) => self.escaped_character(escaped),
            None => Err("trailing backslash".into()),
        }
    }
}

/// RE2's Perl classes are ASCII, and its spaces leave out the vertical tab.
fn perl_class(name: char) -> &'static str {
    match name.to_ascii_lowercase() {
        'd' => "0-9",
        's' => r"\t\n\f\r\x20",
        _ => "0-9A-Za-z_",
    }
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: bool) {
        let pattern = Pattern::regex(pattern, false).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        assert_eq!(pattern.matcher().expect("small").is_match(text), expected, "{pattern:?} on {text:?}");
    }

    #[test]
    fn perl_classes_are_ascii() {
        check(r"^\d$", "٣", false);
        check(r"^\w$", "é", false);
        check(r"^\W$", "é", true);
        check(r"^\s$", "\x0b", false);
        check(r"^[\D]$", "٣", true);
        check(r"^[^\d\s]$", "x", true);
        check(r"\bfoo\b", "éfoo", true);
    }

    #[test]
    fn a_dot_is_one_code_point_but_no_newline() {
        check("^.$", "é", true);
        check("^.$", "\n", false);
        check("(?s)^.$", "\n", true);
        check("foo$", "foo\n", false);
    }

    #[test]
    fn braces_that_are_no_repetition_are_literal() {
        check("^a{,5}$", "a{,5}", true);
        check("^{x}$", "{x}", true);
        check("^a{2}$", "aa", true);
        check("^a{2,}$", "aaa", true);
        check("^a{$", "a{", true);
    }

    #[test]
    fn classes_hold_what_re2_puts_in_them() {
        check("^[a&&b]+$", "a&b", true);
        check("^[[a]$", "[", true);
        check("^[]a]+$", "]a", true);
        check("^[a-]+$", "a-", true);
        check("^[[:alpha:]-]+$", "x-", true);
        check("^[[:^alpha:]]$", "1", true);
        check(r"^[\x41-\x{43}]+$", "ABC", true);
        check("^[~#]+$", "#~", true);
    }

    #[test]
    fn escapes_of_re2() {
        check(r"^\Qa.b\E.$", "a.bc", true);
        check(r"^\<\_\-$", "<_-", true);
        check(r"^\101\07\x42$", "A\x07B", true);
        check(r"^\p{Greek}\p{^Greek}\PL$", "αb1", true);
        check(r"(?i)straße", "STRAßE", true);
    }

    #[test]
    fn what_is_not_re2_is_refused() {
        for pattern in [
            "([bad",
            "a**",
            "a{2}{3}",
            "a+*",
            r"\1",
            r"(a)\2",
            "(?=x)",
            "(?<!x)",
            "(?x)a b",
            r"\u0041",
            r"\q",
            "a{1001}",
            "[z-a]",
            "[[:foo:]]",
            "*a",
            "(",
            ")",
            r"\",
            r"\p{Nope}",
            r"\x4g",
            "(?P=n)",
            r"\8",
            r"\x4",
            r"\x{4",
            r"\p{L",
            "[[:^^alpha:]]",
        ] {
            assert!(Pattern::regex(pattern, false).is_err(), "{pattern}");
        }
    }
}
