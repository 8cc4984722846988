//! Values of fields as the engine sees them: borrowed from the record.

/// The value of a field that a record has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// A string; not necessarily valid UTF-8.
    Text(&'a [u8]),
    /// A boolean.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// A floating-point number.
    Double(f64),
    /// Opaque bytes, such as an identifier.
    Bytes(&'a [u8]),
    /// A map, a list or an empty value: it exists, and that is all a matcher can ask.
    Other,
}

impl Value<'_> {
    /// Whether a well-known field with this value counts as missing: an empty string or identifier.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text([]) | Self::Bytes([]))
    }
}
