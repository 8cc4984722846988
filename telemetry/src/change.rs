//! The arithmetic of cells: what is different between two states of a field, and how a difference is added.

use crate::adaptive;
use crate::buckets::Buckets;
use crate::descriptor::{HistogramLayout, InstrumentKind, MetricsDescriptor, MetricsField};
use crate::exemplar;
use crate::float::saturating_add;
use crate::instrument::mmsc;

/// One cell that changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Change {
    /// Place in the layout of the set.
    pub(crate) cell: u32,
    pub(crate) amount: Amount,
}

/// How a cell changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Amount {
    /// To be added, wrapping: `u64` sums, and `i64` sums in two's complement.
    Integer(u64),
    /// To be added.
    Float(f64),
    /// The bits of what is observed anew each time, replacing those of the same source.
    Level(u64),
    /// The bits of what only the last one counts of.
    Last(u64),
    /// A smallest value.
    Min(f64),
    /// A largest value.
    Max(f64),
    /// To be added to a bucket of a histogram that adapts, whose grid is at the cell.
    Bucket { coarseness: u8, index: i32, n: u64 },
}

impl Amount {
    /// The more extreme of two smallest or two largest values.
    pub(crate) fn extreme(self, other: Self) -> Self {
        match (self, other) {
            (Self::Min(a), Self::Min(b)) => Self::Min(a.min(b)),
            (Self::Max(a), Self::Max(b)) => Self::Max(a.max(b)),
            (_, other) => other,
        }
    }
}

/// Says every change of a field from `last` to `now`.
pub(crate) fn differences(
    descriptor: &MetricsDescriptor,
    field: usize,
    now: &[u64],
    last: &[u64],
    each: &mut impl FnMut(Change),
) {
    match descriptor.fields[field].kind {
        InstrumentKind::Mmsc => mmsc_differences(descriptor.body_start(field), now, last, each),
        InstrumentKind::Histogram => {
            histogram_differences(&descriptor.fields[field], descriptor.body_start(field), now, last, each);
        }
        kind if now[field] != last[field] || is_level(kind) => {
            each(Change { cell: field as u32, amount: head_difference(kind, now[field], last[field]) });
        }
        _ => {}
    }
}

/// The change of a field whose value is its head.
#[inline]
pub(crate) fn head_difference(kind: InstrumentKind, now: u64, last: u64) -> Amount {
    match kind {
        InstrumentKind::CounterF64 | InstrumentKind::UpDownCounterF64 | InstrumentKind::ObserveCounterF64 => {
            Amount::Float(saturating_add(f64::from_bits(now), -f64::from_bits(last)))
        }
        kind if is_level(kind) => Amount::Level(now),
        _ => Amount::Integer(now.wrapping_sub(last)),
    }
}

fn is_level(kind: InstrumentKind) -> bool {
    matches!(
        kind,
        InstrumentKind::ObserveUpDownCounterI64
            | InstrumentKind::ObserveUpDownCounterF64
            | InstrumentKind::GaugeU64
            | InstrumentKind::GaugeI64
            | InstrumentKind::GaugeF64
    )
}

/// The change of a cell that holds a whole number, if any.
#[inline]
pub(crate) fn integer(cell: usize, now: &[u64], last: &[u64], each: &mut impl FnMut(Change)) {
    if now[cell] != last[cell] {
        each(Change { cell: cell as u32, amount: Amount::Integer(now[cell].wrapping_sub(last[cell])) });
    }
}

fn float(cell: usize, now: &[u64], last: &[u64], each: &mut impl FnMut(Change)) {
    if now[cell] != last[cell] {
        let amount = saturating_add(f64::from_bits(now[cell]), -f64::from_bits(last[cell]));
        each(Change { cell: cell as u32, amount: Amount::Float(amount) });
    }
}

/// The extremes before the interval under way count if some of its values were not seen yet.
fn mmsc_differences(body: usize, now: &[u64], last: &[u64], each: &mut impl FnMut(Change)) {
    let (count, seen) = (now[body + mmsc::COUNT], last[body + mmsc::COUNT]);
    if count == seen {
        return;
    }
    let mut extreme = |to: usize, from: usize, make: fn(f64) -> Amount| {
        each(Change { cell: (body + to) as u32, amount: make(f64::from_bits(now[body + from])) });
    };
    extreme(mmsc::MIN, mmsc::MIN, Amount::Min);
    extreme(mmsc::MAX, mmsc::MAX, Amount::Max);
    if now[body + mmsc::COUNT_BEFORE] > seen {
        extreme(mmsc::MIN, mmsc::MIN_BEFORE, Amount::Min);
        extreme(mmsc::MAX, mmsc::MAX_BEFORE, Amount::Max);
    }
    integer(body + mmsc::COUNT, now, last, each);
    float(body + mmsc::SUM, now, last, each);
}

fn histogram_differences(
    field: &MetricsField,
    body: usize,
    now: &[u64],
    last: &[u64],
    each: &mut impl FnMut(Change),
) {
    let layout = HistogramLayout::of(field);
    (body..body + HistogramLayout::SUMS).for_each(|cell| float(cell, now, last, each));
    let counts = layout.counts().start + body..layout.counts().end + body;
    if field.buckets == Some(Buckets::Adaptive) {
        integer(counts.start, now, last, each);
        let grid = counts.start + 1..counts.end;
        adaptive::differences(&now[grid.clone()], &last[grid.clone()], |coarseness, index, n| {
            let amount = Amount::Bucket { coarseness: coarseness as u8, index, n };
            each(Change { cell: grid.start as u32, amount });
        });
    } else {
        counts.for_each(|cell| integer(cell, now, last, each));
    }
    let exemplars = layout.exemplars().start + body..layout.exemplars().end + body;
    for slot in exemplar::changed(&now[exemplars.clone()], &last[exemplars.clone()]) {
        for cell in slot.map(|cell| exemplars.start + cell) {
            each(Change { cell: cell as u32, amount: Amount::Last(now[cell]) });
        }
    }
}

/// Adds a change to the cells of a set; whether it could be taken as it is. Levels are not for here: they do not add
/// up over time.
#[inline]
pub(crate) fn add(cells: &mut [u64], change: Change) -> bool {
    let cell = change.cell as usize;
    match change.amount {
        Amount::Integer(n) => cells[cell] = cells[cell].wrapping_add(n),
        Amount::Float(n) => return add_float(&mut cells[cell], n),
        Amount::Level(bits) | Amount::Last(bits) => cells[cell] = bits,
        Amount::Min(value) => cells[cell] = f64::from_bits(cells[cell]).min(value).to_bits(),
        Amount::Max(value) => cells[cell] = f64::from_bits(cells[cell]).max(value).to_bits(),
        Amount::Bucket { coarseness, index, n } => {
            adaptive::add(&mut cells[cell..cell + adaptive::CELLS], u32::from(coarseness), index, n);
        }
    }
    true
}

/// Sums that owners kept finite may not be so together.
fn add_float(cell: &mut u64, n: f64) -> bool {
    let total = f64::from_bits(*cell);
    *cell = saturating_add(total, n).to_bits();
    (total + n).is_finite()
}

/// Adds one level to the sum of others. Those that are too large together stay at the largest number.
pub(crate) fn add_level(kind: InstrumentKind, total: u64, level: u64) -> u64 {
    match kind {
        InstrumentKind::GaugeF64 | InstrumentKind::ObserveUpDownCounterF64 => {
            saturating_add(f64::from_bits(total), f64::from_bits(level)).to_bits()
        }
        InstrumentKind::GaugeI64 | InstrumentKind::ObserveUpDownCounterI64 => {
            total.cast_signed().saturating_add(level.cast_signed()).cast_unsigned()
        }
        _ => total.saturating_add(level),
    }
}

/// The extremes of totals, of those fields that have any.
pub(crate) fn extremes(descriptor: &MetricsDescriptor, cells: &[u64]) -> impl Iterator<Item = Change> {
    let fields = descriptor.fields.iter().enumerate();
    let bodies = fields
        .filter(|(_, field)| field.kind == InstrumentKind::Mmsc)
        .map(|(index, _)| descriptor.body_start(index))
        .filter(|body| cells[body + mmsc::COUNT] != 0);
    bodies.flat_map(|body| {
        let value = |cell| f64::from_bits(cells[body + cell]);
        let (min, max) = (Amount::Min(value(mmsc::MIN)), Amount::Max(value(mmsc::MAX)));
        [(mmsc::MIN, min), (mmsc::MAX, max)]
            .map(|(cell, amount)| Change { cell: (body + cell) as u32, amount })
    })
}

/// Makes cells ready to be added to: all zero, but that the extremes of nothing are beyond every value.
pub(crate) fn clear(descriptor: &MetricsDescriptor, cells: &mut [u64]) {
    cells.fill(0);
    for (index, field) in descriptor.fields.iter().enumerate() {
        if field.kind == InstrumentKind::Mmsc {
            let body = descriptor.body_start(index);
            cells[body + mmsc::MIN] = f64::INFINITY.to_bits();
            cells[body + mmsc::MAX] = f64::NEG_INFINITY.to_bits();
        }
    }
}
