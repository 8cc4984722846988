//! Compiled pattern databases.

use std::ffi::{CStr, CString, c_char, c_uint};
use std::fmt;
use std::ptr::{self, NonNull};

use crate::ffi;

/// Patterns compiled for block-mode scanning of UTF-8 text. A pattern's position is its id.
pub struct Database {
    raw: NonNull<ffi::HsDatabase>,
    patterns: Box<[CString]>,
}

// SAFETY: a compiled database is immutable; the reference allows its use from several threads at once.
unsafe impl Send for Database {}
// SAFETY: as above.
unsafe impl Sync for Database {}

impl Database {
    /// Compiles `patterns` (PCRE syntax over UTF-8 text, no flags set outside the pattern itself).
    /// Each pattern reports at most one match per scan, and may match the empty string.
    pub fn compile(patterns: Vec<CString>) -> Result<Self, CompileError> {
        let pointers: Vec<*const c_char> = patterns.iter().map(|pattern| pattern.as_ptr()).collect();
        let flags =
            vec![ffi::HS_FLAG_UTF8 | ffi::HS_FLAG_SINGLEMATCH | ffi::HS_FLAG_ALLOWEMPTY; patterns.len()];
        let count = c_uint::try_from(patterns.len()).map_err(|_| CompileError::too_many())?;
        let ids: Vec<c_uint> = (0..count).collect();
        let (mut database, mut error) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the three arrays have `count` elements and live through the call, every expression is
        // terminated by a NUL, and both out-pointers are valid; a null platform means this machine.
        let status = unsafe {
            ffi::hs_compile_multi(
                pointers.as_ptr(),
                flags.as_ptr(),
                ids.as_ptr(),
                count,
                ffi::HS_MODE_BLOCK,
                ptr::null(),
                &raw mut database,
                &raw mut error,
            )
        };
        match NonNull::new(database) {
            Some(raw) if status == ffi::HS_SUCCESS => Ok(Self { raw, patterns: patterns.into() }),
            _ => Err(CompileError::take(error)),
        }
    }

    /// A database that is alive, and what it was compiled from.
    ///
    /// # Safety
    /// `raw` comes from the library, was compiled from `patterns`, and nobody else frees it.
    pub(crate) unsafe fn from_raw(raw: NonNull<ffi::HsDatabase>, patterns: &[CString]) -> Self {
        Self { raw, patterns: patterns.into() }
    }

    /// What it was compiled from, by id.
    pub fn patterns(&self) -> &[CString] {
        &self.patterns
    }

    /// Memory the compiled form takes, in bytes.
    pub fn bytes(&self) -> usize {
        let mut size = 0;
        // SAFETY: the database is alive and the out-pointer valid.
        let status = unsafe { ffi::hs_database_size(self.raw.as_ptr(), &raw mut size) };
        if status == ffi::HS_SUCCESS { size } else { 0 }
    }

    pub(crate) fn as_ptr(&self) -> *const ffi::HsDatabase {
        self.raw.as_ptr()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: allocated by hs_compile_multi or hs_deserialize_database with the default allocator, and freed only here.
        unsafe { ffi::hs_free_database(self.raw.as_ptr()) };
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("bytes", &self.bytes()).finish()
    }
}

/// Why patterns could not be compiled: unsupported or too large for the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileError {
    /// Position of the pattern at fault, if it is one alone.
    pub pattern: Option<usize>,
    /// The library's own words.
    pub message: String,
}

impl CompileError {
    fn take(error: *mut ffi::HsCompileError) -> Self {
        let Some(error) = NonNull::new(error) else {
            return Self { pattern: None, message: "out of memory".into() };
        };
        // SAFETY: the library returned this error; its message is a NUL-terminated string.
        let (pattern, message) = unsafe {
            let raw = error.as_ref();
            (usize::try_from(raw.expression).ok(), CStr::from_ptr(raw.message).to_string_lossy().into_owned())
        };
        // SAFETY: freed once, and not used after this.
        unsafe { ffi::hs_free_compile_error(error.as_ptr()) };
        Self { pattern, message }
    }

    fn too_many() -> Self {
        Self { pattern: None, message: "more patterns than an unsigned int can count".into() }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pattern {
            Some(index) => write!(f, "pattern {index}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for CompileError {}
