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

use std::mem;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

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
/// Providers replaced by another, as long as not all they took is written.
static REPLACED: Mutex<Vec<Arc<dyn LogProvider>>> = Mutex::new(Vec::new());

/// How long `init` waits for what the provider before has not written yet; `flush` waits for the rest.
const REPLACE_WAIT_MAX: Duration = Duration::from_secs(1);
/// Longer than any process lives, and still a time that a clock can show.
const DEADLINE_MAX: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Sends the events of this process to a provider, instead of the one before, which is flushed.
pub fn init(config: LogConfig) {
    let threshold = if matches!(config.provider, Provider::Noop) { OFF } else { config.level as u8 };
    let provider = config.provider.start();
    let before = mem::replace(&mut *PROVIDER.write().unwrap_or_else(PoisonError::into_inner), provider);
    THRESHOLD.store(threshold, Ordering::Relaxed);
    if let Some(before) = before {
        replaced().push(before);
        flush_replaced(end_of(REPLACE_WAIT_MAX));
    }
}

/// Whether events of a level go anywhere; one relaxed load.
#[inline]
pub fn enabled(level: Level) -> bool {
    level as u8 >= THRESHOLD.load(Ordering::Relaxed)
}

/// Waits until what was emitted before has been written, at most for `deadline`; whether it has.
///
/// That goes for providers replaced since, too. What was dropped because a queue was full is not waited for;
/// `dropped` counts it.
pub fn flush(deadline: Duration) -> bool {
    let end = end_of(deadline);
    let replaced = flush_replaced(end);
    provider().is_none_or(|provider| provider.flush(end)) && replaced
}

/// Events lost since the start of the process because the console did not keep up, or did not take them.
pub fn dropped() -> u64 {
    console::dropped()
}

fn end_of(deadline: Duration) -> Instant {
    Instant::now() + deadline.min(DEADLINE_MAX)
}

/// Whether all that was waited for has been written. Forgets the providers that nobody can emit to any more.
fn flush_replaced(end: Instant) -> bool {
    let mut all_written = true;
    let waiting: Vec<_> = replaced().clone();
    for provider in waiting {
        // Two are the list and this clone; one more may be about to emit. Asked before the flush, which then sees all.
        let is_settled = Arc::strong_count(&provider) == 2;
        let is_written = provider.flush(end);
        all_written &= is_written;
        if is_settled && is_written {
            replaced().retain(|other| !Arc::ptr_eq(other, &provider));
        }
    }
    all_written
}

fn replaced() -> MutexGuard<'static, Vec<Arc<dyn LogProvider>>> {
    REPLACED.lock().unwrap_or_else(PoisonError::into_inner)
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

    pub use telemetry_schema::{event_key_problem, event_keys_problem, event_name_problem};

    /// Emits an event whose level is enabled.
    #[cold]
    pub fn emit(descriptor: &'static EventDescriptor, fields: &[EventField<'_>]) {
        super::emit(descriptor, fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Slow;

    impl LogProvider for Slow {
        fn emit(&self, _event: &Event<'_>) {}

        fn flush(&self, end: Instant) -> bool {
            end > Instant::now() + Duration::from_secs(60)
        }
    }

    /// One test, because the provider belongs to the process.
    #[test]
    fn a_flush_is_only_true_if_the_provider_before_has_written_everything_too() {
        *PROVIDER.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(Slow));
        init(LogConfig { level: Level::Info, provider: Provider::Noop });
        assert!(!flush(Duration::from_secs(5)));
        assert!(flush(Duration::MAX));
        assert!(flush(Duration::ZERO));
    }
}
