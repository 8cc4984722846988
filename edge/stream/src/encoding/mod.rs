//! Content codings: a sender's `Content-Encoding` as a type, decoded in bounded memory and written back.

mod codec;
mod deflate;
mod zstandard;

#[cfg(test)]
mod tests;

pub use codec::Codec;

/// Longest list of codings that is understood; nobody applies more than one, so longer ones are left alone.
const CODINGS_MAX: usize = 4;

/// Most gzip members or zstd frames in a body: each costs the same to set up however little it holds, and nobody who
/// sends telemetry comes near. A body of more is as good as too large.
const MEMBERS_MAX: usize = 1024;

/// One content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// `gzip` and `x-gzip`: one member or more.
    Gzip,
    /// `deflate`: one zlib stream (RFC 9110 section 8.4.1.2).
    Deflate,
    /// `zstd`: one frame or more.
    Zstd,
}

/// The codings of a body in the order in which the sender applied them; `identity` leaves no trace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Codings {
    applied: [Option<Coding>; CODINGS_MAX],
}

impl Codings {
    /// Reads the values of every `Content-Encoding` field line, or `None` if one coding is not supported.
    pub fn parse<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Option<Self> {
        let mut codings = Self::default();
        for name in values.into_iter().flat_map(|value| value.split(|&byte| byte == b',')) {
            codings.apply(name.trim_ascii())?;
        }
        Some(codings)
    }

    /// Whether the body is its own decoded form.
    pub fn is_identity(&self) -> bool {
        self.applied[0].is_none()
    }

    /// The codings as the sender applied them: the last one is the outermost.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Coding> + '_ {
        self.applied.iter().flatten().copied()
    }

    /// Adds a coding; `identity` and empty list elements (RFC 9110 section 5.6.1.2) change nothing.
    fn apply(&mut self, name: &[u8]) -> Option<()> {
        if name.is_empty() || name.eq_ignore_ascii_case(b"identity") {
            return Some(());
        }
        *self.applied.iter_mut().find(|slot| slot.is_none())? = Some(Coding::named(name)?);
        Some(())
    }
}

impl Coding {
    fn named(name: &[u8]) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        match () {
            () if is("gzip") || is("x-gzip") => Some(Self::Gzip),
            () if is("zstd") => Some(Self::Zstd),
            () if is("deflate") => Some(Self::Deflate),
            () => None,
        }
    }
}

/// Why a body could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeError {
    /// Damaged, cut short, followed by garbage, or with a wrong checksum.
    Corrupt,
    /// Larger than allowed once decoded, or in more members or frames than allowed.
    TooLarge,
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Corrupt => "encoded body is corrupt",
            Self::TooLarge => "decoded body is too large",
        })
    }
}

impl std::error::Error for DecodeError {}

/// The compressor failed; only a lack of memory is known to cause it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodeError;

impl std::fmt::Display for EncodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("body could not be encoded")
    }
}

impl std::error::Error for EncodeError {}
