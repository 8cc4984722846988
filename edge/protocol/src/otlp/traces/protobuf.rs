//! A `Span` in protobuf.

use edge_policy::{Simple, Slots, SpanDecision, Wanted};
use edge_stream::protobuf::{Field, Fields, Malformed, write_bytes};

use super::{CODE, EVENT, LINK, SPAN, fill_unset_status};
use crate::otlp::batch::View;
use crate::otlp::layout::Layout;
use crate::otlp::protobuf::{Walk, fill, fill_field, fix_length};

/// Field numbers of a `Span`.
const TRACE_STATE: u32 = 3;
const EVENTS: u32 = 11;
const LINKS: u32 = 13;
const STATUS: u32 = 15;

/// Decides the span.
pub(super) fn span<'a>(walk: &mut Walk<'_, '_, 'a>, field: &Field<'a>) -> Result<bool, Malformed> {
    let raw = field.value.bytes()?;
    let view = View::new(|wanted, slots| fill_span(raw, wanted, slots).map(|()| raw.len()));
    let decision = walk.session.span(&view);
    view.checked()?;
    let body = walk.body;
    walk.tell(|request| request.extend_from_slice(&body[field.range.clone()]));
    match decision {
        SpanDecision::Keep => walk.changes.records.kept += 1,
        SpanDecision::Drop => {
            walk.changes.dropped(1, raw.len());
            walk.changes.splice.cut(field.range.clone());
            return Ok(false);
        }
        SpanDecision::TraceState => {
            walk.changes.records.rewritten += 1;
            write_trace_state(walk, field)?;
        }
    }
    Ok(true)
}

/// Tells what policies look at in a span.
fn fill_span<'a>(raw: &'a [u8], wanted: &Wanted, slots: &mut Slots<'_, 'a>) -> Result<(), Malformed> {
    fill_unset_status(wanted, slots);
    for field in Fields::new(raw) {
        let field = field?;
        match field.number {
            EVENTS => fill_message(&field, &EVENT, wanted.events(), slots)?,
            LINKS => fill_message(&field, &LINK, asking(wanted, Simple::LinkTraceId), slots)?,
            STATUS => fill_message(&field, &CODE, asking(wanted, Simple::SpanStatus), slots)?,
            _ => fill_field(&field, &SPAN, wanted, slots)?,
        }
    }
    Ok(())
}

fn asking(wanted: &Wanted, field: Simple) -> Option<&Wanted> {
    wanted.simple(field).map(|_| wanted)
}

/// Tells the fields of a message in a field, if any of them is looked at.
fn fill_message<'a>(
    field: &Field<'a>,
    layout: &Layout,
    wanted: Option<&Wanted>,
    slots: &mut Slots<'_, 'a>,
) -> Result<(), Malformed> {
    wanted.map_or(Ok(()), |wanted| fill(field.value.bytes()?, layout, wanted, slots))
}

/// Writes the new trace state into the span, in the place of the old one or at the beginning.
fn write_trace_state<'a>(walk: &mut Walk<'_, '_, 'a>, span: &Field<'a>) -> Result<(), Malformed> {
    let (splice, state) = (&mut walk.changes.splice, walk.session.trace_state());
    let (mark, content) = (splice.mark(), span.content());
    let mut place = None;
    for field in Fields::within(walk.body, content.clone()) {
        let field = field?;
        // Of several the last counts.
        if field.number == TRACE_STATE
            && let Some(earlier) = place.replace(field.range)
        {
            splice.cut(earlier);
        }
    }
    let place = place.unwrap_or(content.start..content.start);
    splice.write(place, |new| write_bytes(new, TRACE_STATE, state));
    fix_length(span, mark, splice);
    Ok(())
}
