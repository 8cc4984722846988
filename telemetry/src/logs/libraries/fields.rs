//! Fields of `tracing` as ours.
//!
//! `tracing` lends each value for one call only, so they are gathered before anybody gets them.

use std::cell::RefCell;
use std::fmt;

use tracing_core::Event;
use tracing_core::field::{Field, Visit};

use super::super::its::{Arena, FieldValue, Shown};
use super::super::value::EventScalar;
use super::super::{EventField, EventValue};

/// Most fields that an event of `tracing` can have.
const FIELDS_MAX: usize = 32;
/// What a person reads, to `tracing`.
const MESSAGE: &str = "message";

thread_local! {
    static SCRATCH: RefCell<Arena> = RefCell::default();
}

/// Calls `then` with the message and the fields of an event.
pub(super) fn with(event: &Event<'_>, then: impl FnOnce(Option<fmt::Arguments<'_>>, &[EventField<'_>])) {
    // Taken out meanwhile, so that an event emitted by a value finds an empty one instead of this.
    let mut arena = SCRATCH.try_with(RefCell::take).unwrap_or_default();
    arena.clear();
    event.record(&mut Gather(&mut arena));
    hand_on(&arena, then);
    // A thread that is ending has nowhere to keep it.
    let _ = SCRATCH.try_with(|kept| kept.replace(arena));
}

fn hand_on(arena: &Arena, then: impl FnOnce(Option<fmt::Arguments<'_>>, &[EventField<'_>])) {
    let mut fields = [EventField { key: "", value: EventValue::Absent }; FIELDS_MAX];
    let (mut count, mut message) = (0, None);
    for (key, value) in arena.all() {
        match value {
            FieldValue::Text(text) if key == MESSAGE => message = Some(text),
            _ if count < FIELDS_MAX => {
                fields[count] = EventField { key, value: value.into() };
                count += 1;
            }
            _ => {}
        }
    }
    match message {
        Some(message) => then(Some(format_args!("{message}")), &fields[..count]),
        None => then(None, &fields[..count]),
    }
}

struct Gather<'a>(&'a mut Arena);

impl Gather<'_> {
    fn push(&mut self, field: &Field, value: EventValue<'_>) {
        let field = [EventField { key: field.name(), value }];
        Shown::with(None, &field, |shown| {
            self.0.push(&field, shown);
        });
    }
}

impl Visit for Gather<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, value.event_value());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, value.event_value());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, value.event_value());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, value.event_value());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, value.event_value());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.push(field, EventValue::Debug(value));
    }
}
