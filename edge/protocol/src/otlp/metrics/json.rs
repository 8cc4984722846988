//! A `Metric` in JSON, and its data points.

use std::cell::Cell;

use edge_policy::{Decision, Slots, Wanted};
use edge_stream::json::Cursor;
use edge_stream::protobuf::Malformed;

use super::{KINDS, Kind, METRIC};
use crate::otlp::batch::View;
use crate::otlp::json::{Elements, Walk, fill, fill_member};
use crate::otlp::json_value::Json;
use crate::otlp::layout::is_named;

/// The data points of a metric, and its type.
struct Points<'a> {
    kind: &'static Kind,
    /// Where they stand; absent if there are none.
    at: Option<Cursor<'a>>,
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
    if decision == Decision::Drop {
        walk.changes.dropped(length);
        return Ok(false);
    }
    let left = points(walk, data.take())?;
    walk.session.metric_done(left);
    Ok(left)
}

/// Tells what policies look at in the metric at the cursor, steps over it, and returns its data points.
fn fill_metric<'a>(
    json: Json<'a>,
    cursor: &mut Cursor<'a>,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<Option<Points<'a>>, Malformed> {
    let mut points = None;
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
        let at = fill_data(json, cursor, kind, wanted, slots)?;
        if points.replace(Points { kind, at }).is_some() {
            return Err(Malformed);
        }
    }
    Ok(points)
}

/// Tells what policies look at in the data at the cursor, steps over it, and returns where its data points stand.
fn fill_data<'a>(
    json: Json<'a>,
    cursor: &mut Cursor<'a>,
    kind: &Kind,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) -> Result<Option<Cursor<'a>>, Malformed> {
    let mut points = None;
    let mut members = cursor.object()?;
    while let Some(key) = cursor.member(&mut members)? {
        let key = json.text(key);
        if !is_named(key, "dataPoints") {
            fill_member(json, key, cursor, &kind.data, wanted, slots)?;
        } else if points.replace(*cursor).is_none() {
            cursor.skip()?;
        } else {
            return Err(Malformed);
        }
    }
    Ok(points)
}

/// Decides the data points one by one, if some policy looks at them; false if the metric lost all it had.
fn points<'a>(walk: &mut Walk<'_, '_, 'a>, points: Option<Points<'a>>) -> Result<bool, Malformed> {
    let mark = walk.changes.splice.mark();
    let mut elements = Elements::default();
    if let Some(Points { kind, at: Some(mut cursor) }) = points.filter(|_| walk.session.wants_points()) {
        elements = walk.array(&mut cursor, |walk, cursor| point(walk, cursor, kind))?;
    }
    if elements.came == 0 {
        walk.changes.records.kept += 1;
    } else if elements.were_emptied() {
        walk.changes.splice.rewind(mark);
    }
    Ok(!elements.were_emptied())
}

fn point<'a>(walk: &mut Walk<'_, '_, 'a>, cursor: &mut Cursor<'a>, kind: &Kind) -> Result<bool, Malformed> {
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
    let left = decision != Decision::Drop;
    if left {
        walk.changes.records.kept += 1;
    } else {
        walk.changes.dropped(length);
    }
    Ok(left)
}
