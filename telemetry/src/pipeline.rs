//! The pipeline: workers send batches over a bounded queue, a collection adds them up.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::aggregator::Aggregator;
use crate::attributes::AttributeSet;
use crate::batch::Batch;
use crate::cells;
use crate::collected::Collected;
use crate::ledger::Ledger;
use crate::series::SeriesRegistry;
use crate::set::{Instance, MetricSet, Set};
use crate::worker::{SharedLedger, Worker, lock};

/// How a pipeline is set up.
#[derive(Debug, Clone)]
pub struct TelemetryOptions {
    /// What emits the telemetry: `service.name` and the like, exported as `target_info`.
    pub resource: Vec<(String, String)>,
    /// Batches that may wait for a collection; further flushes leave their values in the sets and are counted
    /// as `telemetry.pipeline.deferrals`.
    pub queue_batches_max: usize,
}

impl Default for TelemetryOptions {
    fn default() -> Self {
        Self { resource: Vec::new(), queue_batches_max: 256 }
    }
}

/// The telemetry of a process: hands out workers, collects what they count. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Telemetry {
    pipeline: Arc<Pipeline>,
}

impl Telemetry {
    /// A pipeline with nothing registered.
    pub fn new(options: TelemetryOptions) -> Self {
        Self { pipeline: Arc::new(Pipeline::new(options)) }
    }

    /// An owner of sets, for one thread.
    pub fn worker(&self) -> Worker {
        let ledger = SharedLedger::default();
        let mut workers = self.pipeline.workers.lock().unwrap_or_else(PoisonError::into_inner);
        workers.push(Arc::clone(&ledger));
        drop(workers);
        Worker::new(Arc::clone(&self.pipeline), ledger)
    }

    /// Everything counted up to now, cumulative, from any thread.
    ///
    /// Flushes on behalf of every owner, so that nothing is missing because its owner is idle, blocked or gone.
    pub fn collect(&self) -> Collected {
        self.pipeline.collect()
    }

    /// A collection as Prometheus text 0.0.4.
    pub fn prometheus_text(&self) -> String {
        self.collect().prometheus_text()
    }
}

impl Default for Telemetry {
    fn default() -> Self {
        Self::new(TelemetryOptions::default())
    }
}

/// What the clones of a `Telemetry` and its workers share.
#[derive(Debug)]
pub(crate) struct Pipeline {
    resource: Arc<[(String, String)]>,
    series: SeriesRegistry,
    workers: Mutex<Vec<SharedLedger>>,
    batches: Sender<Batch>,
    /// Emptied batches on their way back to the workers.
    spares: Receiver<Batch>,
    aggregator: Mutex<Aggregator>,
    sources: AtomicU64,
    deferrals: AtomicU64,
}

impl Pipeline {
    fn new(options: TelemetryOptions) -> Self {
        let (batches, received) = bounded(options.queue_batches_max);
        let (emptied, spares) = bounded(options.queue_batches_max);
        let pipeline = Self {
            resource: options.resource.into(),
            series: SeriesRegistry::default(),
            workers: Mutex::default(),
            batches,
            spares,
            aggregator: Mutex::new(Aggregator::new(received, emptied)),
            sources: AtomicU64::new(0),
            deferrals: AtomicU64::new(0),
        };
        pipeline.register_own();
        pipeline
    }

    fn register_own(&self) {
        let mut aggregator = self.aggregator.lock().unwrap_or_else(PoisonError::into_inner);
        aggregator.register_own(self);
    }

    pub(crate) fn register<S: MetricSet>(&self, ledger: &Mutex<Ledger>, attributes: S::Attributes) -> Set<S> {
        let instance = Arc::new(Instance {
            series: self.series.resolve(S::DESCRIPTOR, attributes.values()),
            block: cells::take(S::DESCRIPTOR.cells()),
            source: self.sources.fetch_add(1, Ordering::Relaxed),
            retired: AtomicBool::new(false),
        });
        lock(ledger).open(Arc::clone(&instance));
        Set::new(instance)
    }

    /// Sends the changes of a worker, or leaves them where they are if the queue is full.
    pub(crate) fn send_changes(&self, ledger: &mut Ledger) {
        if !ledger.gather() {
            return;
        }
        let batch = ledger.swap_batch(self.spares.try_recv().unwrap_or_default());
        let Err(unsent) = self.batches.try_send(batch) else {
            return ledger.commit();
        };
        ledger.swap_batch(unsent.into_inner());
        ledger.take_back();
        self.deferrals.fetch_add(1, Ordering::Relaxed);
    }

    fn collect(&self) -> Collected {
        let mut aggregator = self.aggregator.lock().unwrap_or_else(PoisonError::into_inner);
        for ledger in self.ledgers() {
            aggregator.flush_on_behalf(&self.series, &mut lock(&ledger));
        }
        aggregator.count_own(&self.series, self.deferrals.load(Ordering::Relaxed));
        aggregator.collected(Arc::clone(&self.resource))
    }

    /// The ledgers of all workers; forgets those whose worker is gone and whose sets are all settled.
    fn ledgers(&self) -> Vec<SharedLedger> {
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        workers.retain(|ledger| Arc::strong_count(ledger) > 1 || !lock(ledger).is_empty());
        workers.clone()
    }
}
