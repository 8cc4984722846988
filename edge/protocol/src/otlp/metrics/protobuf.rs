//! A `Metric` in protobuf, and its data points.

use std::cell::Cell;

use edge_policy::{Decision, Slots, Wanted};
use edge_stream::protobuf::{Field, Fields, Malformed};

use super::{KINDS, Kind, METRIC};
use crate::otlp::batch::View;
use crate::otlp::protobuf::{Walk, fill, fill_field, fix_length};

/// Field number of the data points, in the data of every type.
const DATA_POINTS: u32 = 1;

/// The member of a metric that its type names.
struct Data<'a> {
    kind: &'static Kind,
    field: Field<'a>,
}

/// Decides the metric, then its data points.
pub(super) fn metric<'a>(walk: &mut Walk<'_, '_, 'a>, field: &Field<'a>) -> Result<bool, Malformed> {
    let (body, raw) = (walk.body, field.value.bytes()?);
    let data = Cell::new(None);
    let view = View::new(|wanted, slots| {
        data.set(fill_metric(body, field, wanted, slots)?);
        Ok(raw.len())
    });
    let decision = walk.session.metric(&view);
    view.checked()?;
    if decision == Decision::Drop {
        walk.changes.dropped(raw.len());
        walk.changes.splice.cut(field.range.clone());
        return Ok(false);
    }
    let left = points(walk, field, data.take().as_ref())?;
    walk.session.metric_done(left);
    Ok(left)
}

/// Tells what policies look at in a metric, and returns its data.
fn fill_metric<'a>(
    body: &'a [u8],
    metric: &Field<'a>,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<Option<Data<'a>>, Malformed> {
    let mut data = None;
    for field in Fields::within(body, metric.content()) {
        let field = field?;
        let Some(kind) = KINDS.iter().find(|kind| kind.number == field.number) else {
            fill_field(&field, &METRIC, wanted, slots)?;
            continue;
        };
        kind.fill(wanted, slots);
        fill(field.value.bytes()?, &kind.data, wanted, slots)?;
        // Of several types the last would count, two halves of one would have to be merged: left to whoever can.
        if data.replace(Data { kind, field }).is_some() {
            return Err(Malformed);
        }
    }
    Ok(data)
}

/// Decides the data points one by one, if some policy looks at them; false if the metric lost all it had.
fn points<'a>(
    walk: &mut Walk<'_, '_, 'a>,
    metric: &Field<'a>,
    data: Option<&Data<'a>>,
) -> Result<bool, Malformed> {
    let mark = walk.changes.splice.mark();
    let (mut came, mut left) = (0, 0);
    if let Some(Data { kind, field }) = data.filter(|_| walk.session.wants_points()) {
        for field in Fields::within(walk.body, field.content()) {
            let field = field?;
            if field.number == DATA_POINTS {
                came += 1;
                left += usize::from(point(walk, &field, kind)?);
            }
        }
        fix_length(field, mark, &mut walk.changes.splice);
    }
    if came == 0 {
        walk.changes.records.kept += 1;
    } else if left == 0 {
        walk.changes.splice.rewind(mark);
        walk.changes.splice.cut(metric.range.clone());
        return Ok(false);
    }
    fix_length(metric, mark, &mut walk.changes.splice);
    Ok(true)
}

fn point<'a>(walk: &mut Walk<'_, '_, 'a>, field: &Field<'a>, kind: &Kind) -> Result<bool, Malformed> {
    let raw = field.value.bytes()?;
    let view = View::new(|wanted, slots| fill(raw, &kind.point, wanted, slots).map(|()| raw.len()));
    let decision = walk.session.point(&view);
    view.checked()?;
    let left = decision != Decision::Drop;
    if left {
        walk.changes.records.kept += 1;
    } else {
        walk.changes.dropped(raw.len());
        walk.changes.splice.cut(field.range.clone());
    }
    Ok(left)
}
