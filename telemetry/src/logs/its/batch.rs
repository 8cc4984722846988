//! Records side by side, as they wait for who exports them.

use std::fmt;

use super::super::{EventDescriptor, EventField};
use super::arena::{Arena, Shown, Span, moved};
use crate::trace::{Finished, SpanContext};

/// What one thread recorded. Taken as a whole, and given back empty with its room.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(super) logs: Vec<LogRecord>,
    pub(super) spans: Vec<SpanRecord>,
    pub(super) events: Vec<MarkRecord>,
    pub(super) links: Vec<LinkRecord>,
    pub(super) arena: Arena,
    /// The consumer has been told that there is much.
    pub(super) has_called: bool,
}

#[derive(Debug)]
pub(super) struct LogRecord {
    pub(super) time: u64,
    pub(super) descriptor: &'static EventDescriptor,
    pub(super) message: Option<Span>,
    pub(super) span: Option<SpanContext>,
    pub(super) fields: Span,
}

#[derive(Debug)]
pub(super) struct SpanRecord {
    pub(super) head: crate::trace::Head,
    pub(super) end: u64,
    pub(super) status_message: Span,
    pub(super) fields: Span,
    pub(super) events: Span,
    pub(super) links: Span,
}

/// An event of a span.
#[derive(Debug)]
pub(crate) struct MarkRecord {
    pub(crate) time: u64,
    pub(crate) name: &'static str,
    pub(crate) fields: Span,
}

#[derive(Debug)]
pub(crate) struct LinkRecord {
    pub(crate) context: SpanContext,
    pub(crate) fields: Span,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.logs.is_empty() && self.spans.is_empty()
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> usize {
        self.logs.len() * size_of::<LogRecord>()
            + self.spans.len() * size_of::<SpanRecord>()
            + self.events.len() * size_of::<MarkRecord>()
            + self.links.len() * size_of::<LinkRecord>()
            + self.arena.bytes()
    }

    pub(super) fn clear(&mut self) {
        self.logs.clear();
        self.spans.clear();
        self.events.clear();
        self.links.clear();
        self.arena.clear();
        self.has_called = false;
    }

    pub(super) fn push_log(&mut self, log: &Log<'_>, shown: &Shown) {
        let fields = self.arena.push(log.fields, shown);
        let message = log.message.map(|message| match message.as_str() {
            Some(text) => self.arena.push_text(text),
            None => self.arena.push_text(shown.last()),
        });
        let &Log { time, descriptor, span, .. } = log;
        self.logs.push(LogRecord { time, descriptor, message, span, fields });
    }

    pub(super) fn push_span(&mut self, span: Finished<'_>) {
        let slots = self.arena.append(span.attributes);
        let fields = slots..slots + span.attributes.len();
        let status_message = self.arena.push_text(span.status_message);
        let slots = self.arena.append(span.particulars);
        let (events, links) = (self.events.len() as u32, self.links.len() as u32);
        self.events.extend(span.events.iter().map(|event| MarkRecord {
            time: event.time,
            name: event.name,
            fields: moved(&event.fields, slots),
        }));
        self.links.extend(
            span.links
                .iter()
                .map(|link| LinkRecord { context: link.context, fields: moved(&link.fields, slots) }),
        );
        self.spans.push(SpanRecord {
            head: span.head,
            end: span.end,
            status_message,
            fields,
            events: events..self.events.len() as u32,
            links: links..self.links.len() as u32,
        });
    }
}

/// An event on its way into a buffer.
pub(crate) struct Log<'a> {
    pub(crate) time: u64,
    pub(crate) descriptor: &'static EventDescriptor,
    pub(crate) message: Option<fmt::Arguments<'a>>,
    pub(crate) span: Option<SpanContext>,
    pub(crate) fields: &'a [EventField<'a>],
}
