//! One set for each thread that counts: what a runtime needs whose tasks move between threads.

use std::fmt;

use thread_local::ThreadLocal;

use crate::handle::Telemetry;
use crate::set::{MetricSet, Set};

/// A metric set that every thread has its own instance of, made when the thread first counts.
///
/// Share it behind an `Arc` between the tasks of a multi-threaded runtime:
///
/// ```
/// # use telemetry::{Counter, PerThread, Telemetry, metric_set};
/// # /// Requests.
/// # #[metric_set(name = "app")]
/// # struct App {
/// #     /// Requests received.
/// #     #[metric(unit = "{request}")]
/// #     requests: Counter<u64>,
/// # }
/// # fn spawn(task: impl Future + Send) {}
/// let app: PerThread<App> = Telemetry::default().per_thread(());
/// spawn(async move {
///     std::future::ready(()).await;
///     app.here().requests.inc();
/// });
/// ```
///
/// What [`here`](Self::here) returns is not `Send`, so that a task cannot hold it while it waits and wake up on another
/// thread with it:
///
/// ```compile_fail
/// # use telemetry::{Counter, PerThread, Telemetry, metric_set};
/// # /// Requests.
/// # #[metric_set(name = "app")]
/// # struct App {
/// #     /// Requests received.
/// #     #[metric(unit = "{request}")]
/// #     requests: Counter<u64>,
/// # }
/// # fn spawn(task: impl Future + Send) {}
/// let app: PerThread<App> = Telemetry::default().per_thread(());
/// spawn(async move {
///     let here = app.here();
///     std::future::ready(()).await;
///     here.requests.inc();
/// });
/// ```
///
/// Threads may come and go: the instance of one that ended is used again by the next, and memory stays at the peak of
/// threads at one time. A look costs about a nanosecond; a loop that counts much does it once.
pub struct PerThread<S: MetricSet>
where
    Set<S>: Send,
{
    telemetry: Telemetry,
    attributes: S::Attributes,
    sets: ThreadLocal<Set<S>>,
}

impl<S> PerThread<S>
where
    S: MetricSet<Attributes: Clone>,
    Set<S>: Send,
{
    pub(crate) fn new(telemetry: Telemetry, attributes: S::Attributes) -> Self {
        Self { telemetry, attributes, sets: ThreadLocal::new() }
    }

    /// The instance of the calling thread.
    #[inline]
    pub fn here(&self) -> &Set<S> {
        self.sets.get_or(|| self.telemetry.worker_here().register(self.attributes.clone()))
    }
}

impl<S: MetricSet> fmt::Debug for PerThread<S>
where
    Set<S>: Send,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerThread").field("set", &S::DESCRIPTOR.name).finish_non_exhaustive()
    }
}
