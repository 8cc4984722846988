//! A safe, small wrapper around the Hyperscan multi-pattern matcher, block mode on UTF-8 text.
//!
//! Refuses to know what patterns mean: syntax translation, fallbacks and policy live elsewhere. All `unsafe`
//! code of the project is in this crate.

mod database;
mod ffi;
#[cfg(test)]
mod guarded;
mod scanner;
mod seal;
#[cfg(test)]
mod tests;

use std::ffi::CStr;

pub use database::{CompileError, Database};
pub use scanner::{ScanError, Scanner};
pub use seal::SealError;

/// Whether this machine's processor can run the library at all (it needs SSSE3 on x86-64).
pub fn supported() -> bool {
    // SAFETY: takes nothing and only reads processor features.
    unsafe { ffi::hs_valid_platform() == ffi::HS_SUCCESS }
}

/// The library's version line.
pub fn version() -> &'static str {
    // SAFETY: returns a static NUL-terminated string.
    let text = unsafe { CStr::from_ptr(ffi::hs_version()) };
    text.to_str().unwrap_or("unknown")
}
