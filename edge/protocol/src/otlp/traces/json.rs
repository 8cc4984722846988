//! A `Span` in JSON.

use std::cell::Cell;

use edge_policy::{Simple, Slots, SpanDecision, Wanted};
use edge_stream::json::{Cursor, write_string};
use edge_stream::protobuf::Malformed;

use super::{CODE, EVENT, LINK, SPAN, fill_unset_status};
use crate::otlp::batch::View;
use crate::otlp::json::{Walk, each, fill, fill_member};
use crate::otlp::json_value::Json;
use crate::otlp::layout::is_named;

/// Decides the span at the cursor.
pub(super) fn span<'a>(walk: &mut Walk<'_, '_, 'a>, cursor: &mut Cursor<'a>) -> Result<bool, Malformed> {
    let (json, begin, place) = (walk.json, *cursor, Cell::new(*cursor));
    let view = View::new(|wanted, slots| {
        let mut cursor = place.get();
        fill_span(json, &mut cursor, wanted, slots)?;
        place.set(cursor);
        Ok(cursor.position() - begin.position())
    });
    let decision = walk.session.span(&view);
    let length = view.checked()?;
    *cursor = place.get();
    let (body, start) = (walk.body, begin.position());
    walk.tell(|request| request.extend_from_slice(&body[start..start + length]));
    match decision {
        SpanDecision::Keep => walk.changes.records.kept += 1,
        SpanDecision::Drop => {
            walk.changes.dropped(1, length);
            return Ok(false);
        }
        SpanDecision::TraceState => {
            walk.changes.records.rewritten += 1;
            write_trace_state(walk, begin)?;
        }
    }
    Ok(true)
}

/// Tells what policies look at in the span at the cursor and steps over it.
fn fill_span<'a>(
    json: Json<'a>,
    cursor: &mut Cursor<'a>,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<(), Malformed> {
    fill_unset_status(wanted, slots);
    let mut members = cursor.object()?;
    while let Some(key) = cursor.member(&mut members)? {
        let key = json.text(key);
        if let Some(wanted) = wanted.events().filter(|_| is_named(key, "events")) {
            each(cursor, |cursor| fill(json, cursor, &EVENT, wanted, slots))?;
        } else if wanted.simple(Simple::LinkTraceId).is_some() && is_named(key, "links") {
            each(cursor, |cursor| fill(json, cursor, &LINK, wanted, slots))?;
        } else if wanted.simple(Simple::SpanStatus).is_some() && is_named(key, "status") {
            if !cursor.is_null()? {
                fill(json, cursor, &CODE, wanted, slots)?;
            }
        } else {
            fill_member(json, key, cursor, &SPAN, wanted, slots)?;
        }
    }
    Ok(())
}

/// Writes the new trace state into the span at the cursor, in the place of the old one or at the beginning.
fn write_trace_state<'a>(walk: &mut Walk<'_, '_, 'a>, mut cursor: Cursor<'a>) -> Result<(), Malformed> {
    let (json, splice, state) = (walk.json, &mut walk.changes.splice, walk.session.trace_state());
    let mut members = cursor.object()?;
    let begin = cursor.position();
    let (mut is_empty, mut is_written) = (true, false);
    while let Some(key) = cursor.member(&mut members)? {
        is_empty = false;
        let value = cursor.skip()?;
        if is_named(json.text(key), "traceState") {
            is_written = true;
            let end = cursor.position();
            splice.write(end - value.len()..end, |new| write_string(new, state));
        }
    }
    if !is_written {
        splice.write(begin..begin, |new| {
            new.extend(b"\"traceState\":");
            write_string(new, state);
            if !is_empty {
                new.push(b',');
            }
        });
    }
    Ok(())
}
