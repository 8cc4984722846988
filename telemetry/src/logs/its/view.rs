//! Records as exporters read them: borrowed from what was taken, nothing decoded or copied.

use super::super::Level;
use super::FieldValue;
use super::batch::{Batch, LinkRecord, LogRecord, MarkRecord, SpanRecord};
use crate::trace::{SpanContext, SpanId, SpanKind, SpanStatus};

/// Everything taken from the buffers at one go. Owned, and reusable: what it held is dropped by the next take, its
/// room is not.
#[derive(Debug, Default)]
pub struct Taken {
    pub(super) batches: Vec<Batch>,
    /// Empty ones for the next threads.
    pub(super) spare: Vec<Batch>,
}

impl Taken {
    /// Holds nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The events, thread by thread; those of one thread in the order they happened.
    pub fn logs(&self) -> impl Iterator<Item = LogView<'_>> {
        self.batches.iter().flat_map(|batch| batch.logs.iter().map(|record| LogView::new(batch, record)))
    }

    /// The spans, thread by thread; those of one thread in the order they ended.
    pub fn spans(&self) -> impl Iterator<Item = SpanView<'_>> {
        self.batches.iter().flat_map(|batch| batch.spans.iter().map(|record| SpanView::new(batch, record)))
    }

    /// How many events.
    pub fn logs_len(&self) -> usize {
        self.batches.iter().map(|batch| batch.logs.len()).sum()
    }

    /// How many spans.
    pub fn spans_len(&self) -> usize {
        self.batches.iter().map(|batch| batch.spans.len()).sum()
    }

    /// How many records of either kind.
    pub fn len(&self) -> usize {
        self.logs_len() + self.spans_len()
    }

    /// Whether there is no record of either kind.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One event.
#[derive(Debug, Clone, Copy)]
pub struct LogView<'a> {
    /// When it happened.
    pub time_unix_nanos: u64,
    batch: &'a Batch,
    record: &'a LogRecord,
}

impl<'a> LogView<'a> {
    fn new(batch: &'a Batch, record: &'a LogRecord) -> Self {
        Self { time_unix_nanos: record.time, batch, record }
    }

    /// Its name.
    pub fn name(&self) -> &'a str {
        self.record.descriptor.name
    }

    /// How much it matters.
    pub fn level(&self) -> Level {
        self.record.descriptor.level
    }

    /// The crate that emitted it, or what a library calls itself.
    pub fn target(&self) -> &'a str {
        self.record.descriptor.target
    }

    /// What a person reads, if somebody wrote it.
    pub fn message(&self) -> Option<&'a str> {
        self.record.message.as_ref().map(|span| self.batch.arena.text(span))
    }

    /// The span it happened in.
    pub fn span(&self) -> Option<SpanContext> {
        self.record.span
    }

    /// The value of one field.
    pub fn field(&self, key: &str) -> Option<FieldValue<'a>> {
        self.fields().find(|(found, _)| *found == key).map(|(_, value)| value)
    }

    /// The particulars, in the order written.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, FieldValue<'a>)> + use<'a> {
        self.batch.arena.fields(&self.record.fields)
    }
}

/// One span that has ended.
#[derive(Debug, Clone, Copy)]
pub struct SpanView<'a> {
    batch: &'a Batch,
    record: &'a SpanRecord,
}

impl<'a> SpanView<'a> {
    fn new(batch: &'a Batch, record: &'a SpanRecord) -> Self {
        Self { batch, record }
    }

    /// Its ids.
    pub fn context(&self) -> SpanContext {
        self.record.head.context.span
    }

    /// Whether the trace id is random enough to sample by: the second flag of `traceparent`.
    pub fn is_random(&self) -> bool {
        self.record.head.context.is_random
    }

    /// What vendors say in `tracestate`; empty if nothing.
    pub fn trace_state(&self) -> &'a str {
        self.record.head.context.state.as_str()
    }

    /// The span it is part of.
    pub fn parent(&self) -> Option<SpanId> {
        self.record.head.parent.map(|parent| parent.span_id)
    }

    /// Whether the parent is in another process; `None` without a parent.
    pub fn is_parent_remote(&self) -> Option<bool> {
        self.record.head.parent.map(|parent| parent.is_remote)
    }

    /// Its name.
    pub fn name(&self) -> &'a str {
        self.record.head.descriptor.name
    }

    /// Which side of a call it is.
    pub fn kind(&self) -> SpanKind {
        self.record.head.descriptor.kind
    }

    /// The crate that recorded it.
    pub fn target(&self) -> &'a str {
        self.record.head.descriptor.target
    }

    /// When it started.
    pub fn start_unix_nanos(&self) -> u64 {
        self.record.head.start
    }

    /// When it ended.
    pub fn end_unix_nanos(&self) -> u64 {
        self.record.end
    }

    /// How it went.
    pub fn status(&self) -> SpanStatus<'a> {
        match self.record.head.status {
            SpanStatus::Unset => SpanStatus::Unset,
            SpanStatus::Ok => SpanStatus::Ok,
            SpanStatus::Error(_) => SpanStatus::Error(self.batch.arena.text(&self.record.status_message)),
        }
    }

    /// The value of one attribute.
    pub fn field(&self, key: &str) -> Option<FieldValue<'a>> {
        self.fields().find(|(found, _)| *found == key).map(|(_, value)| value)
    }

    /// Its attributes.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, FieldValue<'a>)> + use<'a> {
        self.batch.arena.fields(&self.record.fields)
    }

    /// What happened within.
    pub fn events(&self) -> impl Iterator<Item = SpanEventView<'a>> + use<'a> {
        let (batch, span) = (self.batch, &self.record.events);
        batch.events[span.start as usize..span.end as usize].iter().map(move |record| SpanEventView {
            time_unix_nanos: record.time,
            batch,
            record,
        })
    }

    /// Spans of other traces, or other branches of this, that have to do with it.
    pub fn links(&self) -> impl Iterator<Item = SpanLinkView<'a>> + use<'a> {
        let (batch, span) = (self.batch, &self.record.links);
        batch.links[span.start as usize..span.end as usize].iter().map(move |record| SpanLinkView {
            context: record.context,
            batch,
            record,
        })
    }

    /// Events beyond the limit of one span, which are not in `events`.
    pub fn dropped_events(&self) -> u32 {
        self.record.head.dropped_events
    }

    /// Links beyond the limit of one span, which are not in `links`.
    pub fn dropped_links(&self) -> u32 {
        self.record.head.dropped_links
    }
}

/// Something that happened within a span.
#[derive(Debug, Clone, Copy)]
pub struct SpanEventView<'a> {
    /// When it happened.
    pub time_unix_nanos: u64,
    batch: &'a Batch,
    record: &'a MarkRecord,
}

impl<'a> SpanEventView<'a> {
    /// Its name.
    pub fn name(&self) -> &'a str {
        self.record.name
    }

    /// The value of one field.
    pub fn field(&self, key: &str) -> Option<FieldValue<'a>> {
        self.fields().find(|(found, _)| *found == key).map(|(_, value)| value)
    }

    /// The particulars, in the order written.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, FieldValue<'a>)> + use<'a> {
        self.batch.arena.fields(&self.record.fields)
    }
}

/// A span that another one has to do with.
#[derive(Debug, Clone, Copy)]
pub struct SpanLinkView<'a> {
    /// Which one.
    pub context: SpanContext,
    batch: &'a Batch,
    record: &'a LinkRecord,
}

impl<'a> SpanLinkView<'a> {
    /// What they have to do with each other.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, FieldValue<'a>)> + use<'a> {
        self.batch.arena.fields(&self.record.fields)
    }
}
