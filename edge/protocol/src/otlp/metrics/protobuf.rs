//! A `Metric` in protobuf, and its data points.

use std::cell::{Cell, OnceCell};

use edge_policy::{Decision, Slots, Wanted};
use edge_stream::protobuf::{Field, Fields, Malformed, write_bytes};

use super::{KINDS, Kind, METRIC, records};
use crate::otlp::batch::View;
use crate::otlp::protobuf::{Walk, fill, fill_field, fix_length};

/// Field number of the data points, in the data of every type.
const DATA_POINTS: u32 = 1;

/// The data of a metric.
struct Data<'a> {
    kind: &'static Kind,
    field: Field<'a>,
    points_count: u64,
    /// What stands beside the data points, once somebody looks on.
    others: OnceCell<Vec<u8>>,
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
    let data = data.take();
    let records = records(data.as_ref().map(|data| data.points_count));
    if decision == Decision::Drop {
        walk.tell(|request| request.extend_from_slice(&body[field.range.clone()]));
        walk.changes.dropped(records, raw.len());
        walk.changes.splice.cut(field.range.clone());
        return Ok(false);
    }
    let left = match data.filter(|data| data.points_count > 0) {
        Some(data) if walk.session.wants_points() => points(walk, field, &data)?,
        _ => {
            walk.tell(|request| request.extend_from_slice(&body[field.range.clone()]));
            walk.changes.records.kept += records;
            true
        }
    };
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
        let points_count = fill_data(field.value.bytes()?, kind, wanted, slots)?;
        // Of several types the last would count, two halves of one would have to be merged: left to whoever can.
        if data.replace(Data { kind, field, points_count, others: OnceCell::new() }).is_some() {
            return Err(Malformed);
        }
    }
    Ok(data)
}

/// Tells what policies look at in the data of a metric, and returns how many data points there are.
fn fill_data<'a>(
    raw: &'a [u8],
    kind: &Kind,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<u64, Malformed> {
    let mut points = 0;
    for field in Fields::new(raw) {
        let field = field?;
        match field.number {
            DATA_POINTS => points += 1,
            _ => fill_field(&field, &kind.data, wanted, slots)?,
        }
    }
    Ok(points)
}

/// Decides the data points one by one; false if the metric lost all of them.
fn points<'a>(walk: &mut Walk<'_, '_, 'a>, metric: &Field<'a>, data: &Data<'a>) -> Result<bool, Malformed> {
    let mark = walk.changes.splice.mark();
    let mut left = false;
    for field in Fields::within(walk.body, data.field.content()) {
        let field = field?;
        if field.number == DATA_POINTS {
            left |= point(walk, &field, metric, data)?;
        }
    }
    if left {
        fix_length(&data.field, mark, &mut walk.changes.splice);
        fix_length(metric, mark, &mut walk.changes.splice);
    } else {
        walk.changes.splice.rewind(mark);
        walk.changes.splice.cut(metric.range.clone());
    }
    Ok(left)
}

fn point<'a>(
    walk: &mut Walk<'_, '_, 'a>,
    field: &Field<'a>,
    metric: &Field<'a>,
    data: &Data<'a>,
) -> Result<bool, Malformed> {
    let (body, raw) = (walk.body, field.value.bytes()?);
    let view = View::new(|wanted, slots| fill(raw, &data.kind.point, wanted, slots).map(|()| raw.len()));
    let decision = walk.session.point(&view);
    view.checked()?;
    walk.tell(|request| data.write_alone(request, body, metric, field));
    let left = decision != Decision::Drop;
    if left {
        walk.changes.records.kept += 1;
    } else {
        walk.changes.dropped(1, raw.len());
        walk.changes.splice.cut(field.range.clone());
    }
    Ok(left)
}

impl Data<'_> {
    /// Writes the metric with one of its data points alone.
    fn write_alone(&self, request: &mut Vec<u8>, body: &[u8], metric: &Field<'_>, point: &Field<'_>) {
        let data = &self.field;
        let others = self.others.get_or_init(|| self.others(body));
        let mut alone = body[metric.content().start..data.range.start].to_vec();
        write_bytes(&mut alone, data.number, &[&others[..], &body[point.range.clone()]].concat());
        alone.extend_from_slice(&body[data.range.end..metric.range.end]);
        write_bytes(request, metric.number, &alone);
    }

    /// What stands beside the data points. Found once: to walk over all points for each takes their number squared.
    fn others(&self, body: &[u8]) -> Vec<u8> {
        let fields = Fields::within(body, self.field.content()).filter_map(Result::ok);
        let others = fields.filter(|field| field.number != DATA_POINTS);
        others.flat_map(|field| &body[field.range]).copied().collect()
    }
}
