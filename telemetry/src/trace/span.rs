//! Spans under way: what is said about them, and where they go when they end.

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use super::setup::{Decision, decide};
use super::{Entered, SpanContext, SpanDescriptor, SpanId, SpanStatus, TraceContext, TraceId, current};
use crate::logs::its::{self, Arena, LinkRecord, MarkRecord, Refused, Shown};
use crate::logs::{self, DeclaredEvent, DropReason, EventField, Level};

/// Events, and links, that one span keeps; further ones are counted.
const PARTICULARS_MAX: usize = 128;
/// Recordings that a thread keeps for its next spans.
const POOL_MAX: usize = 64;

thread_local! {
    #[expect(clippy::vec_box, reason = "spans hold their box, and shall get it back instead of a new one")]
    static POOL: RefCell<Vec<Box<Recording>>> = const { RefCell::new(Vec::new()) };
}

/// What a new span is part of.
#[derive(Debug, Clone, Copy)]
pub enum Parent<'a> {
    /// The span under way on this thread, or nothing if there is none.
    Current,
    /// Nothing: a trace begins.
    None,
    /// A span of this process.
    Local(&'a TraceContext),
    /// A span of the process that called.
    Remote(&'a TraceContext),
}

/// A span under way. Ends when it is dropped, on whichever thread that is.
#[derive(Debug)]
#[must_use = "the span ends as soon as this is dropped"]
pub struct ActiveSpan {
    /// `None` only while it ends.
    head: Option<Head>,
    context: TraceContext,
    recording: Option<Box<Recording>>,
}

/// What a span is, apart from what varies in size.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) descriptor: &'static SpanDescriptor,
    pub(crate) context: TraceContext,
    pub(crate) parent: Option<ParentSpan>,
    pub(crate) start: u64,
    pub(crate) status: SpanStatus<'static>,
    pub(crate) dropped_events: u32,
    pub(crate) dropped_links: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct ParentSpan {
    pub(crate) span_id: SpanId,
    pub(crate) is_remote: bool,
}

/// What varies in size.
#[derive(Debug, Default)]
struct Recording {
    attributes: Arena,
    particulars: Arena,
    events: Vec<MarkRecord>,
    links: Vec<LinkRecord>,
    status_message: String,
}

/// A span on its way into a buffer.
pub(crate) struct Finished<'a> {
    pub(crate) head: Head,
    pub(crate) end: u64,
    pub(crate) status_message: &'a str,
    pub(crate) attributes: &'a Arena,
    pub(crate) particulars: &'a Arena,
    pub(crate) events: &'a [MarkRecord],
    pub(crate) links: &'a [LinkRecord],
}

impl ActiveSpan {
    /// Starts a span. Without `trace::init` nothing is recorded, and the context of the parent is handed on.
    pub fn start(descriptor: &'static SpanDescriptor, parent: Parent<'_>, fields: &[EventField<'_>]) -> Self {
        let of_thread = matches!(parent, Parent::Current).then(current).flatten();
        let (parent, is_remote) = match parent {
            Parent::Current => (of_thread.as_ref(), false),
            Parent::None => (None, false),
            Parent::Local(context) => (Some(context), false),
            Parent::Remote(context) => (Some(context), true),
        };
        let parent = parent.filter(|parent| parent.span.is_valid());
        let Some(Decision { trace_id, is_sampled, state }) = decide(parent) else {
            return Self::unrecorded(parent.cloned().unwrap_or_default());
        };
        let span = SpanContext { trace_id, span_id: random_span_id(), is_sampled };
        // Own ids are random as a whole.
        let context = TraceContext { span, is_random: parent.is_none_or(|parent| parent.is_random), state };
        if !is_sampled || logs::is_suppressed() {
            return Self::unrecorded(context);
        }
        let parent = parent.map(|parent| ParentSpan { span_id: parent.span.span_id, is_remote });
        Self::recorded(descriptor, context, parent, fields)
    }

    fn unrecorded(context: TraceContext) -> Self {
        Self { head: None, context, recording: None }
    }

    fn recorded(
        descriptor: &'static SpanDescriptor,
        context: TraceContext,
        parent: Option<ParentSpan>,
        fields: &[EventField<'_>],
    ) -> Self {
        let mut recording = pooled();
        Shown::with(None, fields, |shown| {
            recording.attributes.push(fields, shown);
        });
        let head = Head {
            descriptor,
            context: context.clone(),
            parent,
            start: now(),
            status: SpanStatus::Unset,
            dropped_events: 0,
            dropped_links: 0,
        };
        Self { head: Some(head), context, recording: Some(recording) }
    }

    /// Where the trace goes on: for children on other threads, and for the headers of a request.
    pub fn context(&self) -> &TraceContext {
        &self.context
    }

    /// Whether anything said about it is kept.
    pub fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// Makes it the span under way on this thread, until the guard is dropped. Not for across an `.await`: see
    /// [`within`](super::within).
    pub fn enter(&self) -> Entered {
        super::enter(&self.context)
    }

    /// Sets an attribute, instead of what was set before.
    pub fn set_field(&mut self, field: EventField<'_>) {
        if let Some(recording) = &mut self.recording {
            Shown::with(None, &[field], |shown| recording.attributes.set(field, shown));
        }
    }

    /// Says how it went. `Ok` is final (OpenTelemetry, "Set Status").
    pub fn set_status(&mut self, status: SpanStatus<'_>) {
        let (Some(head), Some(recording)) = (&mut self.head, &mut self.recording) else { return };
        if head.status == SpanStatus::Ok {
            return;
        }
        head.status = match status {
            SpanStatus::Unset => return,
            SpanStatus::Ok => SpanStatus::Ok,
            SpanStatus::Error(message) => {
                recording.status_message.clear();
                recording.status_message.push_str(its::kept(message));
                SpanStatus::Error("")
            }
        };
    }

    /// Keeps something that happened within.
    pub fn add_event(&mut self, name: &'static str, fields: &[EventField<'_>]) {
        let (Some(head), Some(recording)) = (&mut self.head, &mut self.recording) else { return };
        if recording.events.len() == PARTICULARS_MAX {
            head.dropped_events += 1;
            return;
        }
        Shown::with(None, fields, |shown| {
            let fields = recording.particulars.push(fields, shown);
            recording.events.push(MarkRecord { time: now(), name, fields });
        });
    }

    /// Keeps a declared event that happened within. It goes into no log, and its message nowhere.
    pub fn event<E: DeclaredEvent>(&mut self, event: &E) {
        if self.is_recording() {
            event.with_fields(|fields| self.add_event(E::DESCRIPTOR.name, fields));
        }
    }

    /// Names another span that it has to do with.
    pub fn link(&mut self, context: SpanContext) {
        self.add_link(context, &[]);
    }

    /// Names another span that it has to do with, and how.
    pub fn add_link(&mut self, context: SpanContext, fields: &[EventField<'_>]) {
        let (Some(head), Some(recording)) = (&mut self.head, &mut self.recording) else { return };
        if recording.links.len() == PARTICULARS_MAX {
            head.dropped_links += 1;
            return;
        }
        Shown::with(None, fields, |shown| {
            let fields = recording.particulars.push(fields, shown);
            recording.links.push(LinkRecord { context, fields });
        });
    }
}

impl Drop for ActiveSpan {
    fn drop(&mut self) {
        let (Some(head), Some(recording)) = (self.head.take(), self.recording.take()) else { return };
        // The clock may have been set back.
        let end = now().max(head.start);
        let finished = Finished {
            head,
            end,
            status_message: &recording.status_message,
            attributes: &recording.attributes,
            particulars: &recording.particulars,
            events: &recording.events,
            links: &recording.links,
        };
        match its::push_span(finished) {
            Ok(()) => {}
            Err(Refused::Full) => logs::count_dropped(DropReason::QueueFull, Level::Info),
            Err(Refused::Ending) => logs::count_dropped(DropReason::Shutdown, Level::Info),
        }
        give_back(recording);
    }
}

fn pooled() -> Box<Recording> {
    POOL.try_with(|pool| pool.borrow_mut().pop()).ok().flatten().unwrap_or_default()
}

fn give_back(mut recording: Box<Recording>) {
    recording.attributes.clear();
    recording.particulars.clear();
    recording.events.clear();
    recording.links.clear();
    recording.status_message.clear();
    let _ = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        if pool.len() < POOL_MAX {
            pool.push(recording);
        }
    });
}

/// From the thread's own generator, seeded by the system. All zeros is no id, and as likely as any other.
pub(super) fn random_trace_id() -> TraceId {
    TraceId(fastrand::u128(1..).to_be_bytes())
}

fn random_span_id() -> SpanId {
    SpanId(fastrand::u64(1..).to_be_bytes())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}

#[cfg(test)]
mod tests {
    use super::super::{SpanKind, TraceConfig, init};
    use super::*;
    use crate::logs::Taken;

    static SPAN: SpanDescriptor = SpanDescriptor::new("test.span", SpanKind::Internal, "test");

    #[test]
    fn a_span_does_not_end_before_it_starts_if_the_clock_is_set_back() {
        init(Some(TraceConfig::default()));
        let mut span = ActiveSpan::start(&SPAN, Parent::None, &[]);
        span.head.as_mut().expect("it records").start = u64::MAX;
        drop(span);
        let mut taken = Taken::new();
        its::take(&mut taken);
        assert_eq!(taken.spans().next().expect("it has ended").end_unix_nanos(), u64::MAX);
    }
}
