//! A registered instance of a metric set.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::attributes::AttributeSet;
use crate::cells::{self, Block};
use crate::descriptor::MetricsDescriptor;
use crate::instrument::{Instrument, OneThread, Slot};
use crate::series::Series;

/// A struct of instruments. Implemented by `#[metric_set]`.
pub trait MetricSet: Sized {
    /// The attributes given at registration; `()` for none.
    type Attributes: AttributeSet;
    /// Names, units, kinds and briefs.
    const DESCRIPTOR: &'static MetricsDescriptor;

    /// Builds the instruments onto their cells.
    #[doc(hidden)]
    fn attach(cells: &Cells) -> Self;
}

/// The cells of an instance while its handles are built.
#[doc(hidden)]
#[derive(Debug)]
pub struct Cells {
    descriptor: &'static MetricsDescriptor,
    block: Block,
}

impl Cells {
    /// The handle of one field.
    pub fn field<I: Instrument>(&self, index: usize) -> I {
        I::attach(Slot::new(self.descriptor, self.block, index))
    }
}

/// A registered instance of a metric set; dereferences to its instruments.
///
/// Only its owner writes it: it may move to another thread, but cannot be shared between threads.
///
/// ```compile_fail,E0277
/// # use telemetry::{Counter, Set, metric_set};
/// /// Requests.
/// #[metric_set(name = "app")]
/// struct App {
///     /// Requests received.
///     #[metric(unit = "{request}")]
///     requests: Counter<u64>,
/// }
/// fn share(set: &Set<App>) {
///     std::thread::scope(|scope| { scope.spawn(|| set.requests.inc()); });
/// }
/// ```
///
/// Dropping it loses nothing: what it counted stays in the totals of its series.
pub struct Set<S> {
    /// Dropped first: a drop of the user's may still count.
    metrics: S,
    ownership: Ownership,
    owner: OneThread,
}

impl<S: MetricSet> Set<S> {
    pub(crate) fn new(instance: Arc<Instance>) -> Self {
        let metrics = S::attach(&Cells { descriptor: S::DESCRIPTOR, block: instance.block });
        Self { metrics, ownership: Ownership(instance), owner: PhantomData }
    }
}

impl<S> Deref for Set<S> {
    type Target = S;

    #[inline]
    fn deref(&self) -> &S {
        &self.metrics
    }
}

impl<S> fmt::Debug for Set<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let series = &self.ownership.0.series;
        write!(f, "{}{{{}}}", series.descriptor.name, series.labels)
    }
}

/// The owner's end of an instance.
struct Ownership(Arc<Instance>);

impl Drop for Ownership {
    fn drop(&mut self) {
        // Pairs with the acquire of whoever flushes last: it must see every count of the owner.
        self.0.retired.store(true, Ordering::Release);
    }
}

/// What the owner's handles and the flush share.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) series: Arc<Series>,
    pub(crate) block: Block,
    /// Unique in the pipeline.
    pub(crate) source: u64,
    /// The owner is gone and will not write again.
    pub(crate) retired: AtomicBool,
}

impl Drop for Instance {
    /// Neither handles nor a cursor are left.
    fn drop(&mut self) {
        cells::give_back(self.block);
    }
}
