//! Scanning with scratch memory that fits every database it is used with.

use std::ffi::{c_int, c_uint, c_ulonglong, c_void};
use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use crate::database::Database;
use crate::ffi;

/// Readable bytes that must follow a scanned text: Hyperscan 5.4.0 loads whole vectors past its end.
const PADDING_BYTES: usize = 64;

/// Buffers above this size are given back after use.
const BUFFER_BYTES_KEPT: usize = 1 << 20;

/// One worker's scratch memory over a fixed list of databases.
pub struct Scanner {
    databases: Arc<[Arc<Database>]>,
    /// Grown for every database of the list; absent if the list is empty.
    scratch: Option<NonNull<ffi::HsScratch>>,
    /// Copy of the text in hand, with `PADDING_BYTES` behind it.
    padded: Vec<u8>,
}

// SAFETY: scratch memory belongs to whoever holds the scanner; the library ties it to no thread.
unsafe impl Send for Scanner {}

impl Scanner {
    /// Allocates scratch memory large enough for each of `databases`.
    pub fn new(databases: Arc<[Arc<Database>]>) -> Result<Self, ScanError> {
        let mut scanner = Self { databases, scratch: None, padded: Vec::new() };
        let mut scratch = ptr::null_mut();
        for database in &*scanner.databases {
            // SAFETY: the database is alive; `scratch` is null or what an earlier call returned, which this
            // call keeps or replaces by a larger one.
            let status = unsafe { ffi::hs_alloc_scratch(database.as_ptr(), &raw mut scratch) };
            if status != ffi::HS_SUCCESS {
                return Err(ScanError(status));
            }
            scanner.scratch = NonNull::new(scratch);
        }
        Ok(scanner)
    }

    /// The databases in scanning order.
    pub fn databases(&self) -> &Arc<[Arc<Database>]> {
        &self.databases
    }

    /// Calls `on_match(pattern id)` once for each pattern of database `index` that matches in `text`, which
    /// must be valid UTF-8.
    ///
    /// # Panics
    /// If there is no database of that index.
    pub fn scan<F: FnMut(u32)>(
        &mut self,
        index: usize,
        text: &str,
        mut on_match: F,
    ) -> Result<(), ScanError> {
        let database = &self.databases[index];
        let scratch = self.scratch.expect("scratch was allocated with the first database");
        let length = c_uint::try_from(text.len()).map_err(|_| ScanError(-1))?;
        self.padded.clear();
        self.padded.reserve(text.len() + PADDING_BYTES);
        self.padded.extend_from_slice(text.as_bytes());
        self.padded.extend_from_slice(&[0; PADDING_BYTES]);
        // SAFETY: the scratch was grown for this very database, and `&mut self` keeps it from being in use;
        // `padded` holds `length` bytes and the padding that the library may load; `on_match` outlives the
        // call and is reached only through `context`.
        let status = unsafe {
            ffi::hs_scan(
                database.as_ptr(),
                self.padded.as_ptr().cast(),
                length,
                0,
                scratch.as_ptr(),
                Some(report::<F>),
                (&raw mut on_match).cast(),
            )
        };
        if self.padded.capacity() > BUFFER_BYTES_KEPT {
            self.padded = Vec::new();
        }
        if status == ffi::HS_SUCCESS { Ok(()) } else { Err(ScanError(status)) }
    }
}

/// Hands a match to the closure behind `context`. A panic in it ends the process: it cannot unwind through C.
unsafe extern "C" fn report<F: FnMut(u32)>(
    id: c_uint,
    _from: c_ulonglong,
    _to: c_ulonglong,
    _flags: c_uint,
    context: *mut c_void,
) -> c_int {
    // SAFETY: `scan` passes a pointer to its own `F`, which nobody else touches during the call.
    let on_match = unsafe { &mut *context.cast::<F>() };
    on_match(id);
    0
}

impl Drop for Scanner {
    fn drop(&mut self) {
        if let Some(scratch) = self.scratch {
            // SAFETY: allocated by hs_alloc_scratch, not in use, freed only here.
            unsafe { ffi::hs_free_scratch(scratch.as_ptr()) };
        }
    }
}

impl fmt::Debug for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scanner").field("databases", &self.databases).finish_non_exhaustive()
    }
}

/// The library refused to allocate scratch memory or to scan; holds its error code (`hs.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanError(pub i32);

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hyperscan error code {}", self.0)
    }
}

impl std::error::Error for ScanError {}
