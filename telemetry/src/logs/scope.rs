//! What a thread says about its own events: whose they are, and whether they go anywhere.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

thread_local! {
    static ASPECT: Cell<Aspect> = const { Cell::new(Aspect::Global) };
    static SUPPRESSIONS: Cell<u32> = const { Cell::new(0) };
}

/// Which part of the program an event is about. Each can have a provider of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// The workers, and whatever has no provider of its own.
    Engine,
    /// Code outside any worker; what a thread starts with.
    Global,
    /// Administration.
    Admin,
    /// The SDK itself. Not chosen by scope: all events of its crates are of it.
    Internal,
}

impl Aspect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Engine, Self::Global, Self::Admin, Self::Internal];

    /// The word in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Global => "global",
            Self::Admin => "admin",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An aspect holds on this thread until this is dropped.
#[derive(Debug)]
#[must_use = "the aspect holds only as long as this lives"]
pub struct AspectGuard {
    before: Aspect,
    /// Belongs to its thread.
    _thread: PhantomData<*const ()>,
}

/// Events of this thread are of an aspect, until the guard is dropped.
pub fn aspect(aspect: Aspect) -> AspectGuard {
    AspectGuard { before: ASPECT.replace(aspect), _thread: PhantomData }
}

impl Drop for AspectGuard {
    fn drop(&mut self) {
        ASPECT.set(self.before);
    }
}

/// Nothing that this thread emits goes anywhere until this is dropped.
#[derive(Debug)]
#[must_use = "events are suppressed only as long as this lives"]
pub struct SuppressGuard {
    /// Belongs to its thread.
    _thread: PhantomData<*const ()>,
}

/// Keeps all events and spans of this thread from every provider, until the guard is dropped: held by exporters, so
/// that what they use never feeds what they export.
pub fn suppress() -> SuppressGuard {
    SUPPRESSIONS.set(SUPPRESSIONS.get() + 1);
    SuppressGuard { _thread: PhantomData }
}

impl Drop for SuppressGuard {
    fn drop(&mut self) {
        SUPPRESSIONS.set(SUPPRESSIONS.get() - 1);
    }
}

/// Whether this thread is kept from emitting.
#[inline]
pub fn is_suppressed() -> bool {
    SUPPRESSIONS.get() > 0
}

#[inline]
pub(super) fn current_aspect() -> Aspect {
    ASPECT.get()
}
