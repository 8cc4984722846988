//! A chunked body: sizes, data, trailers (RFC 9112 section 7.1).

use memchr::memchr;

use super::{HEAD_BYTES_MAX, Violation};

/// Longest chunk-size line with its extensions; longer ones serve nobody.
const SIZE_LINE_BYTES_MAX: usize = 4 << 10;

/// Whether a body goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// There is more to come.
    More,
    /// The last byte of the message has been consumed.
    End,
}

/// The place in a chunked body. A body starts in front of its first chunk size.
#[derive(Debug)]
pub(super) struct Chunked {
    place: Place,
    /// Size of the chunk that is being announced or read.
    size: u64,
    /// Bytes of the current size line, or of all trailers.
    line_bytes: usize,
    /// The last byte of the trailer line that is being read; zero at its start.
    trailer_last: u8,
    /// Whether the trailer line holds anything but its CR.
    trailer_filled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    SizeStart,
    Size,
    Blank,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    Trailer,
}

impl Default for Chunked {
    fn default() -> Self {
        Self { place: Place::SizeStart, size: 0, line_bytes: 0, trailer_last: 0, trailer_filled: false }
    }
}

impl Chunked {
    /// Consumes at least one byte: a run of data, a piece of a trailer line, or one byte of anything else.
    pub(super) fn step(&mut self, bytes: &[u8]) -> Result<(usize, Part), Violation> {
        match self.place {
            Place::Data => Ok((self.data(bytes), Part::More)),
            Place::Trailer => self.trailer(bytes),
            _ => {
                self.place = self.byte(bytes[0])?;
                Ok((1, Part::More))
            }
        }
    }

    fn data(&mut self, bytes: &[u8]) -> usize {
        let consumed = bytes.len().min(usize::try_from(self.size).unwrap_or(usize::MAX));
        self.size -= consumed as u64;
        if self.size == 0 {
            self.place = Place::DataCr;
        }
        consumed
    }

    fn byte(&mut self, byte: u8) -> Result<Place, Violation> {
        self.line_bytes += 1;
        if self.line_bytes > SIZE_LINE_BYTES_MAX {
            return Err(Violation::Chunk);
        }
        match (self.place, byte) {
            (Place::SizeStart | Place::Size, digit) if digit.is_ascii_hexdigit() => self.digit(digit),
            (Place::Size | Place::Blank, b' ' | b'\t') => Ok(Place::Blank),
            (Place::Size | Place::Blank, b';') => Ok(Place::Extension),
            (Place::Size | Place::Blank | Place::Extension, b'\r') => Ok(Place::SizeLf),
            (Place::Extension, other) if other != b'\n' => Ok(Place::Extension),
            (Place::SizeLf, b'\n') => Ok(self.size_end()),
            (Place::DataCr, b'\r') => Ok(Place::DataLf),
            (Place::DataLf, b'\n') => Ok(self.chunk_end()),
            _ => Err(Violation::Chunk),
        }
    }

    fn digit(&mut self, digit: u8) -> Result<Place, Violation> {
        let value = char::from(digit).to_digit(16).ok_or(Violation::Chunk)?;
        let size = self.size.checked_mul(16).ok_or(Violation::Chunk)?;
        self.size = size | u64::from(value);
        Ok(Place::Size)
    }

    fn size_end(&mut self) -> Place {
        self.line_bytes = 0;
        if self.size == 0 { Place::Trailer } else { Place::Data }
    }

    fn chunk_end(&mut self) -> Place {
        self.line_bytes = 0;
        Place::SizeStart
    }

    fn trailer(&mut self, bytes: &[u8]) -> Result<(usize, Part), Violation> {
        let end = memchr(b'\n', bytes);
        let piece = &bytes[..end.unwrap_or(bytes.len())];
        self.line_bytes += piece.len() + 1;
        if self.line_bytes > HEAD_BYTES_MAX {
            return Err(Violation::Chunk);
        }
        self.trailer_filled |= piece.iter().any(|&byte| byte != b'\r');
        self.trailer_last = piece.last().copied().unwrap_or(self.trailer_last);
        let Some(end) = end else { return Ok((bytes.len(), Part::More)) };
        if self.trailer_last != b'\r' {
            return Err(Violation::Chunk);
        }
        let part = if self.trailer_filled { Part::More } else { Part::End };
        (self.trailer_last, self.trailer_filled) = (0, false);
        Ok((end + 1, part))
    }
}
