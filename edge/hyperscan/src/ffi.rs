//! The declarations of `hs.h` that block-mode matching and saved databases need (Hyperscan 5.4 developer reference).

use std::ffi::{c_char, c_int, c_uint, c_ulonglong, c_void};

pub(crate) const HS_SUCCESS: c_int = 0;
pub(crate) const HS_MODE_BLOCK: c_uint = 1;
pub(crate) const HS_FLAG_SINGLEMATCH: c_uint = 8;
pub(crate) const HS_FLAG_ALLOWEMPTY: c_uint = 16;
pub(crate) const HS_FLAG_UTF8: c_uint = 32;

#[repr(C)]
pub(crate) struct HsDatabase {
    _opaque: [u8; 0],
}

#[repr(C)]
pub(crate) struct HsScratch {
    _opaque: [u8; 0],
}

#[repr(C)]
pub(crate) struct HsCompileError {
    pub(crate) message: *const c_char,
    pub(crate) expression: c_int,
}

#[repr(C)]
#[derive(Default)]
pub(crate) struct HsPlatformInfo {
    pub(crate) tune: c_uint,
    pub(crate) cpu_features: c_ulonglong,
    pub(crate) reserved: [c_ulonglong; 2],
}

pub(crate) type MatchHandler = unsafe extern "C" fn(
    id: c_uint,
    from: c_ulonglong,
    to: c_ulonglong,
    flags: c_uint,
    context: *mut c_void,
) -> c_int;

unsafe extern "C" {
    /// C's own: the library allocates serialized databases by `malloc` unless told otherwise.
    pub(crate) fn free(pointer: *mut c_void);
    pub(crate) fn hs_valid_platform() -> c_int;
    pub(crate) fn hs_version() -> *const c_char;
    pub(crate) fn hs_populate_platform(platform: *mut HsPlatformInfo) -> c_int;
    pub(crate) fn hs_serialize_database(
        db: *const HsDatabase,
        bytes: *mut *mut c_char,
        length: *mut usize,
    ) -> c_int;
    pub(crate) fn hs_deserialize_database(
        bytes: *const c_char,
        length: usize,
        db: *mut *mut HsDatabase,
    ) -> c_int;
    pub(crate) fn hs_compile_multi(
        expressions: *const *const c_char,
        flags: *const c_uint,
        ids: *const c_uint,
        elements: c_uint,
        mode: c_uint,
        platform: *const c_void,
        db: *mut *mut HsDatabase,
        error: *mut *mut HsCompileError,
    ) -> c_int;
    pub(crate) fn hs_free_compile_error(error: *mut HsCompileError) -> c_int;
    pub(crate) fn hs_free_database(db: *mut HsDatabase) -> c_int;
    pub(crate) fn hs_database_size(db: *const HsDatabase, size: *mut usize) -> c_int;
    pub(crate) fn hs_alloc_scratch(db: *const HsDatabase, scratch: *mut *mut HsScratch) -> c_int;
    pub(crate) fn hs_free_scratch(scratch: *mut HsScratch) -> c_int;
    pub(crate) fn hs_scan(
        db: *const HsDatabase,
        data: *const c_char,
        length: c_uint,
        flags: c_uint,
        scratch: *mut HsScratch,
        on_event: Option<MatchHandler>,
        context: *mut c_void,
    ) -> c_int;
}
