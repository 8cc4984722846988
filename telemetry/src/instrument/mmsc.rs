//! The minimum, maximum, sum and count of values.

use std::sync::atomic::Ordering;

use super::sealed::Attach;
use super::sequence::Sequence;
use super::{Instrument, OneThread, Slot, add, reject};
use crate::descriptor::InstrumentKind;
use crate::sync::{AtomicU64, own};

/// Cells of the body.
pub(crate) const CELLS: usize = 9;
pub(crate) const SUM: usize = 0;
pub(crate) const COUNT: usize = 1;
pub(crate) const MIN: usize = 2;
pub(crate) const MAX: usize = 3;
/// Extremes of the interval before, and the count at its end: whoever flushed in the middle of a recording may not have
/// seen its last value.
pub(crate) const MIN_BEFORE: usize = 4;
pub(crate) const MAX_BEFORE: usize = 5;
pub(crate) const COUNT_BEFORE: usize = 6;
/// The interval that the extremes are of.
const INTERVAL: usize = 7;
/// The interval under way; the only cell that not the owner writes but whoever flushes.
pub(crate) const INTERVAL_WANTED: usize = 8;

/// The minimum, maximum, sum and count of values since the last flush, for a twentieth of a histogram's memory.
#[derive(Debug)]
pub struct Mmsc {
    sequence: Sequence,
    body: &'static [AtomicU64; CELLS],
    rejected: &'static AtomicU64,
    owner: OneThread,
}

impl Mmsc {
    /// Records a value. What is not finite, or would make the sum so, is rejected and counted as such.
    #[inline]
    pub fn record(&self, value: f64) {
        let sum = self.float(SUM) + value;
        if !sum.is_finite() {
            return reject(self.rejected);
        }
        self.sequence.during(|| {
            let wanted = self.body[INTERVAL_WANTED].load(Ordering::Relaxed);
            let is_first = own(&self.body[COUNT]) == 0;
            if wanted != own(&self.body[INTERVAL]) || is_first {
                self.start_interval(wanted, value);
            } else {
                self.store(MIN, self.float(MIN).min(value));
                self.store(MAX, self.float(MAX).max(value));
            }
            self.store(SUM, sum);
            add(&self.body[COUNT], 1);
        });
    }

    #[cold]
    fn start_interval(&self, interval: u64, first: f64) {
        self.store(MIN_BEFORE, self.float(MIN));
        self.store(MAX_BEFORE, self.float(MAX));
        self.body[COUNT_BEFORE].store(own(&self.body[COUNT]), Ordering::Relaxed);
        self.store(MIN, first);
        self.store(MAX, first);
        self.body[INTERVAL].store(interval, Ordering::Relaxed);
    }

    #[inline]
    fn float(&self, cell: usize) -> f64 {
        f64::from_bits(own(&self.body[cell]))
    }

    #[inline]
    fn store(&self, cell: usize, value: f64) {
        self.body[cell].store(value.to_bits(), Ordering::Relaxed);
    }
}

impl Attach for Mmsc {
    fn attach(slot: Slot) -> Self {
        let body = slot.body.try_into().expect("the body has the cells of its kind");
        Self { sequence: Sequence(slot.head), body, rejected: slot.rejected, owner: std::marker::PhantomData }
    }
}

impl Instrument for Mmsc {
    const KIND: InstrumentKind = InstrumentKind::Mmsc;
}
