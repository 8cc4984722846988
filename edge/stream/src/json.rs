//! JSON (RFC 8259), walked in place and once: what nobody asks for is checked and stepped over.
//!
//! Takes valid UTF-8. Numbers and strings stay as they are written until somebody asks.

use std::borrow::Cow;

use crate::protobuf::Malformed;

/// Values nested deeper than this are not understood.
const DEPTH_MAX: u32 = 128;

/// A place in a JSON text.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    depth: u32,
}

/// A string as it is written, without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    raw: &'a [u8],
    escaped: bool,
}

/// The kind of a value, from its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    String,
    /// A digit or a minus sign.
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
}

/// The state of a walk through the members of an object or the elements of an array.
#[derive(Debug)]
pub struct Walk {
    first: bool,
}

impl<'a> Cursor<'a> {
    /// The beginning of a text, which must be valid UTF-8.
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The whole text.
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Where the cursor stands.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Steps over white space and tells the kind of the value that begins there.
    #[inline]
    pub fn kind(&mut self) -> Result<Kind, Malformed> {
        match self.peek()? {
            b'{' => Ok(Kind::Object),
            b'[' => Ok(Kind::Array),
            b'"' => Ok(Kind::String),
            b'-' | b'0'..=b'9' => Ok(Kind::Number),
            b't' | b'f' => Ok(Kind::Bool),
            b'n' => Ok(Kind::Null),
            _ => Err(Malformed),
        }
    }

    /// Enters an object.
    pub fn object(&mut self) -> Result<Walk, Malformed> {
        self.enter(b'{')
    }

    /// Enters an array.
    pub fn array(&mut self) -> Result<Walk, Malformed> {
        self.enter(b'[')
    }

    /// Goes to the next member's value and returns its key; `None` at the object's end, which is stepped over.
    #[inline]
    pub fn member(&mut self, walk: &mut Walk) -> Result<Option<Text<'a>>, Malformed> {
        if !self.next(walk, b'}')? {
            return Ok(None);
        }
        if self.peek()? != b'"' {
            return Err(Malformed);
        }
        let key = self.string()?;
        self.expect(b':')?;
        Ok(Some(key))
    }

    /// Goes to the next element; false at the array's end, which is stepped over.
    #[inline]
    pub fn element(&mut self, walk: &mut Walk) -> Result<bool, Malformed> {
        let more = self.next(walk, b']')?;
        if more {
            self.peek()?;
        }
        Ok(more)
    }

    /// Reads a string.
    #[inline]
    pub fn string(&mut self) -> Result<Text<'a>, Malformed> {
        self.expect(b'"')?;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at += special(&self.text[self.at..]);
            match self.current() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                _ => return Err(Malformed),
            }
            escaped = true;
        }
        let raw = &self.text[start..self.at];
        self.at += 1;
        Ok(Text { raw, escaped })
    }

    /// Reads a number, as it is written.
    pub fn number(&mut self) -> Result<&'a str, Malformed> {
        self.peek()?;
        let start = self.at;
        self.at += usize::from(self.current() == Some(b'-'));
        match self.current() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return Err(Malformed),
        }
        if self.current() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.current(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.current(), Some(b'+' | b'-')));
            self.digits()?;
        }
        std::str::from_utf8(&self.text[start..self.at]).map_err(|_| Malformed)
    }

    /// Reads `true` or `false`.
    pub fn bool(&mut self) -> Result<bool, Malformed> {
        let value = self.peek()? == b't';
        self.literal(if value { b"true" } else { b"false" })?;
        Ok(value)
    }

    /// Steps over a value of any kind and returns it as it is written.
    pub fn skip(&mut self) -> Result<&'a [u8], Malformed> {
        let kind = self.kind()?;
        let start = self.at;
        match kind {
            Kind::Object => {
                let mut walk = self.object()?;
                while self.member(&mut walk)?.is_some() {
                    self.skip()?;
                }
            }
            Kind::Array => {
                let mut walk = self.array()?;
                while self.element(&mut walk)? {
                    self.skip()?;
                }
            }
            Kind::String => {
                self.string()?;
            }
            Kind::Number => {
                self.number()?;
            }
            Kind::Bool => {
                self.bool()?;
            }
            Kind::Null => self.literal(b"null")?,
        }
        Ok(&self.text[start..self.at])
    }

    /// Steps over a `null`, if it is one.
    pub fn is_null(&mut self) -> Result<bool, Malformed> {
        let null = self.kind()? == Kind::Null;
        if null {
            self.literal(b"null")?;
        }
        Ok(null)
    }

    /// Checks that nothing but white space is left.
    pub fn end(&mut self) -> Result<(), Malformed> {
        self.white_space();
        if self.at == self.text.len() { Ok(()) } else { Err(Malformed) }
    }

    fn enter(&mut self, bracket: u8) -> Result<Walk, Malformed> {
        self.expect(bracket)?;
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Malformed) } else { Ok(Walk { first: true }) }
    }

    #[inline]
    fn next(&mut self, walk: &mut Walk, end: u8) -> Result<bool, Malformed> {
        let first = std::mem::take(&mut walk.first);
        match self.peek()? {
            byte if byte == end => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            b',' if !first => {
                self.at += 1;
                Ok(true)
            }
            _ if first => Ok(true),
            _ => Err(Malformed),
        }
    }

    #[inline]
    fn peek(&mut self) -> Result<u8, Malformed> {
        self.white_space();
        self.current().ok_or(Malformed)
    }

    #[inline]
    fn white_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.current() {
            self.at += 1;
        }
    }

    #[inline]
    fn current(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.peek()? != byte {
            return Err(Malformed);
        }
        self.at += 1;
        Ok(())
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), Malformed> {
        if !self.text[self.at..].starts_with(word) {
            return Err(Malformed);
        }
        self.at += word.len();
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Malformed> {
        let digits = self.text[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        if digits == 0 { Err(Malformed) } else { Ok(()) }
    }

    /// Steps over a backslash and what it escapes.
    fn escape(&mut self) -> Result<(), Malformed> {
        let length = match self.text.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') if unit(&self.text[self.at + 2..]).is_some() => 6,
            _ => return Err(Malformed),
        };
        self.at += length;
        Ok(())
    }
}

/// How far it is to a quote, a backslash or a control character: what ends or interrupts a string. Looks at eight
/// bytes at a time, because most strings are keys and short values.
#[inline]
fn special(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES << 7;
    let mut at = 0;
    while let Some(chunk) = text[at..].first_chunk() {
        let word = u64::from_le_bytes(*chunk);
        // The high bit of a byte is set where the subtraction borrows; above the first such byte it may err.
        let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word;
        let is = |byte: u64| below(word ^ (ONES * byte), 1);
        let found = (is(b'"'.into()) | is(b'\\'.into()) | below(word, 0x20)) & HIGH;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += chunk.len();
    }
    let rest = &text[at..];
    at + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20)).unwrap_or(rest.len())
}

/// The UTF-16 code unit written in four hexadecimal digits.
fn unit(digits: &[u8]) -> Option<u16> {
    let digits = digits.get(..4)?;
    digits.iter().try_fold(0, |sum: u16, byte| Some(sum << 4 | (*byte as char).to_digit(16)? as u16))
}

impl<'a> Text<'a> {
    /// The string as it is written, without its quotes.
    pub fn raw(self) -> &'a [u8] {
        self.raw
    }

    /// The string it stands for, if that is what is written.
    #[inline]
    pub fn plain(self) -> Option<&'a [u8]> {
        (!self.escaped).then_some(self.raw)
    }

    /// The string it stands for. A lone surrogate becomes U+FFFD.
    pub fn decode(self) -> Cow<'a, [u8]> {
        if self.escaped { Cow::Owned(unescape(self.raw)) } else { Cow::Borrowed(self.raw) }
    }
}

fn unescape(mut raw: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(raw.len());
    while let Some(backslash) = memchr::memchr(b'\\', raw) {
        output.extend_from_slice(&raw[..backslash]);
        raw = &raw[backslash + 1..];
        let length = match raw[0] {
            b'b' => push(&mut output, '\x08', 1),
            b'f' => push(&mut output, '\x0c', 1),
            b'n' => push(&mut output, '\n', 1),
            b'r' => push(&mut output, '\r', 1),
            b't' => push(&mut output, '\t', 1),
            b'u' => unescape_unicode(raw, &mut output),
            other => push(&mut output, other as char, 1),
        };
        raw = &raw[length..];
    }
    output.extend_from_slice(raw);
    output
}

fn push(output: &mut Vec<u8>, character: char, length: usize) -> usize {
    output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    length
}

/// Decodes `uXXXX`, or a pair of surrogates, and returns how much of `raw` it was.
fn unescape_unicode(raw: &[u8], output: &mut Vec<u8>) -> usize {
    let high = unit(&raw[1..]).expect("the escape was checked when the string was read");
    let low = raw[5..].strip_prefix(b"\\u").and_then(unit);
    let pair = low.and_then(|low| char::decode_utf16([high, low]).next()?.ok());
    match (char::from_u32(u32::from(high)), pair) {
        (Some(character), _) => push(output, character, 5),
        (None, Some(character)) => push(output, character, 11),
        (None, None) => push(output, char::REPLACEMENT_CHARACTER, 5),
    }
}

/// Appends a string with its quotes. What is not valid UTF-8 becomes U+FFFD.
pub fn write_string(output: &mut Vec<u8>, text: &[u8]) {
    output.push(b'"');
    for character in String::from_utf8_lossy(text).chars() {
        match character {
            '"' => output.extend_from_slice(b"\\\""),
            '\\' => output.extend_from_slice(b"\\\\"),
            '\n' => output.extend_from_slice(b"\\n"),
            '\r' => output.extend_from_slice(b"\\r"),
            '\t' => output.extend_from_slice(b"\\t"),
            '\0'..='\x1f' => output.extend_from_slice(format!("\\u{:04x}", character as u32).as_bytes()),
            _ => {
                push(output, character, 0);
            }
        }
    }
    output.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip(text: &str) -> Result<(), Malformed> {
        let mut cursor = Cursor::new(text.as_bytes());
        cursor.skip()?;
        cursor.end()
    }

    #[test]
    fn well_formed_values_are_stepped_over() {
        for text in [
            "{}",
            "[]",
            " null ",
            "true",
            "false",
            "-0.5e+10",
            "0",
            "\"\\u00e9\\n\"",
            r#"{"a":[1,{"b":"c"}],"d":{}}"#,
            "[[[]]]",
            "[1, 2 ,3]",
            "{\"a\" : 1 }",
        ] {
            assert_eq!(skip(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for text in [
            "",
            "{",
            "[1,]",
            "[,1]",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "01",
            "1.",
            ".5",
            "-",
            "+1",
            "1e",
            "tru",
            "nul",
            "\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\n\"",
            "[1 2]",
            "[1]]",
            "{\"a\":1,}",
            "NaN",
            "'a'",
            "\u{feff}{}",
        ] {
            assert_eq!(skip(text), Err(Malformed), "{text:?}");
        }
        assert_eq!(skip(&"[".repeat(100_000)), Err(Malformed));
    }

    #[test]
    fn strings_survive_both_ways() {
        for (raw, expected) in [
            (r"plain é", "plain é"),
            (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\x08\x0c\n\r\t"),
            (r"\u00e9\ud83d\ude00x", "é😀x"),
            (r"\ud83d!\ude00", "\u{fffd}!\u{fffd}"),
            (r"\ud83d\u0041", "\u{fffd}A"),
        ] {
            let quoted = format!("\"{raw}\"");
            let text = Cursor::new(quoted.as_bytes()).string().expect("a string");
            assert_eq!(text.decode(), expected.as_bytes());
            let mut written = Vec::new();
            write_string(&mut written, expected.as_bytes());
            assert_eq!(Cursor::new(&written).string().expect("a string").decode(), expected.as_bytes());
        }
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_serde_json_on_what_json_is(text in r#"[\[\]{},:"\\0-9eE+\-. tfn]{0,24}|\PC{0,24}"#) {
            let expected = serde_json::from_str::<serde_json::Value>(&text);
            // Out-of-range numbers are values to us and errors there.
            if !expected.as_ref().is_err_and(|error| error.to_string().contains("out of range")) {
                proptest::prop_assert_eq!(skip(&text).is_ok(), expected.is_ok());
            }
        }
    }
}
