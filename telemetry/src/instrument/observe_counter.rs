//! A sum that somebody else counts, and that only goes up.

use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use super::sealed::Attach;
use super::{Instrument, OneThread, Slot, add, reject};
use crate::descriptor::InstrumentKind;
use crate::sync::{AtomicU64, own};

/// A sum of `u64` or `f64` that only goes up, counted elsewhere (by the kernel, by a library) and observed here.
///
/// A total below the one before means that whoever counts has started again from zero: the sum goes on from where it
/// was, as a counter's does. A set registered anew has seen nothing yet, so that its first total counts whole: who
/// observes the same thing all the time keeps the set.
#[derive(Debug)]
pub struct ObserveCounter<T = u64> {
    sum: &'static AtomicU64,
    observed: &'static AtomicU64,
    rejected: &'static AtomicU64,
    number: PhantomData<T>,
    owner: OneThread,
}

impl ObserveCounter<u64> {
    /// Sees the total since whoever counts it has started.
    #[inline]
    pub fn observe(&self, total: u64) {
        let before = own(self.observed);
        add(self.sum, if total < before { total } else { total - before });
        self.observed.store(total, Ordering::Relaxed);
    }
}

impl ObserveCounter<f64> {
    /// Sees the total since whoever counts it has started. What is negative or not finite is rejected and counted as
    /// such.
    #[inline]
    pub fn observe(&self, total: f64) {
        let before = f64::from_bits(own(self.observed));
        let more = if total < before { total } else { total - before };
        let sum = f64::from_bits(own(self.sum)) + more;
        if !(total >= 0.0 && sum.is_finite()) {
            return reject(self.rejected);
        }
        self.sum.store(sum.to_bits(), Ordering::Relaxed);
        self.observed.store(total.to_bits(), Ordering::Relaxed);
    }
}

impl<T> Attach for ObserveCounter<T> {
    fn attach(slot: Slot) -> Self {
        let observed = slot.body.first().expect("the body of an observed counter is what was observed");
        Self { sum: slot.head, observed, rejected: slot.rejected, number: PhantomData, owner: PhantomData }
    }
}

impl Instrument for ObserveCounter<u64> {
    const KIND: InstrumentKind = InstrumentKind::ObserveCounterU64;
}

impl Instrument for ObserveCounter<f64> {
    const KIND: InstrumentKind = InstrumentKind::ObserveCounterF64;
}
