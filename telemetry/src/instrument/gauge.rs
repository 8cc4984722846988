//! The last value seen.

use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use super::sealed::Attach;
use super::{Instrument, OneThread, Slot, reject};
use crate::descriptor::InstrumentKind;
use crate::sync::AtomicU64;

/// The last value seen, of `u64`, `i64` or `f64`.
///
/// Several live sets of equal attributes export the sum of their values; a dropped set no longer contributes.
/// For a value that must not add up, let one worker own it or give each worker an attribute of its own.
#[derive(Debug)]
pub struct Gauge<T> {
    cell: &'static AtomicU64,
    rejected: &'static AtomicU64,
    number: PhantomData<T>,
    owner: OneThread,
}

impl Gauge<u64> {
    /// Sees `value`.
    #[inline]
    pub fn set(&self, value: u64) {
        self.cell.store(value, Ordering::Relaxed);
    }
}

impl Gauge<i64> {
    /// Sees `value`.
    #[inline]
    pub fn set(&self, value: i64) {
        self.cell.store(value.cast_unsigned(), Ordering::Relaxed);
    }
}

impl Gauge<f64> {
    /// Sees `value`. What is not finite is rejected and counted as such; the value before it stays.
    #[inline]
    pub fn set(&self, value: f64) {
        if value.is_finite() {
            self.cell.store(value.to_bits(), Ordering::Relaxed);
        } else {
            reject(self.rejected);
        }
    }
}

impl<T> Attach for Gauge<T> {
    fn attach(slot: Slot) -> Self {
        Self { cell: slot.head, rejected: slot.rejected, number: PhantomData, owner: PhantomData }
    }
}

impl Instrument for Gauge<u64> {
    const KIND: InstrumentKind = InstrumentKind::GaugeU64;
}

impl Instrument for Gauge<i64> {
    const KIND: InstrumentKind = InstrumentKind::GaugeI64;
}

impl Instrument for Gauge<f64> {
    const KIND: InstrumentKind = InstrumentKind::GaugeF64;
}
