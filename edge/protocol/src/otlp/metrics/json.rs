//! A `Metric` in JSON, and its data points.

use std::cell::Cell;
use std::ops::Range;

use edge_policy::{Decision, Slots, Wanted};
use edge_stream::json::Cursor;
use edge_stream::protobuf::Malformed;

use super::{KINDS, Kind, METRIC, records};
use crate::otlp::batch::View;
use crate::otlp::json::{Walk, each, fill, fill_member};
use crate::otlp::json_value::Json;
use crate::otlp::layout::is_named;

/// The data of a metric.
struct Data<'a> {
    kind: &'static Kind,
    /// Where the list of its data points begins and ends; absent if there is none.
    points: Option<(Cursor<'a>, usize)>,
    points_count: u64,
}

/// Decides the metric at the cursor, then its data points. Those are walked after the whole metric was read: its
/// temporality may stand behind them.
pub(super) fn metric<'a>(walk: &mut Walk<'_, '_, 'a>, cursor: &mut Cursor<'a>) -> Result<bool, Malformed> {
    let (json, start, place, data) = (walk.json, cursor.position(), Cell::new(*cursor), Cell::new(None));
    let view = View::new(|wanted, slots| {
        let mut cursor = place.get();
        data.set(fill_metric(json, &mut cursor, wanted, slots)?);
        place.set(cursor);
        Ok(cursor.position() - start)
    });
    let decision = walk.session.metric(&view);
    let length = view.checked()?;
    *cursor = place.get();
    let data = data.take();
    let records = records(data.as_ref().map(|data| data.points_count));
    let (body, range) = (walk.body, start..start + length);
    if decision == Decision::Drop {
        walk.tell(|request| request.extend_from_slice(&body[range.clone()]));
        walk.changes.dropped(records, length);
        return Ok(false);
    }
    let left = match data.filter(|data| data.points_count > 0) {
        Some(data) if walk.session.wants_points() => points(walk, &range, &data)?,
        _ => {
            walk.tell(|request| request.extend_from_slice(&body[range.clone()]));
            walk.changes.records.kept += records;
            true
        }
    };
    walk.session.metric_done(left);
    Ok(left)
}

/// Tells what policies look at in the metric at the cursor, steps over it, and returns its data.
fn fill_metric<'a>(
    json: Json<'a>,
    cursor: &mut Cursor<'a>,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<Option<Data<'a>>, Malformed> {
    let mut data = None;
    let mut members = cursor.object()?;
    while let Some(key) = cursor.member(&mut members)? {
        let key = json.text(key);
        let Some(kind) = KINDS.iter().find(|kind| is_named(key, kind.name)) else {
            fill_member(json, key, cursor, &METRIC, wanted, slots)?;
            continue;
        };
        if cursor.is_null()? {
            continue;
        }
        kind.fill(wanted, slots);
        // Which of two types counts is left to whoever knows.
        if data.replace(fill_data(json, cursor, kind, wanted, slots)?).is_some() {
            return Err(Malformed);
        }
    }
    Ok(data)
}

/// Tells what policies look at in the data at the cursor, steps over it, and returns it.
fn fill_data<'a>(
    json: Json<'a>,
    cursor: &mut Cursor<'a>,
    kind: &'static Kind,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<Data<'a>, Malformed> {
    let mut data = Data { kind, points: None, points_count: 0 };
    let mut members = cursor.object()?;
    while let Some(key) = cursor.member(&mut members)? {
        let key = json.text(key);
        if !is_named(key, "dataPoints") {
            fill_member(json, key, cursor, &kind.data, wanted, slots)?;
            continue;
        }
        let begin = *cursor;
        each(cursor, |cursor| {
            data.points_count += 1;
            cursor.skip().map(drop)
        })?;
        if data.points.replace((begin, cursor.position())).is_some() {
            return Err(Malformed);
        }
    }
    Ok(data)
}

/// Decides the data points of the metric at `metric` one by one; false if it lost all of them.
fn points<'a>(
    walk: &mut Walk<'_, '_, 'a>,
    metric: &Range<usize>,
    Data { kind, points, .. }: &Data<'a>,
) -> Result<bool, Malformed> {
    let Some((mut cursor, end)) = *points else { return Ok(true) };
    let (mark, body) = (walk.changes.splice.mark(), walk.body);
    let before = &body[metric.start..cursor.position()];
    let around = Around { before, after: &body[end..metric.end] };
    let left = !walk.array(&mut cursor, |walk, cursor| point(walk, cursor, kind, &around))?.were_emptied();
    if !left {
        walk.changes.splice.rewind(mark);
    }
    Ok(left)
}

/// What stands around the list of a metric's data points.
struct Around<'a> {
    before: &'a [u8],
    after: &'a [u8],
}

impl Around<'_> {
    /// Writes the metric with one of its data points alone.
    fn write_alone(&self, point: &[u8], request: &mut Vec<u8>) {
        request.extend([self.before, b"[", point, b"]", self.after].concat());
    }
}

fn point<'a>(
    walk: &mut Walk<'_, '_, 'a>,
    cursor: &mut Cursor<'a>,
    kind: &Kind,
    around: &Around<'a>,
) -> Result<bool, Malformed> {
    let (json, start, place) = (walk.json, cursor.position(), Cell::new(*cursor));
    let view = View::new(|wanted, slots| {
        let mut cursor = place.get();
        fill(json, &mut cursor, &kind.point, wanted, slots)?;
        place.set(cursor);
        Ok(cursor.position() - start)
    });
    let decision = walk.session.point(&view);
    let length = view.checked()?;
    *cursor = place.get();
    let raw = &walk.body[start..start + length];
    walk.tell(|request| around.write_alone(raw, request));
    let left = decision != Decision::Drop;
    if left {
        walk.changes.records.kept += 1;
    } else {
        walk.changes.dropped(1, length);
    }
    Ok(left)
}
