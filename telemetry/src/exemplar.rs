//! Exemplars: a few of the values of a histogram, each with the span that it was measured in.

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::exponential::{self, INDEX_SCALE};
use crate::sync::AtomicU64;
use crate::trace::{SpanContext, SpanId, TraceId};

/// Neighbourhoods that keep an exemplar each: consecutive powers of two, again and again.
const SLOTS: usize = 16;
/// Value, nanoseconds since 1970, both halves of the trace id, span id.
const SLOT_CELLS: usize = 5;
/// Cells of all slots.
pub(crate) const CELLS: usize = SLOTS * SLOT_CELLS;

/// A value of a histogram and the span that it was measured in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exemplar {
    /// The value.
    pub value: f64,
    /// When it was recorded.
    pub time: SystemTime,
    /// The span.
    pub span: SpanContext,
}

/// Replaces the exemplar of the value's neighbourhood.
pub(crate) fn keep(cells: &[AtomicU64], value: f64, time: SystemTime, span: &SpanContext) {
    let at = slot(value) * SLOT_CELLS;
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (high, low) = span.trace_id.0.split_at(8);
    let half = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().expect("half of sixteen bytes"));
    let values =
        [value.to_bits(), since.as_nanos() as u64, half(high), half(low), u64::from_be_bytes(span.span_id.0)];
    for (cell, value) in cells[at..at + SLOT_CELLS].iter().zip(values) {
        cell.store(value, Ordering::Relaxed);
    }
}

fn slot(value: f64) -> usize {
    (exponential::index(value) >> INDEX_SCALE).rem_euclid(SLOTS as i32) as usize
}

/// The exemplars in the cells.
pub(crate) fn read(cells: &[u64]) -> impl Iterator<Item = Exemplar> {
    cells.as_chunks::<SLOT_CELLS>().0.iter().filter(|slot| slot[1] != 0).map(|slot| {
        let mut trace_id = TraceId::default();
        trace_id.0[..8].copy_from_slice(&slot[2].to_be_bytes());
        trace_id.0[8..].copy_from_slice(&slot[3].to_be_bytes());
        let span_id = SpanId(slot[4].to_be_bytes());
        Exemplar {
            value: f64::from_bits(slot[0]),
            time: UNIX_EPOCH + Duration::from_nanos(slot[1]),
            span: SpanContext { trace_id, span_id, is_sampled: true },
        }
    })
}

/// The slots of `now` that `last` does not have, as places of cells.
pub(crate) fn changed(now: &[u64], last: &[u64]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let slots = now.chunks(SLOT_CELLS).zip(last.chunks(SLOT_CELLS)).enumerate();
    slots.filter(|(_, (now, last))| now != last).map(|(slot, _)| slot * SLOT_CELLS..(slot + 1) * SLOT_CELLS)
}
