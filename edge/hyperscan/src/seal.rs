//! Databases as bytes that outlive the process, and the way back.
//!
//! The library believes what it is given: a saved database that is damaged, or another machine's, makes it read and
//! write anywhere. So what it is given carries, in front, all that it depends on and a checksum. That guards against
//! accidents; who may write the bytes on purpose must be trusted as the program itself is.

use std::ffi::{CString, c_char};
use std::fmt;
use std::ptr::{self, NonNull};

use crate::database::Database;
use crate::ffi;

/// Names the form of the header.
const MAGIC: &[u8] = b"edge-hyperscan 1\n";

/// Bytes of the checksum that stands between header and payload.
const CHECKSUM_BYTES: usize = 8;

impl Database {
    /// Everything that a sealed database of `patterns` depends on: this library, this kind of processor, the
    /// patterns themselves. Sealed databases begin with it.
    pub fn seal_header(patterns: &[CString]) -> Vec<u8> {
        let mut platform = ffi::HsPlatformInfo::default();
        // SAFETY: the out-pointer is valid; the call only reads processor features. What it cannot tell stays zero.
        unsafe { ffi::hs_populate_platform(&raw mut platform) };
        let mut header = MAGIC.to_vec();
        header.extend_from_slice(crate::version().as_bytes());
        for number in [platform.tune.into(), platform.cpu_features, patterns.len() as u64] {
            header.extend_from_slice(&number.to_le_bytes());
        }
        for pattern in patterns {
            header.extend_from_slice(pattern.as_bytes_with_nul());
        }
        header
    }

    /// The database as bytes for `unseal`.
    pub fn seal(&self) -> Result<Vec<u8>, SealError> {
        let (mut bytes, mut length) = (ptr::null_mut(), 0);
        // SAFETY: the database is alive and both out-pointers are valid.
        let status = unsafe { ffi::hs_serialize_database(self.as_ptr(), &raw mut bytes, &raw mut length) };
        let Some(bytes) = NonNull::new(bytes).filter(|_| status == ffi::HS_SUCCESS) else {
            return Err(SealError(status));
        };
        // SAFETY: the library allocated `length` bytes there and filled them; they are ours until freed.
        let payload = unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast::<u8>(), length) };
        let mut sealed = Self::seal_header(self.patterns());
        sealed.extend_from_slice(&checksum(payload).to_le_bytes());
        sealed.extend_from_slice(payload);
        // SAFETY: allocated by the library's default allocator, malloc; freed once and not used after this.
        unsafe { ffi::free(bytes.as_ptr().cast()) };
        Ok(sealed)
    }

    /// A database of `patterns` from what `seal` made of it; `None` if it is of other patterns, another version of
    /// the library or another kind of processor, or damaged.
    pub fn unseal(sealed: &[u8], patterns: &[CString]) -> Option<Self> {
        let rest = sealed.strip_prefix(&*Self::seal_header(patterns))?;
        let (sum, payload) = rest.split_first_chunk::<CHECKSUM_BYTES>()?;
        if checksum(payload) != u64::from_le_bytes(*sum) {
            return None;
        }
        let payload = aligned(payload);
        let mut database = ptr::null_mut();
        // SAFETY: the pointer stands for `length` readable bytes, which this library made on such a machine, as the
        // header says, and which are unchanged, as the checksum says; it copies them. The out-pointer is valid.
        let status = unsafe {
            ffi::hs_deserialize_database(
                payload.words.as_ptr().cast::<c_char>(),
                payload.length,
                &raw mut database,
            )
        };
        let raw = NonNull::new(database).filter(|_| status == ffi::HS_SUCCESS)?;
        // SAFETY: the library just made it, of what the header names as compiled from these patterns.
        Some(unsafe { Self::from_raw(raw, patterns) })
    }
}

/// Bytes at an address that is a multiple of eight: the library reads words.
struct Aligned {
    words: Vec<u64>,
    length: usize,
}

fn aligned(bytes: &[u8]) -> Aligned {
    let (whole, rest) = bytes.as_chunks::<8>();
    let mut words: Vec<u64> = whole.iter().map(|word| u64::from_ne_bytes(*word)).collect();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    words.push(u64::from_ne_bytes(last));
    Aligned { words, length: bytes.len() }
}

/// FNV-1a over words of eight bytes, finished as `MurmurHash3` does; any flipped bit changes it.
fn checksum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let step = |sum: u64, word: u64| (sum ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
    let sum = words.iter().fold(bytes.len() as u64, |sum, word| step(sum, u64::from_le_bytes(*word)));
    let sum = rest.iter().fold(sum, |sum, byte| step(sum, u64::from(*byte)));
    let mixed = (sum ^ (sum >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}

/// The library could not give a database as bytes; holds its error code (`hs.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealError(pub i32);

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hyperscan error code {}", self.0)
    }
}

impl std::error::Error for SealError {}
