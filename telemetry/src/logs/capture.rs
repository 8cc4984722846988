//! Events kept in memory, for tests to look at.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::provider::LogProvider;
use super::{Event, EventValue, Level};
use crate::trace::SpanContext;

/// Keeps events in memory. Clones share what they keep: give one to `init` and ask the other.
///
/// A process has one provider, so tests that run at the same time see each other's events: look for your own.
#[derive(Debug, Clone, Default)]
pub struct Capture {
    events: Arc<Mutex<Vec<CapturedEvent>>>,
}

/// An event with its values formatted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturedEvent {
    /// When it happened.
    pub time: SystemTime,
    /// Its name.
    pub name: &'static str,
    /// How much it matters.
    pub level: Level,
    /// The crate that emitted it.
    pub target: &'static str,
    /// What a person reads, if somebody wrote it.
    pub message: Option<String>,
    /// The span it happened in.
    pub span: Option<SpanContext>,
    /// The particulars, in the order written.
    pub fields: Vec<(&'static str, String)>,
}

impl Capture {
    /// Keeps nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything kept so far.
    pub fn events(&self) -> Vec<CapturedEvent> {
        self.lock().clone()
    }

    /// What was kept of one name.
    pub fn named(&self, name: &str) -> Vec<CapturedEvent> {
        self.lock().iter().filter(|event| event.name == name).cloned().collect()
    }

    /// Forgets everything kept so far.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<CapturedEvent>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CapturedEvent {
    /// The value of a field.
    pub fn field(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(found, _)| *found == key).map(|(_, value)| value.as_str())
    }
}

impl LogProvider for Capture {
    fn emit(&self, event: &Event<'_>) {
        let fields = event.fields.iter().filter(|field| !field.value.is_absent());
        let fields = fields.map(|field| (field.key, field.value.to_text())).collect();
        let &super::EventDescriptor { name, level, target, .. } = event.descriptor;
        let message = event.message.map(|message| EventValue::Display(&message).to_text());
        self.lock().push(CapturedEvent {
            time: event.time,
            name,
            level,
            target,
            message,
            span: event.span,
            fields,
        });
    }
}
