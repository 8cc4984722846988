//! zstd frames over reused contexts.

use zstd::zstd_safe::{CCtx, CParameter, DCtx, DParameter, InBuffer, OutBuffer, ResetDirective};
use zstd::zstd_safe::{compress_bound, get_frame_content_size};

use super::codec::{make_room, output};
use super::{DecodeError, EncodeError, MEMBERS_MAX};

/// Largest window a frame may ask for, as a power of two: 64 MiB, eight times what RFC 9659 lets senders use.
const WINDOW_LOG_MAX: u32 = 26;

/// The fastest level with a ratio worth having.
const LEVEL: i32 = 1;

/// Decode buffer for frames that do not say how large they are, per encoded byte.
const EXPECTED_RATIO: usize = 6;

/// Both directions' contexts, made at first use.
#[derive(Default)]
pub(super) struct Zstandard {
    encoder: Option<CCtx<'static>>,
    decoder: Option<DCtx<'static>>,
}

impl Zstandard {
    /// Decodes one or more frames.
    pub(super) fn decode(&mut self, body: &[u8], bytes_max: usize) -> Result<Vec<u8>, DecodeError> {
        let context = self.decoder()?;
        context.reset(ResetDirective::SessionOnly).map_err(|_| DecodeError::Corrupt)?;
        let mut out = output(expected_bytes(body), bytes_max);
        let mut input = InBuffer::around(body);
        let mut frames = 0;
        loop {
            make_room(&mut out, bytes_max)?;
            let missing = step(context, &mut input, &mut out)?;
            if out.len() > bytes_max {
                return Err(DecodeError::TooLarge);
            }
            match (missing, input.pos() == body.len()) {
                (0, true) => return Ok(out),
                (0, false) if frames + 1 == MEMBERS_MAX => return Err(DecodeError::TooLarge),
                (0, false) => frames += 1,
                // Nothing left to read and room left to write to: the frame is cut.
                (_, true) if out.len() < out.capacity() => return Err(DecodeError::Corrupt),
                _ => {}
            }
        }
    }

    /// Encodes one frame, with a checksum so that damage on the way shows.
    pub(super) fn encode(&mut self, body: &[u8]) -> Result<Vec<u8>, EncodeError> {
        let mut out = Vec::with_capacity(compress_bound(body.len()));
        self.encoder()?.compress2(&mut out, body).map_err(|_| EncodeError)?;
        Ok(out)
    }

    fn decoder(&mut self) -> Result<&mut DCtx<'static>, DecodeError> {
        if self.decoder.is_none() {
            let mut context = DCtx::create();
            context
                .set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX))
                .map_err(|_| DecodeError::Corrupt)?;
            self.decoder = Some(context);
        }
        self.decoder.as_mut().ok_or(DecodeError::Corrupt)
    }

    fn encoder(&mut self) -> Result<&mut CCtx<'static>, EncodeError> {
        if self.encoder.is_none() {
            let mut context = CCtx::create();
            context.set_parameter(CParameter::CompressionLevel(LEVEL)).map_err(|_| EncodeError)?;
            context.set_parameter(CParameter::ChecksumFlag(true)).map_err(|_| EncodeError)?;
            self.encoder = Some(context);
        }
        self.encoder.as_mut().ok_or(EncodeError)
    }
}

/// Decodes into the free room of `out`; zero once a frame is complete and all of it written.
fn step(context: &mut DCtx<'_>, input: &mut InBuffer<'_>, out: &mut Vec<u8>) -> Result<usize, DecodeError> {
    let written = out.len();
    let mut output = OutBuffer::around_pos(out, written);
    context.decompress_stream(&mut output, input).map_err(|_| DecodeError::Corrupt)
}

/// What the first frame says about its size; a lie costs address space up to the limit, no memory.
fn expected_bytes(body: &[u8]) -> usize {
    match get_frame_content_size(body) {
        Ok(Some(bytes)) => usize::try_from(bytes).unwrap_or(usize::MAX),
        Ok(None) | Err(_) => body.len().saturating_mul(EXPECTED_RATIO),
    }
}
