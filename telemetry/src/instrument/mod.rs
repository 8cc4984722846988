//! The instruments of a metric set: what the hot path touches.

mod counter;
mod gauge;
mod histogram;
pub(crate) mod mmsc;
mod observe_counter;
mod observe_up_down_counter;
mod sequence;
mod up_down_counter;

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::Ordering;

pub use counter::Counter;
pub use gauge::Gauge;
pub use histogram::Histogram;
pub use mmsc::Mmsc;
pub use observe_counter::ObserveCounter;
pub use observe_up_down_counter::ObserveUpDownCounter;
pub use up_down_counter::UpDownCounter;

use crate::cells::Block;
use crate::descriptor::{InstrumentKind, MetricsDescriptor, MetricsField};
use crate::sync::{AtomicU64, own};

/// A type that a field of a metric set can have. Implemented by the instruments of this crate only.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an instrument",
    label = "a field of a metric set is a Counter, UpDownCounter, Gauge, ObserveCounter, ObserveUpDownCounter, Mmsc or Histogram"
)]
pub trait Instrument: sealed::Attach {
    /// What descriptors call it.
    const KIND: InstrumentKind;
}

/// Marks a handle as belonging to one thread at a time: it may move, but not be shared.
pub(crate) type OneThread = PhantomData<Cell<()>>;

/// Where one field of a set instance lives.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    head: &'static AtomicU64,
    rejected: &'static AtomicU64,
    body: Block,
    field: &'static MetricsField,
}

impl Slot {
    pub(crate) fn new(descriptor: &MetricsDescriptor, block: Block, field: usize) -> Self {
        Self {
            head: &block[field],
            rejected: &block[descriptor.rejected_cell()],
            body: &block[descriptor.body(field)],
            field: &descriptor.fields[field],
        }
    }
}

pub(crate) mod sealed {
    /// Builds a handle onto its cells.
    pub trait Attach {
        #[doc(hidden)]
        fn attach(slot: super::Slot) -> Self;
    }
}

/// Adds without a locked instruction: only the owner writes, so nothing can come between load and store.
#[inline]
fn add(cell: &AtomicU64, n: u64) {
    cell.store(own(cell).wrapping_add(n), Ordering::Relaxed);
}

/// Counts a recording that was refused.
#[cold]
fn reject(rejected: &AtomicU64) {
    add(rejected, 1);
}
