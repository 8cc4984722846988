//! gzip and zlib over the raw inflate machine: the reader types of `flate2` take a cut stream for its end.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::codec::{make_room, output};
use super::{DecodeError, EncodeError, MEMBERS_MAX};

/// The largest window, which every encoder is allowed to use.
const WINDOW_BITS: u8 = 15;

/// Telemetry compresses about this well; a wrong guess costs one growth of the buffer.
const EXPECTED_RATIO: usize = 6;

/// Bytes that gzip's header and trailer add to a compressed body.
const FRAMING_BYTES: usize = 64;

/// Room offered to the machine at a time. It is cleared first, so that all of a large buffer would be cleared again for
/// each of many small members.
const STEP_BYTES: usize = 64 << 10;

/// Decodes one or more gzip members.
pub(super) fn inflate_gzip(mut body: &[u8], bytes_max: usize) -> Result<Vec<u8>, DecodeError> {
    let mut out = output(body.len().saturating_mul(EXPECTED_RATIO), bytes_max);
    for _ in 0..MEMBERS_MAX {
        // A machine of its own: one that is reset expects zlib.
        body = inflate(&mut Decompress::new_gzip(WINDOW_BITS), body, &mut out, bytes_max)?;
        if body.is_empty() {
            return Ok(out);
        }
    }
    Err(DecodeError::TooLarge)
}

/// Decodes exactly one zlib stream.
pub(super) fn inflate_zlib(body: &[u8], bytes_max: usize) -> Result<Vec<u8>, DecodeError> {
    let mut out = output(body.len().saturating_mul(EXPECTED_RATIO), bytes_max);
    let rest = inflate(&mut Decompress::new(true), body, &mut out, bytes_max)?;
    if rest.is_empty() { Ok(out) } else { Err(DecodeError::Corrupt) }
}

/// Runs one stream to its end mark and returns what follows it.
fn inflate<'a>(
    stream: &mut Decompress,
    mut body: &'a [u8],
    out: &mut Vec<u8>,
    bytes_max: usize,
) -> Result<&'a [u8], DecodeError> {
    loop {
        make_room(out, bytes_max)?;
        let (consumed, written) = (stream.total_in(), out.len());
        let status = step(stream, body, out)?;
        let consumed = (stream.total_in() - consumed) as usize;
        body = &body[consumed..];
        if out.len() > bytes_max {
            return Err(DecodeError::TooLarge);
        }
        match status {
            Status::StreamEnd => return Ok(body),
            // There was room to write to, so only more input could have helped: the stream is cut.
            Status::Ok | Status::BufError if consumed == 0 && out.len() == written => {
                return Err(DecodeError::Corrupt);
            }
            Status::Ok | Status::BufError => {}
        }
    }
}

/// Decodes into a bounded part of the free room of `out`.
fn step(stream: &mut Decompress, body: &[u8], out: &mut Vec<u8>) -> Result<Status, DecodeError> {
    let (filled, before) = (out.len(), stream.total_out());
    out.resize(filled + STEP_BYTES.min(out.capacity() - filled), 0);
    let status = stream.decompress(body, &mut out[filled..], FlushDecompress::None);
    out.truncate(filled + (stream.total_out() - before) as usize);
    status.map_err(|_| DecodeError::Corrupt)
}

/// A compressor that is reset between bodies.
pub(super) struct Deflater(Compress);

impl Deflater {
    pub(super) fn gzip() -> Self {
        Self(Compress::new_gzip(Compression::fast(), WINDOW_BITS))
    }

    pub(super) fn zlib() -> Self {
        Self(Compress::new(Compression::fast(), true))
    }

    pub(super) fn encode(&mut self, mut body: &[u8]) -> Result<Vec<u8>, EncodeError> {
        self.0.reset();
        let mut out = Vec::with_capacity(body.len() / 2 + FRAMING_BYTES);
        loop {
            let consumed = self.0.total_in();
            let status =
                self.0.compress_vec(body, &mut out, FlushCompress::Finish).map_err(|_| EncodeError)?;
            body = &body[(self.0.total_in() - consumed) as usize..];
            match status {
                Status::StreamEnd => return Ok(out),
                Status::Ok | Status::BufError => out.reserve(out.capacity().max(FRAMING_BYTES)),
            }
        }
    }
}
