//! Callbacks that observe what is counted elsewhere, whenever values are collected.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, TryLockError};

use crate::otel_error;
use crate::sync::{AtomicBool, Mutex, MutexGuard};

/// The callbacks of a pipeline.
#[derive(Debug, Default)]
pub(crate) struct Observers {
    /// Shared with whoever calls them: a list of its own would be made for each collection.
    all: Mutex<Arc<Vec<Arc<Observer>>>>,
}

struct Observer {
    /// Nobody is to call it any more.
    has_ended: AtomicBool,
    callback: Mutex<Option<Box<dyn FnMut() + Send>>>,
}

/// Keeps a callback registered; it is not called any more after this has been dropped.
#[derive(Debug)]
#[must_use = "the callback is unregistered when this is dropped"]
pub struct Observation(Arc<Observer>);

impl Observers {
    pub(crate) fn add(&self, callback: Box<dyn FnMut() + Send>) -> Observation {
        let observer =
            Arc::new(Observer { has_ended: AtomicBool::new(false), callback: Mutex::new(Some(callback)) });
        Arc::make_mut(&mut self.all()).push(Arc::clone(&observer));
        Observation(observer)
    }

    /// Calls every callback, and forgets those that have ended. One that is being called elsewhere is left out: what
    /// it sees is just as new.
    pub(crate) fn run(&self) {
        let observers = Arc::clone(&self.all());
        observers.iter().for_each(|observer| observer.call());
        if observers.iter().any(|observer| observer.has_ended()) {
            Arc::make_mut(&mut self.all()).retain(|observer| !observer.has_ended());
        }
    }

    fn all(&self) -> MutexGuard<'_, Arc<Vec<Arc<Observer>>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer {
    fn call(&self) {
        let mut callback = match self.callback.try_lock() {
            Ok(callback) => callback,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if let Some(observe) = callback.as_mut()
            && !self.has_ended()
            && catch_unwind(AssertUnwindSafe(observe)).is_err()
        {
            self.has_ended.store(true, Ordering::Relaxed);
            otel_error!("telemetry.observation.failed");
        }
        if self.has_ended() {
            *callback = None;
        }
    }

    fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer").field("has_ended", &self.has_ended).finish_non_exhaustive()
    }
}

impl Drop for Observation {
    /// A callback that drops its own observation is in the middle of its last call.
    fn drop(&mut self) {
        self.0.has_ended.store(true, Ordering::Relaxed);
        match self.0.callback.try_lock() {
            Ok(mut callback) => *callback = None,
            Err(TryLockError::Poisoned(poisoned)) => *poisoned.into_inner() = None,
            Err(TryLockError::WouldBlock) => {}
        }
    }
}
