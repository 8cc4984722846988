//! Where events go.

use std::sync::Arc;
use std::time::Instant;

use super::{Capture, DirectConsole, Event, Level, QueuedConsole};

/// How the events of a process are set up.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// The least level that goes anywhere.
    pub level: Level,
    /// Where events go.
    pub provider: Provider,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: Level::Info, provider: Provider::ConsoleAsync }
    }
}

/// Where events go.
#[derive(Debug, Clone)]
pub enum Provider {
    /// Lines on standard error, written by a thread of their own: a blocked console never blocks who emits. What
    /// it cannot keep up with is dropped and counted.
    ConsoleAsync,
    /// Lines on standard error, written by who emits.
    ConsoleDirect,
    /// Nowhere.
    Noop,
    /// Memory, for tests to look at.
    Capture(Capture),
}

impl Provider {
    pub(super) fn start(self) -> Option<Arc<dyn LogProvider>> {
        match self {
            // Without a thread to spare, lines from who emits are better than none.
            Self::ConsoleAsync => match QueuedConsole::start(std::io::stderr()) {
                Ok(console) => Some(Arc::new(console)),
                Err(_) => Some(Arc::new(DirectConsole)),
            },
            Self::ConsoleDirect => Some(Arc::new(DirectConsole)),
            Self::Noop => None,
            Self::Capture(capture) => Some(Arc::new(capture)),
        }
    }
}

/// Takes events from any thread.
pub(super) trait LogProvider: Send + Sync {
    /// Takes one event.
    fn emit(&self, event: &Event<'_>);

    /// Waits until what was taken has been written, at most until `end`; whether it has.
    fn flush(&self, _end: Instant) -> bool {
        true
    }
}
