//! A sum that only goes up.

use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use super::sealed::Attach;
use super::{Instrument, OneThread, Slot, add, reject};
use crate::descriptor::InstrumentKind;
use crate::sync::{AtomicU64, own};

/// A sum that only goes up, of `u64` or `f64`.
///
/// Counting is one plain add: no lock, no atomic read-modify-write, no lookup, no branch.
#[derive(Debug)]
pub struct Counter<T = u64> {
    cell: &'static AtomicU64,
    rejected: &'static AtomicU64,
    number: PhantomData<T>,
    owner: OneThread,
}

impl Counter<u64> {
    /// Counts one.
    #[inline]
    pub fn inc(&self) {
        self.add(1);
    }

    /// Counts `n`. Beyond the largest number it goes on from zero, as a plain add does.
    #[inline]
    pub fn add(&self, n: u64) {
        add(self.cell, n);
    }
}

impl Counter<f64> {
    /// Counts `n`. What is negative or not finite is rejected and counted as such.
    #[inline]
    pub fn add(&self, n: f64) {
        let sum = f64::from_bits(own(self.cell)) + n;
        if n >= 0.0 && sum.is_finite() {
            self.cell.store(sum.to_bits(), Ordering::Relaxed);
        } else {
            reject(self.rejected);
        }
    }
}

impl<T> Attach for Counter<T> {
    fn attach(slot: Slot) -> Self {
        Self { cell: slot.head, rejected: slot.rejected, number: PhantomData, owner: PhantomData }
    }
}

impl Instrument for Counter<u64> {
    const KIND: InstrumentKind = InstrumentKind::CounterU64;
}

impl Instrument for Counter<f64> {
    const KIND: InstrumentKind = InstrumentKind::CounterF64;
}
