//! Spans as a receiver decodes them.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{
    ResourceSpans, ScopeSpans, Span, Status, span as proto, status::StatusCode,
};
use proptest::prelude::*;
use prost::Message;
use telemetry::logs::{EventField, EventValue, SpanView, Taken};
use telemetry::trace::{
    ActiveSpan, Parent, SpanContext, SpanDescriptor, SpanId, SpanKind, SpanStatus, TraceContext, TraceId,
    TraceState,
};
use telemetry_otlp::encode_spans;

use crate::logs::fields;
use crate::{expected, process};

static DESCRIPTORS: [SpanDescriptor; 5] = [
    descriptor("test.inside", SpanKind::Internal, "test"),
    descriptor("test.answer", SpanKind::Server, "test"),
    descriptor("test.call", SpanKind::Client, "elsewhere"),
    descriptor("test.send", SpanKind::Producer, "elsewhere"),
    descriptor("test.take", SpanKind::Consumer, "test"),
];

const fn descriptor(name: &'static str, kind: SpanKind, target: &'static str) -> SpanDescriptor {
    SpanDescriptor::new(name, kind, target)
}

fn span(span: &SpanView<'_>) -> Span {
    let context = span.context();
    let status = match span.status() {
        SpanStatus::Unset => None,
        SpanStatus::Ok => Some((StatusCode::Ok, "")),
        SpanStatus::Error(message) => Some((StatusCode::Error, message)),
    };
    let remote = span.is_parent_remote().map_or(0, |is_remote| if is_remote { 0x300 } else { 0x100 });
    Span {
        trace_id: context.trace_id.0.to_vec(),
        span_id: context.span_id.0.to_vec(),
        trace_state: span.trace_state().to_owned(),
        parent_span_id: span.parent().map_or_else(Vec::new, |parent| parent.0.to_vec()),
        flags: u32::from(context.is_sampled) + 2 * u32::from(span.is_random()) + remote,
        name: span.name().to_owned(),
        kind: match span.kind() {
            SpanKind::Internal => proto::SpanKind::Internal,
            SpanKind::Server => proto::SpanKind::Server,
            SpanKind::Client => proto::SpanKind::Client,
            SpanKind::Producer => proto::SpanKind::Producer,
            SpanKind::Consumer => proto::SpanKind::Consumer,
        } as i32,
        start_time_unix_nano: span.start_unix_nanos(),
        end_time_unix_nano: span.end_unix_nanos(),
        attributes: fields(span.fields()),
        dropped_attributes_count: 0,
        events: span
            .events()
            .map(|event| proto::Event {
                time_unix_nano: event.time_unix_nanos,
                name: event.name().to_owned(),
                attributes: fields(event.fields()),
                dropped_attributes_count: 0,
            })
            .collect(),
        dropped_events_count: span.dropped_events(),
        links: span
            .links()
            .map(|link| proto::Link {
                trace_id: link.context.trace_id.0.to_vec(),
                span_id: link.context.span_id.0.to_vec(),
                trace_state: String::new(),
                attributes: fields(link.fields()),
                dropped_attributes_count: 0,
                flags: u32::from(link.context.is_sampled),
            })
            .collect(),
        dropped_links_count: span.dropped_links(),
        status: status.map(|(code, message)| Status { message: message.to_owned(), code: code as i32 }),
    }
}

fn request(taken: &Taken) -> ExportTraceServiceRequest {
    let mut targets: Vec<&str> = taken.spans().map(|span| span.target()).collect();
    targets.sort_unstable();
    targets.dedup();
    let scope_spans = targets.iter().map(|target| ScopeSpans {
        scope: Some(expected::scope(target)),
        spans: taken.spans().filter(|span| span.target() == *target).map(|it| span(&it)).collect(),
        schema_url: String::new(),
    });
    let resource = Some(expected::resource(&process::resource()));
    let scope_spans = scope_spans.collect();
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource, scope_spans, schema_url: String::new() }],
    }
}

fn check(taken: &Taken) -> Vec<Span> {
    let mut out = Vec::new();
    let count = encode_spans(taken, 0..usize::MAX, &process::resource(), &mut out);
    let decoded = ExportTraceServiceRequest::decode(&out[..]).expect("it is a message");
    assert_eq!(decoded, request(taken));
    assert_eq!(count, taken.spans_len());
    let scopes = decoded.resource_spans.into_iter().flat_map(|it| it.scope_spans);
    scopes.flat_map(|it| it.spans).collect()
}

fn text(text: &str) -> EventField<'_> {
    EventField { key: "test.text", value: EventValue::Text(text) }
}

fn caller(is_sampled: bool) -> TraceContext {
    TraceContext {
        span: SpanContext { trace_id: TraceId([1; 16]), span_id: SpanId([2; 8]), is_sampled },
        is_random: false,
        state: TraceState::parse("vendor=1").expect("it is well formed"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_decoded_is_what_was_recorded(
        spans in prop::collection::vec((0..5_usize, 0..3_u8, 0..3_u8, ".{0,200}", 0..140_usize), 1..8),
    ) {
        let _turn = process::record();
        let remote = caller(true);
        for (kind, parent, status, words, particulars) in &spans {
            let parent = match parent {
                0 => Parent::None,
                1 => Parent::Local(&remote),
                _ => Parent::Remote(&remote),
            };
            let mut span = ActiveSpan::start(&DESCRIPTORS[*kind], parent, &[text(words)]);
            span.set_status(match status {
                0 => SpanStatus::Unset,
                1 => SpanStatus::Ok,
                _ => SpanStatus::Error(words),
            });
            for _ in 0..*particulars {
                span.add_event("test.event", &[text("within")]);
                span.add_link(caller(false).span, &[]);
            }
        }
        prop_assert!(check(&process::taken()).len() == spans.len());
    }
}

#[test]
fn a_receiver_learns_whether_the_parent_is_in_another_process() {
    let _turn = process::record();
    let remote = caller(true);
    for parent in [Parent::None, Parent::Local(&remote), Parent::Remote(&remote)] {
        drop(ActiveSpan::start(&DESCRIPTORS[0], parent, &[]));
    }
    let spans = check(&process::taken());
    // Sampled and random; sampled with a known local, and with a known remote parent.
    assert_eq!(spans.iter().map(|span| span.flags).collect::<Vec<_>>(), [3, 0x101, 0x301]);
}
