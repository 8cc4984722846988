//! The protobuf wire format (protobuf.dev/programming-guides/encoding), walked in place.
//!
//! Groups, deprecated since proto2, are not understood.

use std::fmt;
use std::ops::Range;

/// Bytes that are no protobuf message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a well-formed message")
    }
}

impl std::error::Error for Malformed {}

/// One field of a message.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    /// Field number.
    pub number: u32,
    /// Its value on the wire.
    pub value: Wire<'a>,
    /// Where the field stands in the buffer, tag and length included.
    pub range: Range<usize>,
}

/// A value on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1, little-endian.
    Fixed64(u64),
    /// Wire type 2: a string, bytes or a message.
    Bytes(&'a [u8]),
    /// Wire type 5, little-endian.
    Fixed32(u32),
}

impl<'a> Wire<'a> {
    /// The content of a length-delimited field.
    #[inline]
    pub fn bytes(self) -> Result<&'a [u8], Malformed> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(Malformed),
        }
    }

    /// The value of a 64-bit field.
    #[inline]
    pub fn fixed64(self) -> Result<u64, Malformed> {
        match self {
            Self::Fixed64(value) => Ok(value),
            _ => Err(Malformed),
        }
    }

    /// The value of a varint field.
    #[inline]
    pub fn varint(self) -> Result<u64, Malformed> {
        match self {
            Self::Varint(value) => Ok(value),
            _ => Err(Malformed),
        }
    }
}

impl Field<'_> {
    /// Where the content of a length-delimited field stands in the buffer: at its end.
    pub fn content(&self) -> Range<usize> {
        let length = self.value.bytes().map_or(0, <[u8]>::len);
        self.range.end - length..self.range.end
    }
}

/// The fields of a message, in order, with their places in the buffer that holds it.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    buffer: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    /// Walks a whole buffer.
    pub fn new(buffer: &'a [u8]) -> Self {
        Self { buffer, at: 0 }
    }

    /// Walks the message in `range` of a buffer.
    ///
    /// # Panics
    /// If the range is not inside the buffer.
    pub fn within(buffer: &'a [u8], range: Range<usize>) -> Self {
        Self { buffer: &buffer[..range.end], at: range.start }
    }

    /// The next field. Nearly all have a tag of one byte and a length of one or two, and are read here.
    #[expect(clippy::inline_always, reason = "a call costs as much as the field: a third of the walk")]
    #[inline(always)]
    fn field(&mut self) -> Result<Field<'a>, Malformed> {
        let start = self.at;
        let [tag @ 8..0x80, rest @ ..] = &self.buffer[start..] else {
            return self.any_field();
        };
        let (value, length) = match (tag & 7, rest) {
            (0, [value @ ..0x80, ..]) => (Some(Wire::Varint(u64::from(*value))), 1),
            (1, _) => (rest.first_chunk().map(|bytes| Wire::Fixed64(u64::from_le_bytes(*bytes))), 8),
            (2, [length @ ..0x80, rest @ ..]) => {
                let length = usize::from(*length);
                (rest.get(..length).map(Wire::Bytes), 1 + length)
            }
            (2, [low, high @ ..0x80, rest @ ..]) => {
                let length = usize::from(low & 0x7f) | usize::from(*high) << 7;
                (rest.get(..length).map(Wire::Bytes), 2 + length)
            }
            _ => (None, 0),
        };
        let Some(value) = value else {
            return self.any_field();
        };
        self.at = start + 1 + length;
        Ok(Field { number: u32::from(tag >> 3), value, range: start..self.at })
    }

    #[inline(never)]
    fn any_field(&mut self) -> Result<Field<'a>, Malformed> {
        let start = self.at;
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).map_err(|_| Malformed)?;
        if number == 0 || number > MAX_NUMBER {
            return Err(Malformed);
        }
        let value = match tag & 7 {
            0 => Wire::Varint(self.varint()?),
            1 => Wire::Fixed64(u64::from_le_bytes(self.fixed()?)),
            2 => {
                let length = self.varint()?;
                Wire::Bytes(self.take(usize::try_from(length).map_err(|_| Malformed)?)?)
            }
            5 => Wire::Fixed32(u32::from_le_bytes(self.fixed()?)),
            _ => return Err(Malformed),
        };
        Ok(Field { number, value, range: start..self.at })
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, Malformed> {
        let first = *self.buffer.get(self.at).ok_or(Malformed)?;
        if first < 0x80 {
            self.at += 1;
            return Ok(u64::from(first));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0;
        for (index, byte) in self.buffer[self.at..].iter().take(VARINT_BYTES_MAX).enumerate() {
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if index == VARINT_BYTES_MAX - 1 && bits > 1 {
                return Err(Malformed);
            }
            value |= bits << (7 * index);
            if *byte < 0x80 {
                self.at += index + 1;
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let bytes = self.buffer[self.at..].get(..length).ok_or(Malformed)?;
        self.at += length;
        Ok(bytes)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Malformed>;

    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at == self.buffer.len() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            // Nothing after a malformed field can be told apart.
            self.at = self.buffer.len();
        }
        Some(field)
    }
}

/// Largest field number there is.
const MAX_NUMBER: u32 = (1 << 29) - 1;

/// Most bytes a 64-bit varint takes.
const VARINT_BYTES_MAX: usize = 10;

/// Appends a varint.
pub fn write_varint(output: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        output.push(value as u8 | 0x80);
        value >>= 7;
    }
    output.push(value as u8);
}

/// Appends a length-delimited field.
pub fn write_bytes(output: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    write_varint(output, u64::from(number) << 3 | 2);
    write_varint(output, bytes.len() as u64);
    output.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(bytes: &[u8]) -> Result<Vec<(u32, Wire<'_>)>, Malformed> {
        Fields::new(bytes).map(|field| field.map(|field| (field.number, field.value))).collect()
    }

    #[test]
    fn every_wire_type_is_read() {
        let mut bytes = vec![0x08, 0x96, 0x01, 0x11, 1, 0, 0, 0, 0, 0, 0, 0, 0x1d, 2, 0, 0, 0];
        write_bytes(&mut bytes, 4, b"text");
        let expected =
            [(1, Wire::Varint(150)), (2, Wire::Fixed64(1)), (3, Wire::Fixed32(2)), (4, Wire::Bytes(b"text"))];
        assert_eq!(walk(&bytes), Ok(expected.to_vec()));
    }

    #[test]
    fn the_largest_varint_is_read_and_a_larger_one_is_not() {
        let mut bytes = vec![0x08];
        write_varint(&mut bytes, u64::MAX);
        assert_eq!(walk(&bytes), Ok(vec![(1, Wire::Varint(u64::MAX))]));
        *bytes.last_mut().expect("ten bytes") = 2;
        assert_eq!(walk(&bytes), Err(Malformed));
    }

    #[test]
    fn what_is_cut_off_is_malformed() {
        let mut bytes = Vec::new();
        write_bytes(&mut bytes, 4, b"text");
        for end in 1..bytes.len() {
            assert_eq!(walk(&bytes[..end]), Err(Malformed), "{end}");
        }
    }

    #[test]
    fn groups_and_field_zero_are_malformed() {
        for bytes in [&[0x0b][..], &[0x0c], &[0x0e], &[0x00, 0x00], &[0x80, 0x80, 0x80, 0x80, 0x10, 0x00]] {
            assert_eq!(walk(bytes), Err(Malformed), "{bytes:x?}");
        }
    }

    #[test]
    fn content_stands_at_the_end_of_its_field() {
        let mut bytes = vec![0x08, 0x01];
        write_bytes(&mut bytes, 2, b"abc");
        let field = Fields::new(&bytes).last().expect("two fields").expect("well-formed");
        assert_eq!((field.range.clone(), field.content()), (2..7, 4..7));
    }
}
