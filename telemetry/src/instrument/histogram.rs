//! A distribution of values in fixed memory.

use std::marker::PhantomData;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use super::sealed::Attach;
use super::sequence::Sequence;
use super::{Instrument, OneThread, Slot, add, reject};
use crate::adaptive;
use crate::buckets::{Buckets, bounds_index};
use crate::descriptor::{HistogramLayout, InstrumentKind};
use crate::exemplar;
use crate::exponential::{self, BUCKETS_MAX};
use crate::sync::{AtomicU64, own};
use crate::trace::SpanContext;

/// A distribution of values in fixed memory: a sum and a count per bucket.
///
/// Recording is four plain stores. The count of all values is the sum over the buckets, so it cannot disagree.
#[derive(Debug)]
pub struct Histogram {
    sequence: Sequence,
    sum: &'static AtomicU64,
    counts: &'static [AtomicU64],
    rejected: &'static AtomicU64,
    buckets: Buckets,
    exemplars: &'static [AtomicU64],
    owner: OneThread,
}

impl Histogram {
    /// Records a value. What is negative or not finite, or would make the sum so, is rejected and counted as such.
    #[inline]
    pub fn record(&self, value: f64) {
        self.record_and(value, || {});
    }

    /// Records a duration in seconds.
    #[inline]
    pub fn record_duration(&self, duration: Duration) {
        self.record(duration.as_secs_f64());
    }

    /// Records a value that was measured in a span, and keeps it as the exemplar of its neighbourhood if the metric
    /// declares `exemplars` and the trace is sampled.
    pub fn record_in(&self, span: &SpanContext, value: f64) {
        self.record_and(value, || {
            if span.is_sampled && !self.exemplars.is_empty() {
                exemplar::keep(self.exemplars, value, SystemTime::now(), span);
            }
        });
    }

    #[inline]
    fn record_and(&self, value: f64, also: impl FnOnce()) {
        let sum = f64::from_bits(own(self.sum)) + value;
        if !(value >= 0.0 && sum.is_finite()) {
            return reject(self.rejected);
        }
        match self.buckets {
            Buckets::Range(range) => self.count(sum, range.index(value), also),
            Buckets::Bounds(bounds) => self.count(sum, bounds_index(bounds, value), also),
            Buckets::Adaptive => self.count_adaptive(sum, value, also),
        }
    }

    #[inline]
    fn count(&self, sum: f64, bucket: usize, also: impl FnOnce()) {
        let Some(count) = self.counts.get(bucket) else { return reject(self.rejected) };
        self.sequence.during(|| {
            self.sum.store(sum.to_bits(), Ordering::Relaxed);
            add(count, 1);
            also();
        });
    }

    /// The first count is of zeros, which have no exponential bucket; then come the grid and its counts.
    #[inline]
    fn count_adaptive(&self, sum: f64, value: f64, also: impl FnOnce()) {
        let (zeros, cells) = self.counts.split_first().expect("an adapting histogram has cells");
        self.sequence.during(|| {
            self.sum.store(sum.to_bits(), Ordering::Relaxed);
            let (coarseness, start) = (own(&cells[0]), own(&cells[1]) as i32);
            let place = (exponential::index(value) >> coarseness).wrapping_sub(start);
            if value == 0.0 {
                add(zeros, 1);
            } else if (0..BUCKETS_MAX as i32).contains(&place) {
                add(&cells[adaptive::GRID_CELLS + place as usize], 1);
            } else {
                make_room(cells, value);
            }
            also();
        });
    }
}

/// Counts a value for which the buckets have to move or to grow coarser.
#[cold]
fn make_room(cells: &[AtomicU64], value: f64) {
    let mut copy = [0; adaptive::CELLS];
    for (copy, cell) in copy.iter_mut().zip(cells) {
        *copy = own(cell);
    }
    adaptive::add(&mut copy, 0, exponential::index(value), 1);
    for (copy, cell) in copy.iter().zip(cells) {
        cell.store(*copy, Ordering::Relaxed);
    }
}

#[cfg(test)]
impl Histogram {
    /// Stops in the middle of recording a value of the first bucket, as an owner does that is not scheduled.
    pub(crate) fn start_recording(&self, value: f64) -> impl FnOnce() {
        add(self.sequence.0, 1);
        let sum = f64::from_bits(own(self.sum)) + value;
        self.sum.store(sum.to_bits(), Ordering::Relaxed);
        || {
            add(&self.counts[0], 1);
            add(self.sequence.0, 1);
        }
    }
}

impl Attach for Histogram {
    fn attach(slot: Slot) -> Self {
        let buckets = slot.field.buckets.expect("`buckets_of` gave every histogram buckets");
        let layout = HistogramLayout::of(slot.field);
        Self {
            sequence: Sequence(slot.head),
            sum: &slot.body[0],
            counts: &slot.body[layout.counts()],
            rejected: slot.rejected,
            buckets,
            exemplars: &slot.body[layout.exemplars()],
            owner: PhantomData,
        }
    }
}

impl Instrument for Histogram {
    const KIND: InstrumentKind = InstrumentKind::Histogram;
}
