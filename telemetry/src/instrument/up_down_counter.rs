//! A sum that goes up and down.

use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use super::sealed::Attach;
use super::{Instrument, OneThread, Slot, add, reject};
use crate::descriptor::InstrumentKind;
use crate::sync::{AtomicU64, own};

/// A sum of `i64` or `f64` that goes up and down, such as requests being served; adds up over workers.
///
/// Ups and downs may happen in different sets of equal attributes: only the sum over all of them means something.
#[derive(Debug)]
pub struct UpDownCounter<T = i64> {
    cell: &'static AtomicU64,
    rejected: &'static AtomicU64,
    number: PhantomData<T>,
    owner: OneThread,
}

impl UpDownCounter<i64> {
    /// Goes up by one.
    #[inline]
    pub fn inc(&self) {
        self.add(1);
    }

    /// Goes down by one.
    #[inline]
    pub fn dec(&self) {
        self.add(-1);
    }

    /// Goes up by `n`, down if it is negative.
    #[inline]
    pub fn add(&self, n: i64) {
        add(self.cell, n.cast_unsigned());
    }
}

impl UpDownCounter<f64> {
    /// Goes up by `n`, down if it is negative. What is not finite, or would make the sum so, is rejected and counted
    /// as such.
    #[inline]
    pub fn add(&self, n: f64) {
        let sum = f64::from_bits(own(self.cell)) + n;
        if sum.is_finite() {
            self.cell.store(sum.to_bits(), Ordering::Relaxed);
        } else {
            reject(self.rejected);
        }
    }
}

impl<T> Attach for UpDownCounter<T> {
    fn attach(slot: Slot) -> Self {
        Self { cell: slot.head, rejected: slot.rejected, number: PhantomData, owner: PhantomData }
    }
}

impl Instrument for UpDownCounter<i64> {
    const KIND: InstrumentKind = InstrumentKind::UpDownCounterI64;
}

impl Instrument for UpDownCounter<f64> {
    const KIND: InstrumentKind = InstrumentKind::UpDownCounterF64;
}
