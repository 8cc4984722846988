//! Strict framing of inbound HTTP/1 messages, in front of a lenient parser.
//!
//! hyper takes a bare LF for a line end, drops Content-Length where Transfer-Encoding stands beside it, and has no
//! limit on a head that arrives slowly. This guard follows the stream from message to message, so that it knows where
//! each head starts, and refuses those before the parser can act on them. Names, values, versions and request lines
//! are left to the parser, which is strict about them; but it drops the fragment of a target without a word.

mod chunked;
mod guard;
mod head;

#[cfg(test)]
mod tests;

pub use guard::{Guard, Refusal};

/// Longest request head, request line included.
pub const HEAD_BYTES_MAX: usize = 64 << 10;

/// Most header fields in a head.
pub const HEADERS_MAX: usize = 128;

/// What is wrong with an inbound message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Violation {
    /// A request target with a fragment, which is the sender's own (RFC 9112 section 3.2) and would be lost.
    Fragment,
    /// A line that ends in LF without CR.
    BareLf,
    /// A header field that continues on the next line (RFC 9112 section 5.2).
    FoldedLine,
    /// A Content-Length that is not a decimal number.
    ContentLength,
    /// A Content-Length beyond what can be counted.
    ContentLengthSize,
    /// Content-Length fields that disagree.
    ContentLengths,
    /// A Transfer-Encoding other than one `chunked`.
    TransferEncoding,
    /// Transfer-Encoding beside Content-Length: the mark of request smuggling.
    BothLengths,
    /// More than [`HEAD_BYTES_MAX`] bytes of head.
    HeadBytes,
    /// More than [`HEADERS_MAX`] header fields.
    Headers,
    /// A chunk whose size is no hexadecimal number, does not fit, or whose data does not end where it should.
    Chunk,
}

/// What a violation deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 400
    Malformed,
    /// 431
    HeadTooLarge,
    /// 413
    BodyTooLarge,
}

impl Violation {
    /// Every violation, in declaration order.
    pub const ALL: [Self; 11] = [
        Self::Fragment,
        Self::BareLf,
        Self::FoldedLine,
        Self::ContentLength,
        Self::ContentLengthSize,
        Self::ContentLengths,
        Self::TransferEncoding,
        Self::BothLengths,
        Self::HeadBytes,
        Self::Headers,
        Self::Chunk,
    ];

    /// What kind of wrong it is.
    pub const fn kind(self) -> Kind {
        match self {
            Self::HeadBytes | Self::Headers => Kind::HeadTooLarge,
            Self::ContentLengthSize => Kind::BodyTooLarge,
            Self::Fragment
            | Self::BareLf
            | Self::FoldedLine
            | Self::ContentLength
            | Self::ContentLengths
            | Self::TransferEncoding
            | Self::BothLengths
            | Self::Chunk => Kind::Malformed,
        }
    }

    /// The violation as a metric attribute value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fragment => "fragment",
            Self::BareLf => "bare_lf",
            Self::FoldedLine => "folded_line",
            Self::ContentLength => "content_length",
            Self::ContentLengthSize => "content_length_size",
            Self::ContentLengths => "content_lengths",
            Self::TransferEncoding => "transfer_encoding",
            Self::BothLengths => "both_lengths",
            Self::HeadBytes => "head_bytes",
            Self::Headers => "headers",
            Self::Chunk => "chunk",
        }
    }
}
