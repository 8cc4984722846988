//! Events: named things that happened, with key-values, on their way to one provider per process.
//!
//! ```
//! use telemetry::{logs, otel_info};
//!
//! let (address, port) = ("127.0.0.1", 8080);
//! otel_info!("app.server.ready", server.address = address, server.port = port);
//! ```

mod capture;
mod clock;
mod console;
mod event;
mod level;
mod line;
mod macros;
mod provider;

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

pub use capture::{Capture, CapturedEvent};
pub use event::{Event, EventDescriptor, EventField, EventValue};
pub use level::{Level, UnknownLevel};
pub use provider::{LogConfig, Provider};

use console::{DirectConsole, QueuedConsole};
use provider::LogProvider;

/// Above every level: nothing is enabled before `init`.
const OFF: u8 = u8::MAX;

static THRESHOLD: AtomicU8 = AtomicU8::new(OFF);
static PROVIDER: RwLock<Option<Arc<dyn LogProvider>>> = RwLock::new(None);

/// Sends the events of this process to a provider, instead of the one before.
pub fn init(config: LogConfig) {
    let threshold = if matches!(config.provider, Provider::Noop) { OFF } else { config.level as u8 };
    let provider = config.provider.start();
    *PROVIDER.write().unwrap_or_else(PoisonError::into_inner) = provider;
    THRESHOLD.store(threshold, Ordering::Relaxed);
}

/// Whether events of a level go anywhere; one relaxed load.
#[inline]
pub fn enabled(level: Level) -> bool {
    level as u8 >= THRESHOLD.load(Ordering::Relaxed)
}

/// Waits until what was emitted before has been written, at most for `deadline`; whether it has.
pub fn flush(deadline: Duration) -> bool {
    provider().is_none_or(|provider| provider.flush(deadline))
}

/// Events lost since the start of the process because the console did not keep up.
pub fn dropped() -> u64 {
    console::dropped()
}

fn provider() -> Option<Arc<dyn LogProvider>> {
    PROVIDER.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn emit(descriptor: &'static EventDescriptor, fields: &[EventField<'_>]) {
    if let Some(provider) = provider() {
        provider.emit(&Event { time: SystemTime::now(), descriptor, fields });
    }
}

/// What the event macros expand to; not for use by hand.
#[doc(hidden)]
pub mod __private {
    use super::{EventDescriptor, EventField};

    pub use telemetry_schema::{event_name_problem, name_problem};

    /// Emits an event whose level is enabled.
    #[cold]
    pub fn emit(descriptor: &'static EventDescriptor, fields: &[EventField<'_>]) {
        super::emit(descriptor, fields);
    }
}
