//! The protobuf wire format, as far as OTLP needs it (Protocol Buffers, "Encoding").

/// Room for the length of a message that is usually below 16 KiB.
pub(super) const SMALL: usize = 2;
/// Room for the length of a message that is usually below 256 MiB.
pub(super) const LARGE: usize = 4;

const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const LENGTH: u8 = 2;
const FIXED32: u8 = 5;

/// The byte in front of a field; those of numbers above 15 take two bytes, and OTLP has one of them.
const fn tag(number: u8, kind: u8) -> u8 {
    assert!(number < 16, "one byte holds four bits of a field's number");
    number << 3 | kind
}

/// A message of a length not known before it is written. The length before it takes `WIDTH` bytes, more than it may
/// need: a varint may be padded, and moving the message would cost as much as writing it.
pub(super) fn message<const WIDTH: usize>(out: &mut Vec<u8>, number: u8, write: impl FnOnce(&mut Vec<u8>)) {
    let start = open::<WIDTH>(out, number);
    write(out);
    close::<WIDTH>(out, start);
}

/// Starts a message of a length not known yet; where it starts, for `close`.
pub(super) fn open<const WIDTH: usize>(out: &mut Vec<u8>, number: u8) -> usize {
    out.push(tag(number, LENGTH));
    let start = out.len();
    out.extend_from_slice(&[0; WIDTH]);
    start
}

/// Like `message`, but nothing is left of it if `write` wrote nothing that counts; how much counted.
pub(super) fn message_if_any<const WIDTH: usize>(
    out: &mut Vec<u8>,
    number: u8,
    write: impl FnOnce(&mut Vec<u8>) -> usize,
) -> usize {
    let (start, mut count) = (out.len(), 0);
    message::<WIDTH>(out, number, |out| count = write(out));
    if count == 0 {
        out.truncate(start);
    }
    count
}

/// Ends a message: writes the length of what came after the room for it.
pub(super) fn close<const WIDTH: usize>(out: &mut Vec<u8>, start: usize) {
    let length = out.len() - start - WIDTH;
    let width = varint_len(length as u64).max(WIDTH);
    if width > WIDTH {
        let more = [0; 10];
        out.splice(start..start, more[..width - WIDTH].iter().copied());
    }
    for (at, byte) in out[start..start + width].iter_mut().enumerate() {
        let continues = if at + 1 < width { 0x80 } else { 0 };
        *byte = (length >> (7 * at)) as u8 & 0x7f | continues;
    }
}

/// Starts a message whose length is known.
#[inline]
pub(super) fn message_of(out: &mut Vec<u8>, number: u8, length: usize) {
    out.push(tag(number, LENGTH));
    varint(out, length as u64);
}

/// How many bytes a message of a known length takes, with what is in front of it.
pub(super) const fn message_len(length: usize) -> usize {
    1 + varint_len(length as u64) + length
}

/// A number in groups of seven bits, the lowest first.
#[inline]
pub(super) fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(super) const fn varint_len(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

/// Signed numbers near zero as small ones.
pub(super) const fn zigzag(value: i32) -> u64 {
    ((value << 1) ^ (value >> 31)).cast_unsigned() as u64
}

pub(super) fn varint_field(out: &mut Vec<u8>, number: u8, value: u64) {
    out.push(tag(number, VARINT));
    varint(out, value);
}

pub(super) fn bytes_field(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    message_of(out, number, bytes.len());
    out.extend_from_slice(bytes);
}

/// A text that is left out when it is empty, as proto3 does.
pub(super) fn text_field(out: &mut Vec<u8>, number: u8, text: &str) {
    if !text.is_empty() {
        bytes_field(out, number, text.as_bytes());
    }
}

pub(super) fn fixed64_field(out: &mut Vec<u8>, number: u8, value: u64) {
    out.extend_from_slice(&fixed64(number, value));
}

pub(super) fn fixed32_field(out: &mut Vec<u8>, number: u8, value: u32) {
    varint(out, u64::from(number) << 3 | u64::from(FIXED32));
    out.extend_from_slice(&value.to_le_bytes());
}

/// Bytes of a `fixed64` field.
pub(super) const FIXED64_LEN: usize = 9;

/// The bytes of a `fixed64`, `sfixed64` or `double` field.
#[inline]
pub(super) fn fixed64(number: u8, value: u64) -> [u8; FIXED64_LEN] {
    let mut field = [tag(number, FIXED64); FIXED64_LEN];
    field[1..].copy_from_slice(&value.to_le_bytes());
    field
}

/// A field of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub(super) number: u8,
    /// All of it, with what says what it is.
    pub(super) whole: &'a [u8],
    /// A message in it; empty if it is none.
    pub(super) content: &'a [u8],
}

/// The fields of a message, up to where it is none.
pub(super) fn fields(mut message: &[u8]) -> impl Iterator<Item = Field<'_>> {
    std::iter::from_fn(move || {
        let mut rest = message;
        let tag = take_varint(&mut rest)?;
        let content = match (tag & 7) as u8 {
            VARINT => take_varint(&mut rest).map(|_| &[][..]),
            FIXED64 => rest.split_off(..8).map(|_| &[][..]),
            LENGTH => {
                take_varint(&mut rest).and_then(|length| rest.split_off(..usize::try_from(length).ok()?))
            }
            FIXED32 => rest.split_off(..4).map(|_| &[][..]),
            _ => None,
        }?;
        let whole = message.split_off(..message.len() - rest.len())?;
        Some(Field { number: u8::try_from(tag >> 3).ok()?, whole, content })
    })
}

fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = *bytes.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_message_are_read_up_to_where_it_is_none() {
        let mut out = Vec::new();
        varint_field(&mut out, 1, 300);
        fixed64_field(&mut out, 2, 7);
        message::<LARGE>(&mut out, 3, |out| out.extend_from_slice(b"abc"));
        fixed32_field(&mut out, 16, 7);
        let read = |bytes| fields(bytes).map(|field| (field.number, field.content)).collect::<Vec<_>>();
        let all = [(1, &[][..]), (2, &[]), (3, b"abc"), (16, &[])];
        assert_eq!(read(&out), all);
        assert_eq!(fields(&out).flat_map(|field| field.whole).copied().collect::<Vec<_>>(), out);
        for end in 0..out.len() {
            let read = read(&out[..end]);
            assert_eq!(read, all[..read.len()], "cut at {end}");
            assert!(read.len() < all.len());
        }
        assert_eq!(read(&[0xff; 20]), []);
    }

    #[test]
    fn a_length_is_as_long_as_it_is_said_to_be() {
        for value in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            varint(&mut out, value);
            assert_eq!(out.len(), varint_len(value), "{value}");
        }
    }

    #[test]
    fn a_message_longer_than_the_room_for_its_length_is_moved() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 3_000_000] {
            let mut out = vec![7];
            message::<SMALL>(&mut out, 1, |out| out.resize(out.len() + length, 9));
            assert_eq!(out[..2], [7, 0x0a]);
            let mut rest = &out[2..];
            let told = prost::encoding::decode_varint(&mut rest).expect("a varint");
            assert_eq!((told as usize, rest.len()), (length, length));
            assert!(rest.iter().all(|byte| *byte == 9));
        }
    }

    #[test]
    fn a_message_with_nothing_in_it_leaves_nothing() {
        let mut out = vec![7];
        let count = message_if_any::<LARGE>(&mut out, 1, |out| {
            out.push(1);
            0
        });
        assert_eq!((count, out), (0, vec![7]));
    }
}
