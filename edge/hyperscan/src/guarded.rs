//! A text whose last byte is the last one that may be read: whoever loads past it dies.

use std::ptr;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

/// Larger than any page of the machines that this runs on.
const PAGE_BYTES: usize = 64 << 10;

/// Room for texts, with a page behind it that nobody may read.
pub(crate) struct Guarded {
    start: *mut u8,
}

impl Guarded {
    pub(crate) fn new() -> Self {
        let read_write = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: the system chooses where, so that nothing else is there.
        let start = unsafe { mmap_anonymous(ptr::null_mut(), 2 * PAGE_BYTES, read_write, MapFlags::PRIVATE) }
            .expect("two pages");
        // SAFETY: the second half of what was just mapped, which nothing refers to.
        unsafe { mprotect(start.add(PAGE_BYTES), PAGE_BYTES, MprotectFlags::empty()) }.expect("a guard");
        Self { start: start.cast() }
    }

    /// A copy of `text` that ends where nothing may be read any more.
    pub(crate) fn text(&mut self, text: &str) -> &str {
        let offset = PAGE_BYTES.checked_sub(text.len()).expect("a text of less than a page");
        // SAFETY: `offset..PAGE_BYTES` is mapped, readable and writable, and borrowed through `self` alone.
        let bytes = unsafe {
            let end = self.start.add(offset);
            ptr::copy_nonoverlapping(text.as_ptr(), end, text.len());
            std::slice::from_raw_parts(end, text.len())
        };
        std::str::from_utf8(bytes).expect("a copy of a string")
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: this is what was mapped, and no text of it is borrowed any more.
        unsafe { munmap(self.start.cast(), 2 * PAGE_BYTES) }.expect("what was mapped");
    }
}
