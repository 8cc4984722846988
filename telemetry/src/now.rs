//! The moment of a collection.

use std::time::{Instant, SystemTime};

/// The moment of a collection, as it is told and as it passes: nobody sets the clock of the latter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) time: SystemTime,
    pub(crate) passed: Instant,
}

impl Now {
    pub(crate) fn here() -> Self {
        Self { time: SystemTime::now(), passed: Instant::now() }
    }
}

/// A moment in a test, in which as much time passes as it says.
#[cfg(test)]
impl From<SystemTime> for Now {
    fn from(time: SystemTime) -> Self {
        static START: std::sync::LazyLock<Now> = std::sync::LazyLock::new(Now::here);
        let passed = match time.duration_since(START.time) {
            Ok(later) => START.passed + later,
            Err(earlier) => {
                START.passed.checked_sub(earlier.duration()).expect("the machine was up before the test")
            }
        };
        Self { time, passed }
    }
}
