//! Events: named things that happened, with key-values, on their way to the providers of the process.
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
mod declared;
mod drops;
mod event;
mod fields;
mod filter;
pub mod its;
mod level;
#[cfg(feature = "tracing")]
mod libraries;
mod line;
mod macros;
mod names;
#[cfg(feature = "opentelemetry")]
mod opentelemetry;
mod provider;
mod rate;
mod scope;
mod site;
mod value;

use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub use capture::{Capture, CapturedEvent};
pub use clock::Timestamp;
pub use declared::DeclaredEvent;
pub use drops::{DropReason, dropped, dropped_by};
pub use event::{Event, EventDescriptor, EventField, EventValue, FieldDescriptor};
pub use fields::{FieldSet, Slots};
pub use filter::{Filter, FilterProblems};
pub use its::{FieldValue, LogView, SpanEventView, SpanLinkView, SpanView, Taken};
pub use level::{Level, UnknownLevel};
#[cfg(feature = "tracing")]
pub use libraries::{FacadeTaken, LibraryEvents};
#[cfg(feature = "opentelemetry")]
pub use opentelemetry::set_opentelemetry;
pub use provider::{InternalProvider, LogConfig, LogSetup, Provider, Providers, UnknownProvider};
pub use scope::{Aspect, AspectGuard, SuppressGuard, aspect, is_suppressed, suppress};
pub use site::EventSite;
pub use value::EventScalar;

pub(crate) use drops::count_dropped;
pub(crate) use event::crate_of;
pub(crate) use site::LinkedEvent;

use console::{DirectConsole, QueuedConsole};
use its::{Log, Refused};
use provider::{Destination, LogProvider};
use rate::Admission;

/// Above every level: nothing is enabled before `init`.
const OFF: u8 = u8::MAX;

/// The least level that goes anywhere at all.
static THRESHOLD: AtomicU8 = AtomicU8::new(OFF);
static FILTER: RwLock<Option<Filter>> = RwLock::new(None);
/// Where the events of each aspect go, in the order of `Aspect::ALL`.
static DESTINATIONS: [RwLock<Destination>; Aspect::ALL.len()] =
    [const { RwLock::new(Destination::Nowhere) }; Aspect::ALL.len()];
/// What kind of destination that is, so that the quick one needs no lock.
static KINDS: [AtomicU8; Aspect::ALL.len()] = [const { AtomicU8::new(NOWHERE) }; Aspect::ALL.len()];
const NOWHERE: u8 = 0;
const ITS: u8 = 1;
const LINES: u8 = 2;
const MEMORY: u8 = 3;

/// What stands in the log for events of one call site that do not.
static HELD_BACK: EventSite = EventSite::new(
    EventDescriptor::new("telemetry.logs.held_back", Level::Warn, module_path!())
        .with_brief("Events of one call site were held back, because there were too many at once.")
        .with_fields(&[FieldDescriptor::untyped("event.name"), FieldDescriptor::untyped("log.record.count")]),
);
inventory::submit! { LinkedEvent(&HELD_BACK) }

/// Providers replaced by others, as long as not all they took is written.
static REPLACED: Mutex<Vec<Arc<dyn LogProvider>>> = Mutex::new(Vec::new());

/// How long `init` waits for what the provider before has not written yet; `flush` waits for the rest.
const REPLACE_WAIT_MAX: Duration = Duration::from_secs(1);
/// Longer than any process lives, and still a time that a clock can show.
const DEADLINE_MAX: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Sends the events of this process to providers, instead of those before, which are flushed.
pub fn init(setup: impl Into<LogSetup>) {
    let LogSetup { filter, providers, per_second } = setup.into();
    rate::set(per_second);
    let least = filter.least();
    *FILTER.write().unwrap_or_else(PoisonError::into_inner) = Some(filter);
    let before = providers.start().into_iter().zip(0..).map(|(destination, at)| replace(at, destination));
    let before: Vec<Destination> = before.collect();
    let is_off = KINDS.iter().all(|kind| kind.load(Ordering::Relaxed) == NOWHERE);
    THRESHOLD.store(least.filter(|_| !is_off).map_or(OFF, |level| level as u8), Ordering::Relaxed);
    site::update_all();
    #[cfg(feature = "tracing")]
    libraries::refresh();
    let count = add_replaced(&before);
    // The list alone is to hold them.
    drop(before);
    if count > 0 {
        flush_replaced(end_of(REPLACE_WAIT_MAX));
    }
}

fn replace(at: usize, destination: Destination) -> Destination {
    let kind = match destination {
        Destination::Nowhere => NOWHERE,
        Destination::Its => ITS,
        Destination::Lines(_) => LINES,
        Destination::Memory(_) => MEMORY,
    };
    let mut place = DESTINATIONS[at].write().unwrap_or_else(PoisonError::into_inner);
    KINDS[at].store(kind, Ordering::Relaxed);
    mem::replace(&mut *place, destination)
}

/// Keeps each provider once, however many aspects shared it; how many those are.
fn add_replaced(before: &[Destination]) -> usize {
    let mut replaced = replaced();
    for provider in before.iter().filter_map(Destination::provider) {
        if !replaced.iter().any(|other| Arc::ptr_eq(other, provider)) {
            replaced.push(Arc::clone(provider));
        }
    }
    replaced.len()
}

/// Whether events of a level go anywhere, from a module.
fn goes_anywhere(level: Level, module: &str, is_internal: bool) -> bool {
    let goes = |aspect: &Aspect| KINDS[*aspect as usize].load(Ordering::Relaxed) != NOWHERE;
    let has_provider =
        Aspect::ALL.iter().filter(|aspect| (**aspect == Aspect::Internal) == is_internal).any(goes);
    let filter = FILTER.read().unwrap_or_else(PoisonError::into_inner);
    has_provider && filter.as_ref().is_some_and(|filter| filter.enables(level, module))
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
    // All of them, also after one that has not.
    let written = providers().iter().filter(|provider| !provider.flush(end)).count() == 0;
    written && replaced
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

/// Those at work, each once.
fn providers() -> Vec<Arc<dyn LogProvider>> {
    let mut all: Vec<Arc<dyn LogProvider>> = Vec::new();
    for destination in &DESTINATIONS {
        let destination = destination.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(provider) =
            destination.provider().filter(|one| !all.iter().any(|other| Arc::ptr_eq(one, other)))
        {
            all.push(Arc::clone(provider));
        }
    }
    all
}

fn emit(site: &'static EventSite, message: Option<fmt::Arguments<'_>>, fields: &[EventField<'_>]) {
    if is_suppressed() {
        return;
    }
    let aspect = if site.is_internal() { Aspect::Internal } else { scope::current_aspect() };
    let kind = KINDS[aspect as usize].load(Ordering::Relaxed);
    if kind == NOWHERE {
        return;
    }
    let time = SystemTime::now();
    let unix_nanos = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
    let descriptor = site.descriptor();
    match if kind == MEMORY { Admission::Yes } else { rate::admit(site, unix_nanos) } {
        Admission::Yes => {}
        Admission::YesAfter(count) => tell_held_back(aspect, kind, time, descriptor, count),
        Admission::No => return count_dropped(DropReason::RateLimited, descriptor.level),
    }
    let span = crate::trace::current_span();
    send(aspect, kind, &Event { time, descriptor, message, span, fields }, unix_nanos);
}

fn send(aspect: Aspect, kind: u8, event: &Event<'_>, unix_nanos: u64) {
    if kind == ITS {
        return keep(event, unix_nanos);
    }
    // Cloned, so that a provider that takes its time keeps nobody from replacing it.
    let destination = DESTINATIONS[aspect as usize].read().unwrap_or_else(PoisonError::into_inner).clone();
    match destination {
        Destination::Nowhere => {}
        // Since the kind was read.
        Destination::Its => keep(event, unix_nanos),
        Destination::Lines(provider) | Destination::Memory(provider) => provider.emit(event),
    }
}

fn keep(event: &Event<'_>, unix_nanos: u64) {
    let &Event { descriptor, message, span, fields, .. } = event;
    match its::push_log(&Log { time: unix_nanos, descriptor, message, span, fields }) {
        Ok(()) => {}
        Err(Refused::Full) => count_dropped(DropReason::QueueFull, descriptor.level),
        Err(Refused::Ending) => count_dropped(DropReason::Shutdown, descriptor.level),
    }
}

#[cold]
fn tell_held_back(aspect: Aspect, kind: u8, time: SystemTime, descriptor: &EventDescriptor, count: u32) {
    let fields = [
        EventField { key: "event.name", value: EventValue::Text(descriptor.name) },
        EventField { key: "log.record.count", value: EventValue::Int(count.into()) },
    ];
    let unix_nanos = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
    let event =
        Event { time, descriptor: HELD_BACK.descriptor(), message: None, span: None, fields: &fields };
    send(aspect, kind, &event, unix_nanos);
}

/// What the event macros expand to; not for use by hand.
#[doc(hidden)]
pub mod __private {
    use std::fmt;

    use super::EventField;

    pub use inventory;

    pub use super::declared::emit_declared;
    pub use super::fields::{EMPTY_SLOT, FieldPart, fields, fields_len, fields_problem};
    pub use super::names::{event_key_problem, event_keys_problem, event_name_problem};
    pub use super::site::{EventSite, LinkedEvent};
    pub use super::value::{Given, NoValue, Shown};

    /// Emits an event that is enabled.
    #[inline(never)]
    pub fn emit(site: &'static EventSite, message: Option<fmt::Arguments<'_>>, fields: &[EventField<'_>]) {
        super::emit(site, message, fields);
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
        replace(Aspect::Engine as usize, Destination::Lines(Arc::new(Slow)));
        init(LogConfig { level: Level::Info, provider: Provider::Noop });
        assert!(!flush(Duration::from_secs(5)));
        assert!(flush(Duration::MAX));
        assert!(flush(Duration::ZERO));
    }
}
