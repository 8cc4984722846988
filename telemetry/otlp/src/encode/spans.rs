//! `ExportTraceServiceRequest` (OpenTelemetry protocol, trace.proto).

use std::ops::Range;

use telemetry::logs::{SpanEventView, SpanLinkView, SpanView, Taken};
use telemetry::trace::{SpanContext, SpanKind, SpanStatus};

use super::attributes::{self, key_value};
use super::scopes;
use super::wire::{
    LARGE, SMALL, bytes_field, fixed32_field, fixed64_field, message, message_if_any, text_field,
    varint_field,
};

/// `SpanFlags`: the flags of `traceparent`, then whether the parent is known to be local or remote.
const SAMPLED: u32 = 1;
const RANDOM: u32 = 1 << 1;
const HAS_IS_REMOTE: u32 = 1 << 8;
const IS_REMOTE: u32 = 1 << 9;

/// Appends an `ExportTraceServiceRequest` with the spans of `taken` at these places; how many those are.
///
/// The scope of a span is its target. Nothing is appended if there is no span. Allocates nothing where the buffer is
/// large enough.
pub fn encode_spans(
    taken: &Taken,
    places: Range<usize>,
    resource: &[(String, String)],
    out: &mut Vec<u8>,
) -> usize {
    let spans = || taken.spans().skip(places.start).take(places.len());
    message_if_any::<LARGE>(out, 1, |out| {
        attributes::resource(out, resource);
        scopes(spans, SpanView::target, |target, spans| {
            message_if_any::<LARGE>(out, 2, |out| {
                attributes::scope(out, target);
                spans.inspect(|span| write_span(out, span)).count()
            })
        })
    })
}

fn write_span(out: &mut Vec<u8>, span: &SpanView<'_>) {
    message::<SMALL>(out, 2, |out| {
        ids(out, span.context());
        text_field(out, 3, span.trace_state());
        if let Some(parent) = span.parent() {
            bytes_field(out, 4, &parent.0);
        }
        text_field(out, 5, span.name());
        varint_field(out, 6, kind(span.kind()));
        fixed64_field(out, 7, span.start_unix_nanos());
        fixed64_field(out, 8, span.end_unix_nanos());
        span.fields().for_each(|(key, value)| key_value(out, 9, key, value));
        span.events().for_each(|event| write_event(out, &event));
        varint_field(out, 12, u64::from(span.dropped_events()));
        span.links().for_each(|link| write_link(out, &link));
        varint_field(out, 14, u64::from(span.dropped_links()));
        status(out, span.status());
        fixed32_field(out, 16, flags(span));
    });
}

fn ids(out: &mut Vec<u8>, context: SpanContext) {
    bytes_field(out, 1, &context.trace_id.0);
    bytes_field(out, 2, &context.span_id.0);
}

fn write_event(out: &mut Vec<u8>, event: &SpanEventView<'_>) {
    message::<SMALL>(out, 11, |out| {
        fixed64_field(out, 1, event.time_unix_nanos);
        text_field(out, 2, event.name());
        event.fields().for_each(|(key, value)| key_value(out, 3, key, value));
    });
}

fn write_link(out: &mut Vec<u8>, link: &SpanLinkView<'_>) {
    message::<SMALL>(out, 13, |out| {
        ids(out, link.context);
        link.fields().for_each(|(key, value)| key_value(out, 4, key, value));
        fixed32_field(out, 6, u32::from(link.context.is_sampled));
    });
}

/// `SpanKind`.
fn kind(kind: SpanKind) -> u64 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

fn status(out: &mut Vec<u8>, status: SpanStatus<'_>) {
    let (code, message_text) = match status {
        SpanStatus::Unset => return,
        SpanStatus::Ok => (1, ""),
        SpanStatus::Error(message) => (2, message),
    };
    message::<SMALL>(out, 15, |out| {
        text_field(out, 2, message_text);
        varint_field(out, 3, code);
    });
}

fn flags(span: &SpanView<'_>) -> u32 {
    let own = u32::from(span.context().is_sampled) * SAMPLED + u32::from(span.is_random()) * RANDOM;
    own | match span.is_parent_remote() {
        None => 0,
        Some(false) => HAS_IS_REMOTE,
        Some(true) => HAS_IS_REMOTE | IS_REMOTE,
    }
}
