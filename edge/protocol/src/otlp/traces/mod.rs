//! OTLP traces: `ExportTraceServiceRequest`, in protobuf and JSON. Of a kept span only the trace state can change.

mod json;
mod protobuf;

use edge_policy::{Nanos, Signal, Simple, Slots, Value, Wanted, Worker};
use edge_stream::json::Cursor;
use edge_stream::protobuf::{Field, Malformed};

use super::batch::{Names, Records, filter_json, filter_protobuf};
use super::layout::Layout;
use crate::plan::{BodyFilter, Filtered};

/// Filters protobuf bodies of traces.
#[derive(Debug)]
pub struct TracesProtobuf;

/// Filters JSON bodies of traces.
#[derive(Debug)]
pub struct TracesJson;

impl BodyFilter for TracesProtobuf {
    fn filter(&self, body: &[u8], worker: &mut Worker, now: Nanos) -> Filtered {
        filter_protobuf::<Spans>(body, worker, now)
    }
}

impl BodyFilter for TracesJson {
    fn filter(&self, body: &[u8], worker: &mut Worker, now: Nanos) -> Filtered {
        filter_json::<Spans>(body, worker, now)
    }
}

struct Spans;

impl Records for Spans {
    const SIGNAL: Signal = Signal::Trace;
    const NAMES: Names = Names { resources: "resourceSpans", scopes: "scopeSpans", records: "spans" };

    fn protobuf<'a>(
        walk: &mut super::protobuf::Walk<'_, '_, 'a>,
        field: &Field<'a>,
    ) -> Result<bool, Malformed> {
        protobuf::span(walk, field)
    }

    fn json<'a>(
        walk: &mut super::json::Walk<'_, '_, 'a>,
        cursor: &mut Cursor<'a>,
    ) -> Result<bool, Malformed> {
        json::span(walk, cursor)
    }
}

/// `Span` of opentelemetry/proto/trace/v1/trace.proto, but for the messages in it.
static SPAN: Layout = Layout::new(
    &[
        (1, "traceId", Simple::TraceId),
        (2, "spanId", Simple::SpanId),
        (3, "traceState", Simple::TraceState),
        (4, "parentSpanId", Simple::ParentSpanId),
        (5, "name", Simple::SpanName),
        (6, "kind", Simple::SpanKind),
    ],
    Some((9, "attributes")),
);

/// `Span.Event`
static EVENT: Layout = Layout::new(&[(2, "name", Simple::SpanEventName)], Some((3, "attributes")));

/// `Span.Link`, whose attributes no policy can name.
static LINK: Layout = Layout::new(&[(1, "traceId", Simple::LinkTraceId)], None);

/// `Status`
static CODE: Layout = Layout::new(&[(3, "code", Simple::SpanStatus)], None);

/// Tells the status of a span that says nothing of it.
fn fill_unset_status(wanted: &Wanted, slots: &mut Slots<'_, '_>) {
    if let Some(slot) = wanted.simple(Simple::SpanStatus) {
        slots.field(slot, Value::Int(0));
    }
}
