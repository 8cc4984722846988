//! The pipeline: workers send batches over a bounded queue, a collection adds them up.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::aggregator::Aggregator;
use crate::attributes::AttributeSet;
use crate::batch::Batch;
use crate::cells;
use crate::collected::Collected;
use crate::ledger::Ledger;
use crate::otel_error;
use crate::prometheus::Clash;
use crate::series::SeriesRegistry;
use crate::set::{Instance, MetricSet, Set};
use crate::worker::{SharedLedger, Worker, Workers, lock};

/// Most batches that a queue is made for; more asked for is cut to this.
const QUEUE_BATCHES_LIMIT: usize = 4096;
/// Changes that may wait in the queue, so that its memory does not depend on how large a batch is: 24 bytes each.
const QUEUE_CHANGES_MAX: usize = 16 << 10;

/// How a pipeline is set up.
#[derive(Debug, Clone)]
pub struct TelemetryOptions {
    /// What emits the telemetry: `service.name` and the like, exported as `target_info`.
    pub resource: Vec<(String, String)>,
    /// Batches that may wait for a collection, at most 4096. Who finds the queue full adds up what waits in it; only
    /// while a collection does so already, its values stay in the sets and `telemetry.pipeline.deferrals` counts it.
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
        self.pipeline.workers().add(Arc::clone(&ledger), |gone| self.pipeline.send_changes(gone));
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
    workers: Mutex<Workers>,
    batches: Sender<Batch>,
    /// Changes in the queue, about.
    queued_changes: AtomicUsize,
    /// Emptied batches on their way back to the workers.
    spares: Receiver<Batch>,
    aggregator: Mutex<Aggregator>,
    sources: AtomicU64,
    deferrals: AtomicU64,
}

impl Pipeline {
    fn new(options: TelemetryOptions) -> Self {
        let queue_batches_max = options.queue_batches_max.min(QUEUE_BATCHES_LIMIT);
        let (batches, received) = bounded(queue_batches_max);
        let (emptied, spares) = bounded(queue_batches_max);
        let pipeline = Self {
            resource: options.resource.into(),
            series: SeriesRegistry::default(),
            workers: Mutex::default(),
            batches,
            queued_changes: AtomicUsize::new(0),
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

    /// Sends the changes of a worker. If the queue is full, what waits in it is added up here and now, so that a
    /// pipeline that nobody collects from stays as small as it is; if somebody else does that, they stay where they are.
    pub(crate) fn send_changes(&self, ledger: &mut Ledger) {
        if !ledger.gather() || self.try_queue(ledger) {
            return;
        }
        let Some(mut aggregator) = self.try_aggregator() else {
            ledger.take_back();
            self.deferrals.fetch_add(1, Ordering::Relaxed);
            return;
        };
        aggregator.settle(&self.series, ledger);
        self.queued_changes.store(0, Ordering::Relaxed);
    }

    /// Whether the gathered changes are in the queue now.
    fn try_queue(&self, ledger: &mut Ledger) -> bool {
        let changes = ledger.batch().weight();
        if self.queued_changes.load(Ordering::Relaxed) + changes > QUEUE_CHANGES_MAX {
            return false;
        }
        let batch = ledger.swap_batch(self.spares.try_recv().unwrap_or_default());
        if let Err(unsent) = self.batches.try_send(batch) {
            ledger.swap_batch(unsent.into_inner());
            return false;
        }
        self.queued_changes.fetch_add(changes, Ordering::Relaxed);
        ledger.commit();
        true
    }

    fn try_aggregator(&self) -> Option<MutexGuard<'_, Aggregator>> {
        match self.aggregator.try_lock() {
            Ok(aggregator) => Some(aggregator),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn collect(&self) -> Collected {
        let mut aggregator = self.aggregator.lock().unwrap_or_else(PoisonError::into_inner);
        for ledger in self.ledgers() {
            aggregator.flush_on_behalf(&self.series, &mut lock(&ledger));
        }
        self.queued_changes.store(0, Ordering::Relaxed);
        let clashes = aggregator.new_clashes();
        aggregator.count_own(&self.series, self.deferrals.load(Ordering::Relaxed));
        let collected = aggregator.collected(Arc::clone(&self.resource));
        // A log provider may take its time, and nobody shall wait for it.
        drop(aggregator);
        clashes.iter().for_each(report);
        collected
    }

    fn ledgers(&self) -> Vec<SharedLedger> {
        let mut workers = self.workers();
        workers.forget_settled();
        workers.all().to_vec()
    }

    fn workers(&self) -> MutexGuard<'_, Workers> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says once that a metric is left out of the Prometheus export.
fn report(clash: &Clash) {
    otel_error!(
        "telemetry.metric.clashed",
        metric.name = clash.metric.name,
        metric.kind = ?clash.metric.kind,
        metric.set = clash.set.name,
        first.name = clash.first.name,
        first.kind = ?clash.first.kind,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::Counter;
    use crate::metric_set;

    /// Requests.
    #[metric_set(name = "test.pipeline")]
    struct Requests {
        /// Requests received.
        #[metric(unit = "{request}")]
        requests: Counter<u64>,
    }

    const DEFERRALS: &str = "telemetry.pipeline.deferrals";

    fn telemetry(queue_batches_max: usize) -> Telemetry {
        Telemetry::new(TelemetryOptions { queue_batches_max, ..TelemetryOptions::default() })
    }

    #[test]
    fn a_flush_beside_a_collection_leaves_its_values_and_is_counted() {
        let telemetry = telemetry(1);
        let worker = telemetry.worker();
        let set: Set<Requests> = worker.register(());
        let collecting = telemetry.pipeline.aggregator.lock().expect("nothing panics");
        for _ in 0..3 {
            set.requests.inc();
            worker.flush();
        }
        drop(collecting);
        let collected = telemetry.collect();
        assert_eq!(collected.sum("test.pipeline.requests", &[]), 3);
        assert_eq!(collected.sum(DEFERRALS, &[]), 2);
    }

    #[test]
    fn without_a_collection_settled_sets_and_dead_workers_are_forgotten() {
        let telemetry = telemetry(4);
        let worker = telemetry.worker();
        let mut most = 0;
        for _ in 0..1000 {
            let set: Set<Requests> = worker.register(());
            set.requests.inc();
            let brief: Set<Requests> = telemetry.worker().register(());
            brief.requests.inc();
            drop((set, brief));
            worker.flush();
            most = most.max(lock(&telemetry.pipeline.workers().all()[0]).len());
        }
        assert!(most <= 1, "{most} sets are kept");
        let workers = telemetry.pipeline.workers().all().len();
        assert!(workers < 50, "{workers} workers are kept");
        let collected = telemetry.collect();
        assert_eq!(collected.sum("test.pipeline.requests", &[]), 2000);
        assert_eq!(collected.sum(DEFERRALS, &[]), 0);
    }

    #[test]
    fn a_queue_has_a_largest_size() {
        telemetry(usize::MAX).collect();
    }
}
