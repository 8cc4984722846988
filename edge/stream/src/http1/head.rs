//! One request head, line by line, and the framing it announces.

use memchr::memchr;

use super::{HEAD_BYTES_MAX, HEADERS_MAX, Violation};

/// Where the message behind a head ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// After this many bytes.
    Sized(u64),
    /// After the last chunk and its trailers.
    Chunked,
}

/// The head that is being read.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// The start of a line whose end has not arrived; empty while lines arrive whole.
    line: Vec<u8>,
    /// Bytes of this head so far, without the empty lines in front of it.
    bytes: usize,
    /// Lines so far: the request line and then the header fields.
    lines: usize,
    content_length: Option<u64>,
    chunked: bool,
}

impl Head {
    /// Whether any byte of a head has arrived.
    pub(super) fn begun(&self) -> bool {
        self.bytes > 0
    }

    /// Consumes one line or what has arrived of it; tells the framing once the head is complete.
    pub(super) fn step(&mut self, bytes: &[u8]) -> Result<(usize, Option<Framing>), Violation> {
        let end = memchr(b'\n', bytes);
        let consumed = end.map_or(bytes.len(), |end| end + 1);
        self.bytes += consumed;
        if self.bytes > HEAD_BYTES_MAX {
            return Err(Violation::HeadBytes);
        }
        let framing = match end {
            None => {
                self.line.extend_from_slice(bytes);
                None
            }
            Some(end) => self.line_end(&bytes[..end])?,
        };
        Ok((consumed, framing))
    }

    fn line_end(&mut self, rest: &[u8]) -> Result<Option<Framing>, Violation> {
        if self.line.is_empty() {
            return self.line_without_lf(rest);
        }
        let mut line = std::mem::take(&mut self.line);
        line.extend_from_slice(rest);
        let framing = self.line_without_lf(&line);
        line.clear();
        self.line = line;
        framing
    }

    fn line_without_lf(&mut self, line: &[u8]) -> Result<Option<Framing>, Violation> {
        match line.split_last() {
            Some((b'\r', [])) => self.empty_line(),
            Some((b'\r', line)) => self.field_or_request_line(line).map(|()| None),
            _ => Err(Violation::BareLf),
        }
    }

    /// Ends the head, or is one of the empty lines that a server should ignore in front of a request line
    /// (RFC 9112 section 2.2).
    fn empty_line(&mut self) -> Result<Option<Framing>, Violation> {
        if self.lines == 0 {
            self.bytes = 0;
            return Ok(None);
        }
        let framing = match (self.chunked, self.content_length) {
            (true, Some(_)) => return Err(Violation::BothLengths),
            (true, None) => Framing::Chunked,
            (false, length) => Framing::Sized(length.unwrap_or(0)),
        };
        let line = std::mem::take(&mut self.line);
        *self = Self { line, ..Self::default() };
        Ok(Some(framing))
    }

    fn field_or_request_line(&mut self, line: &[u8]) -> Result<(), Violation> {
        self.lines += 1;
        if self.lines == 1 {
            return if has_fragment(line) { Err(Violation::Fragment) } else { Ok(()) };
        }
        if self.lines > 1 + HEADERS_MAX {
            return Err(Violation::Headers);
        }
        if matches!(line[0], b' ' | b'\t') {
            return Err(Violation::FoldedLine);
        }
        if let Some(value) = value_of(line, b"content-length:") {
            return self.content_length(value);
        }
        if let Some(value) = value_of(line, b"transfer-encoding:") {
            return self.transfer_encoding(value);
        }
        Ok(())
    }

    fn content_length(&mut self, value: &[u8]) -> Result<(), Violation> {
        let length = decimal(value)?;
        match self.content_length.replace(length) {
            Some(other) if other != length => Err(Violation::ContentLengths),
            _ => Ok(()),
        }
    }

    fn transfer_encoding(&mut self, value: &[u8]) -> Result<(), Violation> {
        let again = std::mem::replace(&mut self.chunked, true);
        if again || !value.eq_ignore_ascii_case(b"chunked") {
            return Err(Violation::TransferEncoding);
        }
        Ok(())
    }
}

/// The trimmed value of `line` if it starts with `name`, which is lower case and ends in the colon. The parser refuses
/// blanks in front of a colon, so no other spelling of a name reaches it.
fn value_of<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (start, value) = line.split_at_checked(name.len())?;
    start.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
}

/// Whether the target of a request line has a fragment; a method may hold the same sign.
fn has_fragment(request_line: &[u8]) -> bool {
    memchr(b' ', request_line).is_some_and(|method| memchr(b'#', &request_line[method..]).is_some())
}

/// The largest length that the parser can tell from its own marks.
const LENGTH_MAX: u64 = u64::MAX - 2;

fn decimal(digits: &[u8]) -> Result<u64, Violation> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Violation::ContentLength);
    }
    let number = digits
        .iter()
        .try_fold(0u64, |number, digit| number.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
    number.filter(|&number| number <= LENGTH_MAX).ok_or(Violation::ContentLengthSize)
}
