//! A `LogRecord` in protobuf.

use edge_policy::Decision;
use edge_stream::protobuf::{Field, Malformed, write_bytes};

use super::RECORD;
use crate::otlp::batch::View;
use crate::otlp::editor::Editor;
use crate::otlp::protobuf::{Walk, fill};
use crate::otlp::protobuf_value::Protobuf;
use crate::otlp::protobuf_write::{read, write};

/// Decides the record.
#[inline]
pub(super) fn record<'a>(walk: &mut Walk<'_, '_, 'a>, field: &Field<'a>) -> Result<bool, Malformed> {
    let raw = field.value.bytes()?;
    let view = View::new(|wanted, slots| fill(raw, &RECORD, wanted, slots).map(|()| raw.len()));
    let decision = walk.session.record(&view);
    view.checked()?;
    let body = walk.body;
    walk.tell(|request| request.extend_from_slice(&body[field.range.clone()]));
    match decision {
        Decision::Keep => walk.changes.records.kept += 1,
        Decision::Drop => {
            walk.changes.dropped(1, raw.len());
            walk.changes.splice.cut(field.range.clone());
            return Ok(false);
        }
        Decision::Rewrite => rewrite(walk, field, raw)?,
    }
    Ok(true)
}

fn rewrite<'a>(walk: &mut Walk<'_, '_, 'a>, field: &Field<'a>, raw: &'a [u8]) -> Result<(), Malformed> {
    let mut editor = Editor::new(Protobuf);
    read(raw, &RECORD, &mut editor)?;
    walk.session.edit_record(&mut editor);
    if editor.changes(&RECORD) {
        walk.changes.records.rewritten += 1;
        let edited = write(raw, &RECORD, &editor)?;
        walk.changes.splice.write(field.range.clone(), |new| write_bytes(new, field.number, &edited));
    } else {
        walk.changes.records.kept += 1;
    }
    Ok(())
}
