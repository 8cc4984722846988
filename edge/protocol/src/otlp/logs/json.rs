//! A `LogRecord` in JSON.

use std::cell::Cell;

use edge_policy::Decision;
use edge_stream::json::Cursor;
use edge_stream::protobuf::Malformed;

use super::RECORD;
use crate::otlp::batch::View;
use crate::otlp::editor::Editor;
use crate::otlp::json::{Walk, fill};
use crate::otlp::json_write::{read, write};

/// Decides the record at the cursor.
pub(super) fn record<'a>(walk: &mut Walk<'_, '_, 'a>, cursor: &mut Cursor<'a>) -> Result<bool, Malformed> {
    let (json, start, place) = (walk.json, cursor.position(), Cell::new(*cursor));
    let view = View::new(|wanted, slots| {
        let mut cursor = place.get();
        fill(json, &mut cursor, &RECORD, wanted, slots)?;
        place.set(cursor);
        Ok(cursor.position() - start)
    });
    let decision = walk.session.record(&view);
    let length = view.checked()?;
    *cursor = place.get();
    let body = walk.body;
    walk.tell(|request| request.extend_from_slice(&body[start..start + length]));
    match decision {
        Decision::Keep => walk.changes.records.kept += 1,
        Decision::Drop => {
            walk.changes.dropped(1, length);
            return Ok(false);
        }
        Decision::Rewrite => rewrite(walk, start, length)?,
    }
    Ok(true)
}

fn rewrite(walk: &mut Walk<'_, '_, '_>, start: usize, length: usize) -> Result<(), Malformed> {
    let range = start..start + length;
    let raw = &walk.body[range.clone()];
    let mut editor = Editor::new(walk.json);
    read(walk.json, raw, &RECORD, &mut editor)?;
    walk.session.edit_record(&mut editor);
    if editor.changes(&RECORD) {
        walk.changes.records.rewritten += 1;
        walk.changes.splice.replace(range, &write(walk.json, raw, &RECORD, &editor)?);
    } else {
        walk.changes.records.kept += 1;
    }
    Ok(())
}
