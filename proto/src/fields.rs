//! The fields of a message as they lie on the wire, one level deep: enough to take a message apart of which a part
//! cannot be read.

/// A field with its tag, and what it holds if that has a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    pub(crate) number: u64,
    /// Tag, length and content.
    pub(crate) whole: &'a [u8],
    /// The content of a string, bytes or message.
    pub(crate) content: Option<&'a [u8]>,
}

/// The next field and what follows it; `None` if there is none, or none that is well-formed.
pub(crate) fn next(bytes: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let (tag, rest) = varint(bytes)?;
    let (content, rest) = match tag & 7 {
        0 => (None, varint(rest)?.1),
        1 => (None, rest.get(8..)?),
        2 => {
            let (length, rest) = varint(rest)?;
            let (content, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            (Some(content), rest)
        }
        5 => (None, rest.get(4..)?),
        _ => return None,
    };
    let whole = &bytes[..bytes.len() - rest.len()];
    Some((Field { number: tag >> 3, whole, content }, rest))
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[index + 1..]));
        }
    }
    None
}
