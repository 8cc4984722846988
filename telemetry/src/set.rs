//! A registered instance of a metric set.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::attributes::{AttributeSet, Scalar};
use crate::cells::{self, Block};
use crate::descriptor::MetricsDescriptor;
use crate::instrument::{Instrument, OneThread, Slot};
use crate::series::{Series, SeriesRegistry};
use crate::varying::Varying;

/// A struct of instruments. Implemented by `#[metric_set]`.
pub trait MetricSet: Sized + 'static {
    /// The attributes given at registration; `()` for none.
    type Attributes: AttributeSet;
    /// The closed enums chosen per recording; `()` for none.
    type Varying: Varying;
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
pub struct Set<S: MetricSet> {
    /// The instruments of every combination; in place if nothing varies. Dropped first: a drop of the user's may still
    /// count.
    points: <S::Varying as Varying>::Points<S>,
    ownership: Ownership,
    owner: OneThread,
}

impl<S: MetricSet> Set<S> {
    pub(crate) fn new(instance: Arc<Instance>) -> Self {
        let mut blocks = instance.blocks();
        let points = S::Varying::points(|| {
            let block = blocks.next().expect("there is a block for each combination");
            S::attach(&Cells { descriptor: S::DESCRIPTOR, block })
        });
        Self { points, ownership: Ownership(instance), owner: PhantomData }
    }

    /// The instruments of a combination of what varies: arithmetic and a load, no hashing, no branch.
    #[inline]
    pub fn with(&self, varying: S::Varying) -> &S {
        varying.point(&self.points)
    }
}

/// Only a set without varying attributes has instruments of its own.
impl<S: MetricSet<Varying = ()>> Deref for Set<S> {
    type Target = S;

    #[inline]
    fn deref(&self) -> &S {
        &self.points
    }
}

impl<S: MetricSet> fmt::Debug for Set<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ownership(instance) = &self.ownership;
        write!(f, "{}{:?}", instance.descriptor.name, instance.attributes)
    }
}

/// The owner's end of an instance.
struct Ownership(Arc<Instance>);

impl Drop for Ownership {
    fn drop(&mut self) {
        let retired = self.0.descriptor.retired_cell();
        for block in self.0.blocks() {
            // Pairs with the acquire of whoever flushes last: it must see every count of the owner.
            block[retired].store(1, Ordering::Release);
        }
    }
}

/// What the owner's handles and the flush share.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) descriptor: &'static MetricsDescriptor,
    /// Given at registration.
    pub(crate) attributes: Vec<Scalar>,
    /// The values of what varies, by combination.
    pub(crate) varying: fn(usize) -> Vec<Scalar>,
    /// The cells of all combinations, one after another.
    pub(crate) block: Block,
    pub(crate) combinations: usize,
    /// Unique in the pipeline.
    pub(crate) source: u64,
}

impl Instance {
    /// The cells of each combination.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = Block> + use<> {
        let cells = self.descriptor.cells();
        self.block[..cells * self.combinations].chunks_exact(cells)
    }

    /// The series of a combination.
    pub(crate) fn resolve(&self, point: usize, registry: &SeriesRegistry) -> (Arc<Series>, Arc<()>) {
        let mut attributes = self.attributes.clone();
        attributes.extend((self.varying)(point));
        registry.resolve(self.descriptor, attributes)
    }
}

impl Drop for Instance {
    /// Neither handles nor a cursor are left.
    fn drop(&mut self) {
        cells::give_back(self.block);
    }
}
