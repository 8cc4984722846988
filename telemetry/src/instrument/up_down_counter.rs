//! A sum that goes up and down.

use std::marker::PhantomData;
use std::sync::atomic::AtomicU64;

use super::sealed::Attach;
use super::{Instrument, OneThread, Slot, add};
use crate::descriptor::InstrumentKind;

/// A sum that goes up and down, such as requests being served; adds up over workers.
///
/// Ups and downs may happen in different sets of equal attributes: only the sum over all of them means something.
#[derive(Debug)]
pub struct UpDownCounter<T = i64> {
    cell: &'static AtomicU64,
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

impl<T> Attach for UpDownCounter<T> {
    fn attach(slot: Slot) -> Self {
        Self { cell: slot.head, number: PhantomData, owner: PhantomData }
    }
}

impl Instrument for UpDownCounter<i64> {
    const KIND: InstrumentKind = InstrumentKind::UpDownCounterI64;
}
