//! A distribution of values in fixed memory.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::Duration;

use super::sealed::Attach;
use super::{Instrument, OneThread, Slot, add, reject};
use crate::buckets::Buckets;
use crate::descriptor::InstrumentKind;

/// A distribution of values in fixed memory: a sum and a count per bucket.
///
/// Recording is four plain stores. The count of all values is the sum over the buckets, so it cannot disagree.
#[derive(Debug)]
pub struct Histogram {
    /// Odd while a recording is under way; a reader that sees it odd or changed reads again.
    sequence: &'static AtomicU64,
    sum: &'static AtomicU64,
    counts: &'static [AtomicU64],
    rejected: &'static AtomicU64,
    buckets: Buckets,
    owner: OneThread,
}

impl Histogram {
    /// Records a value. What is negative or not finite, or would make the sum so, is rejected and counted as such.
    #[inline]
    pub fn record(&self, value: f64) {
        let sum = f64::from_bits(self.sum.load(Ordering::Relaxed)) + value;
        let (true, Some(count)) =
            (value >= 0.0 && sum.is_finite(), self.counts.get(self.buckets.index(value)))
        else {
            return reject(self.rejected);
        };
        let sequence = self.sequence.load(Ordering::Relaxed);
        self.sequence.store(sequence.wrapping_add(1), Ordering::Relaxed);
        // Orders the odd number before the values, for readers; costs no instruction on x86-64.
        fence(Ordering::Release);
        self.sum.store(sum.to_bits(), Ordering::Relaxed);
        add(count, 1);
        self.sequence.store(sequence.wrapping_add(2), Ordering::Release);
    }

    /// Records a duration in seconds.
    #[inline]
    pub fn record_duration(&self, duration: Duration) {
        self.record(duration.as_secs_f64());
    }
}

#[cfg(test)]
impl Histogram {
    /// Stops in the middle of recording a value of the first bucket, as an owner does that is not scheduled.
    pub(crate) fn start_recording(&self, value: f64) -> impl FnOnce() {
        add(self.sequence, 1);
        let sum = f64::from_bits(self.sum.load(Ordering::Relaxed)) + value;
        self.sum.store(sum.to_bits(), Ordering::Relaxed);
        || {
            add(&self.counts[0], 1);
            add(self.sequence, 1);
        }
    }
}

impl Attach for Histogram {
    fn attach(slot: Slot) -> Self {
        let (sum, counts) = slot.body.split_first().expect("the body of a histogram starts with its sum");
        let buckets = slot.buckets.expect("`field_problem` gave every histogram buckets");
        Self { sequence: slot.head, sum, counts, rejected: slot.rejected, buckets, owner: PhantomData }
    }
}

impl Instrument for Histogram {
    const KIND: InstrumentKind = InstrumentKind::Histogram;
}
