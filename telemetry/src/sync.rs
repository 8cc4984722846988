//! What threads share on the way from a count to a total. The model check replaces it by its own.

use std::sync::atomic::Ordering;

#[cfg(not(model_check))]
pub(crate) use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, fence},
};

#[cfg(model_check)]
pub(crate) use {
    checked::{Mutex, MutexGuard},
    loom::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, fence},
};

/// What is in a cell, for the only one who writes it: what it last stored itself.
#[inline]
pub(crate) fn own(cell: &AtomicU64) -> u64 {
    // Of several looks at a cell the checker remembers the last, and would take this one for nobody else's business.
    #[cfg(model_check)]
    return cell.fetch_add(0, Ordering::Relaxed);
    #[cfg(not(model_check))]
    return cell.load(Ordering::Relaxed);
}

#[cfg(model_check)]
mod checked {
    use std::ops::{Deref, DerefMut};
    use std::sync::{LockResult, TryLockError, TryLockResult};

    use loom::sync::Condvar;

    /// A lock whose `try_lock` gives up where the checker's own one would wait, and find a deadlock that is none.
    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T> {
        is_held: loom::sync::Mutex<bool>,
        released: Condvar,
        value: std::sync::Mutex<T>,
    }

    pub(crate) struct MutexGuard<'a, T> {
        lock: &'a Mutex<T>,
        value: Option<std::sync::MutexGuard<'a, T>>,
    }

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            let is_held = loom::sync::Mutex::new(false);
            Self { is_held, released: Condvar::new(), value: std::sync::Mutex::new(value) }
        }

        pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
            let mut is_held = self.is_held.lock().expect("a panic ends the execution");
            while *is_held {
                is_held = self.released.wait(is_held).expect("a panic ends the execution");
            }
            *is_held = true;
            Ok(self.guard())
        }

        pub(crate) fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
            let mut is_held = self.is_held.lock().expect("a panic ends the execution");
            if *is_held {
                return Err(TryLockError::WouldBlock);
            }
            *is_held = true;
            Ok(self.guard())
        }

        fn guard(&self) -> MutexGuard<'_, T> {
            let value = self.value.try_lock().expect("only its holder gets here");
            MutexGuard { lock: self, value: Some(value) }
        }
    }

    impl<T> Deref for MutexGuard<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            self.value.as_ref().expect("only a drop takes it")
        }
    }

    impl<T> DerefMut for MutexGuard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            self.value.as_mut().expect("only a drop takes it")
        }
    }

    impl<T> Drop for MutexGuard<'_, T> {
        fn drop(&mut self) {
            self.value = None;
            *self.lock.is_held.lock().expect("a panic ends the execution") = false;
            self.lock.released.notify_one();
        }
    }
}
