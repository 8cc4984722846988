//! Where an event is emitted: what it is, and whether it goes anywhere at the moment.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::EventDescriptor;

const DISABLED: u8 = 0;
const ENABLED: u8 = 1;
/// Nobody came by yet.
const UNKNOWN: u8 = 2;

/// One call of an event macro, or one declared event.
#[derive(Debug)]
pub struct EventSite {
    descriptor: EventDescriptor,
    /// Whether the SDK itself emits here.
    is_internal: bool,
    /// Set for all sites that are known whenever the providers or the filter change: asking is one relaxed load.
    state: AtomicU8,
    pub(super) window: AtomicU64,
}

static KNOWN: Mutex<Vec<&'static EventSite>> = Mutex::new(Vec::new());

impl EventSite {
    /// A place that nobody came by yet.
    pub const fn new(descriptor: EventDescriptor) -> Self {
        let is_internal = is_internal(descriptor.target);
        Self { descriptor, is_internal, state: AtomicU8::new(UNKNOWN), window: AtomicU64::new(0) }
    }

    /// What is emitted here.
    pub const fn descriptor(&'static self) -> &'static EventDescriptor {
        &self.descriptor
    }

    /// Whether it goes anywhere; one relaxed load and a compare.
    #[inline]
    pub fn is_enabled(&'static self) -> bool {
        match self.state.load(Ordering::Relaxed) {
            DISABLED => false,
            ENABLED => true,
            _ => self.meet(),
        }
    }

    /// Whether the SDK itself emits here.
    #[inline]
    pub(super) fn is_internal(&self) -> bool {
        self.is_internal
    }

    #[cold]
    fn meet(&'static self) -> bool {
        // Under the lock of the list, so that a change of the filter meanwhile either sees this site or is seen here.
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if self.state.load(Ordering::Relaxed) == UNKNOWN {
            known.push(self);
            self.update();
        }
        self.state.load(Ordering::Relaxed) == ENABLED
    }

    fn update(&self) {
        let is_enabled =
            super::goes_anywhere(self.descriptor.level, self.descriptor.module, self.is_internal);
        self.state.store(if is_enabled { ENABLED } else { DISABLED }, Ordering::Relaxed);
    }
}

/// Whether a target is a crate of this SDK, or one of OpenTelemetry's, which may be what a provider is made of.
pub(super) const fn is_internal(target: &str) -> bool {
    let target = target.as_bytes();
    starts_with(target, b"opentelemetry")
        || starts_with(target, b"telemetry") && (target.len() == 9 || matches!(target[9], b'_' | b'-' | b':'))
}

const fn starts_with(text: &[u8], start: &[u8]) -> bool {
    let mut at = 0;
    while at < start.len() {
        if at == text.len() || text[at] != start[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// To be called after every change of the providers or the filter.
pub(super) fn update_all() {
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.iter().for_each(|site| site.update());
}

/// An event that is linked into the program, live or not. What the macros submit.
#[doc(hidden)]
#[derive(Debug)]
pub struct LinkedEvent(pub &'static EventSite);

inventory::collect!(LinkedEvent);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdks_crates_are_internal_and_none_else() {
        for (target, expected) in [
            ("telemetry", true),
            ("telemetry_otlp", true),
            ("telemetry::logs", true),
            ("opentelemetry_sdk", true),
            ("opentelemetry-otlp", true),
            ("telemetrics", false),
            ("tele", false),
            ("", false),
            ("edge_telemetry", false),
        ] {
            assert_eq!(is_internal(target), expected, "{target}");
        }
    }
}
