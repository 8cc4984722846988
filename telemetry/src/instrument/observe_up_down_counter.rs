//! A sum that somebody else counts, and that goes up and down.

use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use super::sealed::Attach;
use super::{Instrument, OneThread, Slot, reject};
use crate::descriptor::InstrumentKind;
use crate::sync::AtomicU64;

/// A sum of `i64` or `f64` that goes up and down, counted elsewhere and observed here, such as the length of a queue.
///
/// What live sets of equal attributes observe is added up; what a dropped set observed leaves the sum.
#[derive(Debug)]
pub struct ObserveUpDownCounter<T = i64> {
    cell: &'static AtomicU64,
    rejected: &'static AtomicU64,
    number: PhantomData<T>,
    owner: OneThread,
}

impl ObserveUpDownCounter<i64> {
    /// Sees the sum as it is now.
    #[inline]
    pub fn observe(&self, sum: i64) {
        self.cell.store(sum.cast_unsigned(), Ordering::Relaxed);
    }
}

impl ObserveUpDownCounter<f64> {
    /// Sees the sum as it is now. What is not finite is rejected and counted as such; the value before it stays.
    #[inline]
    pub fn observe(&self, sum: f64) {
        if sum.is_finite() {
            self.cell.store(sum.to_bits(), Ordering::Relaxed);
        } else {
            reject(self.rejected);
        }
    }
}

impl<T> Attach for ObserveUpDownCounter<T> {
    fn attach(slot: Slot) -> Self {
        Self { cell: slot.head, rejected: slot.rejected, number: PhantomData, owner: PhantomData }
    }
}

impl Instrument for ObserveUpDownCounter<i64> {
    const KIND: InstrumentKind = InstrumentKind::ObserveUpDownCounterI64;
}

impl Instrument for ObserveUpDownCounter<f64> {
    const KIND: InstrumentKind = InstrumentKind::ObserveUpDownCounterF64;
}
