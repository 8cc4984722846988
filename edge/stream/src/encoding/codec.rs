//! One worker's codec: applies and removes lists of codings, keeping what is costly to set up.

use std::borrow::Cow;

use super::deflate::{Deflater, inflate_gzip, inflate_zlib};
use super::zstandard::Zstandard;
use super::{Coding, Codings, DecodeError, EncodeError};

/// Decodes and encodes bodies; one per worker, because compressors are large and slow to set up.
#[derive(Default)]
pub struct Codec {
    gzip: Option<Deflater>,
    zlib: Option<Deflater>,
    zstd: Zstandard,
}

impl Codec {
    /// A codec that has set up nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The decoded form of `body`, borrowed if it is encoded in nothing. No layer may exceed `bytes_max`.
    pub fn decode<'a>(
        &mut self,
        codings: &Codings,
        body: &'a [u8],
        bytes_max: usize,
    ) -> Result<Cow<'a, [u8]>, DecodeError> {
        let mut decoded = Cow::Borrowed(body);
        for coding in codings.iter().rev() {
            decoded = Cow::Owned(self.decode_one(coding, &decoded, bytes_max)?);
        }
        if decoded.len() > bytes_max { Err(DecodeError::TooLarge) } else { Ok(decoded) }
    }

    /// `body` in the sender's own codings, at the fastest level.
    pub fn encode(&mut self, codings: &Codings, body: Vec<u8>) -> Result<Vec<u8>, EncodeError> {
        codings.iter().try_fold(body, |plain, coding| self.encode_one(coding, &plain))
    }

    fn decode_one(&mut self, coding: Coding, body: &[u8], bytes_max: usize) -> Result<Vec<u8>, DecodeError> {
        match coding {
            Coding::Gzip => inflate_gzip(body, bytes_max),
            Coding::Deflate => inflate_zlib(body, bytes_max),
            Coding::Zstd => self.zstd.decode(body, bytes_max),
        }
    }

    fn encode_one(&mut self, coding: Coding, body: &[u8]) -> Result<Vec<u8>, EncodeError> {
        match coding {
            Coding::Gzip => self.gzip.get_or_insert_with(Deflater::gzip).encode(body),
            Coding::Deflate => self.zlib.get_or_insert_with(Deflater::zlib).encode(body),
            Coding::Zstd => self.zstd.encode(body),
        }
    }
}

impl std::fmt::Debug for Codec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Codec").finish_non_exhaustive()
    }
}

/// Smallest decode buffer, so that tiny bodies do not grow it step by step.
const OUTPUT_BYTES_MIN: usize = 4 << 10;

/// An output buffer for a body that may decode to `expected` bytes.
pub(super) fn output(expected: usize, bytes_max: usize) -> Vec<u8> {
    Vec::with_capacity(expected.max(OUTPUT_BYTES_MIN).min(bytes_max.saturating_add(1)))
}

/// Makes room in a full buffer. One byte over the limit is allowed for: only a written byte proves the excess.
pub(super) fn make_room(out: &mut Vec<u8>, bytes_max: usize) -> Result<(), DecodeError> {
    if out.len() < out.capacity() {
        return Ok(());
    }
    if out.len() > bytes_max {
        return Err(DecodeError::TooLarge);
    }
    let wanted = out.capacity().saturating_mul(2).clamp(OUTPUT_BYTES_MIN, bytes_max.saturating_add(1));
    out.reserve_exact(wanted.saturating_sub(out.len()).max(1));
    Ok(())
}
