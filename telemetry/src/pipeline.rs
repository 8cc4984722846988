//! The pipeline: workers send batches over bounded queues, one aggregator for each NUMA node adds them up, a collection
//! puts the nodes together.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, TryLockError};
use std::time::{Duration, Instant, SystemTime};

use crate::aggregator::{Aggregator, Extremes, ReaderId};
use crate::attributes::AttributeSet;
use crate::batch::Batch;
use crate::cells;
use crate::change::{self, Amount, add_level, differences, integer};
use crate::declarations::Declarations;
use crate::handle::TelemetryOptions;
use crate::ledger::Ledger;
use crate::now::Now;
use crate::observe::Observers;
use crate::own::OwnMetrics;
use crate::queue::{Receiver, Sender, bounded};
use crate::reader::Temporality;
use crate::series::{Order, Series, SeriesRegistry};
use crate::set::{Instance, MetricSet, Set};
use crate::sync::{AtomicU64, AtomicUsize, Mutex, MutexGuard};
use crate::varying::Varying;
use crate::waiting::Waiting;
use crate::worker::{SharedLedger, Workers, lock};

/// Most batches that a queue is made for; more asked for is cut to this.
const QUEUE_BATCHES_LIMIT: usize = 4096;
/// Changes that may wait in the queue, so that its memory does not depend on how large a batch is: 24 bytes each.
const QUEUE_CHANGES_MAX: usize = 16 << 10;
/// Looks for series that expired, per time that they have to be idle.
pub(crate) const EXPIRY_LOOKS: u32 = 8;

/// What the clones of a `Telemetry` and its workers share.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) resource: Arc<[(String, String)]>,
    series_idle_max: Duration,
    series: SeriesRegistry,
    nodes: Box<[Node]>,
    pub(crate) observers: Observers,
    sources: AtomicU64,
    deferrals: AtomicU64,
    root: Mutex<Root>,
}

/// What belongs to one NUMA node.
#[derive(Debug)]
struct Node {
    workers: Mutex<Workers>,
    batches: Sender<Batch>,
    /// Changes in the queue, about.
    queued_changes: AtomicUsize,
    /// Emptied batches on their way back to the workers.
    spares: Receiver<Batch>,
    aggregator: Mutex<Aggregator>,
}

/// What one collection at a time needs.
#[derive(Debug)]
struct Root {
    declarations: Declarations,
    own: OwnMetrics,
    /// How many there were.
    collections: Collection,
    /// When each series last changed, by index; of one that never did, when it was first seen unused.
    changed: Vec<Option<Changed>>,
    expiry_looked: Instant,
    readers: HashMap<ReaderId, Waiting>,
    readers_made: ReaderId,
    of_node: Vec<u64>,
    zeros: Vec<u64>,
}

/// The number of a collection. What is before what is told by it: clocks are set, and threads come late.
pub(crate) type Collection = u64;

/// The last collection that found a series changed.
#[derive(Debug, Clone, Copy)]
struct Changed {
    collection: Collection,
    at: Instant,
}

/// The totals of all series at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) time: SystemTime,
    pub(crate) collection: Collection,
    pub(crate) order: Order,
    /// The cells of all series, each where its `range` says.
    pub(crate) cells: Vec<u64>,
}

impl Default for Snapshot {
    fn default() -> Self {
        Self { time: SystemTime::UNIX_EPOCH, collection: 0, order: Order::default(), cells: Vec::new() }
    }
}

impl Pipeline {
    pub(crate) fn new(options: &TelemetryOptions) -> Self {
        let series = SeriesRegistry::default();
        let sources = AtomicU64::new(0);
        let own = OwnMetrics::register(&series, &sources);
        let root = Root {
            declarations: Declarations::default(),
            own,
            collections: 0,
            changed: Vec::new(),
            expiry_looked: Instant::now(),
            readers: HashMap::new(),
            readers_made: 0,
            of_node: Vec::new(),
            zeros: Vec::new(),
        };
        Self {
            resource: options.distinct_resource(),
            series_idle_max: options.series_idle_max,
            series,
            nodes: (0..options.topology.nodes()).map(|_| Node::new(options.queue_batches_max)).collect(),
            observers: Observers::default(),
            sources,
            deferrals: AtomicU64::new(0),
            root: Mutex::new(root),
        }
    }

    pub(crate) fn add_worker(&self, node: usize) -> SharedLedger {
        let ledger = SharedLedger::default();
        self.nodes[node].workers().add(Arc::clone(&ledger), |gone| self.send_changes(node, gone));
        ledger
    }

    pub(crate) fn register<S: MetricSet>(&self, ledger: &Mutex<Ledger>, attributes: S::Attributes) -> Set<S> {
        register(&self.series, &self.sources, &mut lock(ledger), attributes)
    }

    /// Sends the changes of a worker. If the queue is full, what waits in it is added up here and now, so that a
    /// pipeline that nobody collects from stays as small as it is; if somebody else does that, they stay where they are.
    pub(crate) fn send_changes(&self, node: usize, ledger: &mut Ledger) {
        let node = &self.nodes[node];
        // What waits undelivered first, then what has changed since.
        let is_free = !ledger.is_waiting() || node.deliver(&self.series, ledger);
        if is_free && (!ledger.gather(&self.series) || node.deliver(&self.series, ledger)) {
            return;
        }
        self.deferrals.fetch_add(1, Ordering::Relaxed);
    }

    /// Brings the totals of every node up to date.
    pub(crate) fn aggregate(&self) {
        self.observers.run();
        (0..self.nodes.len()).for_each(|node| self.aggregate_node(node));
    }

    /// Brings the totals of one node up to date.
    pub(crate) fn aggregate_node(&self, node: usize) {
        self.nodes[node].flush_all(&self.series);
    }

    /// Copies the totals of all series as they are now, and for a reader the extremes that it has not seen yet.
    pub(crate) fn snapshot(&self, now: Now, reader: Option<(ReaderId, &mut Extremes)>, into: &mut Snapshot) {
        self.observers.run();
        let mut root = self.root();
        self.nodes.iter().for_each(|node| node.flush_all(&self.series));
        let clashes = root.declarations.learn(&self.series.order());
        self.count_own(&mut root);
        root.collections += 1;
        self.series.settled(now.time);
        self.expire(&mut root, now.passed);
        // The order first: the nodes then know every series in it, and none of them starts after the collection.
        into.order = self.series.order();
        (into.time, into.collection) = (now.time + now.passed.elapsed(), root.collections);
        self.copy_nodes(&mut root, reader, into);
        // A log provider may take its time, and nobody shall wait for it.
        drop(root);
        clashes.iter().for_each(Declarations::report);
    }

    pub(crate) fn add_reader(&self, temporality: Temporality) -> ReaderId {
        let mut root = self.root();
        root.readers_made += 1;
        let reader = root.readers_made;
        let collections = root.collections;
        root.readers.insert(reader, Waiting::new(collections));
        // Extremes of all time are among the totals.
        if temporality == Temporality::Delta {
            self.nodes.iter().for_each(|node| node.aggregator().add_reader(reader));
        }
        reader
    }

    /// A reader has delivered everything up to a collection.
    pub(crate) fn reader_delivered(&self, reader: ReaderId, collection: Collection) {
        self.root().readers.insert(reader, Waiting::new(collection));
    }

    pub(crate) fn forget_reader(&self, reader: ReaderId) {
        let mut root = self.root();
        root.readers.remove(&reader);
        self.nodes.iter().for_each(|node| node.aggregator().forget_reader(reader));
    }

    fn copy_nodes(
        &self,
        root: &mut Root,
        mut reader: Option<(ReaderId, &mut Extremes)>,
        into: &mut Snapshot,
    ) {
        for (index, node) in self.nodes.iter().enumerate() {
            let mut aggregator = node.aggregator();
            aggregator.learn(&self.series);
            if let Some((reader, extremes)) = &mut reader {
                aggregator.take_extremes(*reader, extremes);
            }
            if index == 0 {
                aggregator.copy_to(&mut into.cells);
            } else {
                aggregator.copy_to(&mut root.of_node);
                drop(aggregator);
                root.add_node(&into.order, &mut into.cells);
            }
        }
    }

    /// Counts what the pipeline has to say about itself.
    fn count_own(&self, root: &mut Root) {
        let rejected = self.nodes.iter().map(|node| node.aggregator().rejected()).sum();
        let clashes = root.declarations.clashes();
        root.own.count(self.deferrals.load(Ordering::Relaxed), rejected, clashes, self.series.overflows());
        self.nodes[0].aggregator().flush_on_behalf(&self.series, root.own.ledger());
    }

    /// Forgets the series that have no live set and have not changed for `series_idle_max`, unless a reader has yet to
    /// deliver their last change.
    fn expire(&self, root: &mut Root, now: Instant) {
        self.nodes.iter().for_each(|node| root.note_changed(&mut node.aggregator(), now));
        let since = |then: Instant| now.saturating_duration_since(then);
        if since(root.expiry_looked) < self.series_idle_max / EXPIRY_LOOKS {
            return;
        }
        // Nobody adds anything up from the last look at what has changed until places are given to others.
        let mut aggregators: Vec<_> = self.nodes.iter().map(Node::aggregator).collect();
        for aggregator in &mut aggregators {
            root.note_changed(aggregator, now);
        }
        root.expiry_looked = now;
        let delivered = root.delivered();
        let expired = self.series.expire(|series| {
            let changed = root.changed_or_now(series.index, now);
            // What has changed since the last collection is in this one, however short the time is.
            let is_idle = since(changed.at) >= self.series_idle_max && changed.collection < root.collections;
            is_idle && changed.collection <= delivered
        });
        for series in &expired {
            for aggregator in &mut aggregators {
                aggregator.forget(series);
            }
            root.changed[series.index] = None;
        }
    }

    fn root(&self) -> MutexGuard<'_, Root> {
        self.root.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Registers an instance of a metric set with a ledger.
pub(crate) fn register<S: MetricSet>(
    registry: &SeriesRegistry,
    sources: &AtomicU64,
    ledger: &mut Ledger,
    attributes: S::Attributes,
) -> Set<S> {
    let descriptor = S::DESCRIPTOR;
    let combinations = S::Varying::COUNT;
    let instance = Arc::new(Instance {
        descriptor,
        attributes: attributes.values(),
        varying: S::Varying::scalars,
        block: cells::take(descriptor.cells() * combinations),
        combinations,
        source: sources.fetch_add(1, Ordering::Relaxed),
    });
    // A combination becomes a series when it is first counted, a set without any at once.
    let series = (combinations == 1).then(|| instance.resolve(0, registry));
    ledger.open(&instance, series.as_ref());
    Set::new(instance)
}

impl Root {
    fn note_changed(&mut self, aggregator: &mut Aggregator, now: Instant) {
        let changed = Changed { collection: self.collections, at: now };
        aggregator.changed(|index| *self.changed_at(index) = Some(changed));
    }

    fn changed_or_now(&mut self, index: usize, now: Instant) -> Changed {
        let changed = Changed { collection: self.collections, at: now };
        *self.changed_at(index).get_or_insert(changed)
    }

    fn changed_at(&mut self, index: usize) -> &mut Option<Changed> {
        if self.changed.len() <= index {
            self.changed.resize(index + 1, None);
        }
        &mut self.changed[index]
    }

    /// The last collection that every reader has delivered which is still waited for; to be called once per look.
    fn delivered(&mut self) -> Collection {
        let waited = self.readers.values_mut().filter_map(Waiting::look);
        waited.min().unwrap_or(self.collections)
    }

    /// Adds the totals of a further node.
    fn add_node(&mut self, order: &[Arc<Series>], cells: &mut [u64]) {
        for series in order {
            let of_node = &self.of_node[series.range()];
            self.zeros.resize(self.zeros.len().max(series.cells), 0);
            let zeros = &self.zeros[..series.cells];
            let heads = series.descriptor.head_cells();
            if of_node[..heads] != zeros[..heads] || of_node != zeros {
                add_totals(series, of_node, zeros, &mut cells[series.range()]);
            }
        }
    }
}

fn add_totals(series: &Series, of_node: &[u64], zeros: &[u64], cells: &mut [u64]) {
    let descriptor = series.descriptor;
    for index in 0..descriptor.fields.len() {
        differences(descriptor, index, of_node, zeros, &mut |change| {
            if let Amount::Level(bits) = change.amount {
                cells[index] = add_level(descriptor.fields[index].kind, cells[index], bits);
            } else {
                change::add(cells, change);
            }
        });
    }
    integer(descriptor.rejected_cell(), of_node, zeros, &mut |change| {
        change::add(cells, change);
    });
}

impl Node {
    fn new(queue_batches_max: usize) -> Self {
        let queue_batches_max = queue_batches_max.min(QUEUE_BATCHES_LIMIT);
        let (batches, received) = bounded(queue_batches_max);
        let (emptied, spares) = bounded(queue_batches_max);
        Self {
            workers: Mutex::default(),
            batches,
            queued_changes: AtomicUsize::new(0),
            spares,
            aggregator: Mutex::new(Aggregator::new(received, emptied)),
        }
    }

    /// Whether the gathered changes are in the queue now, or added up.
    fn deliver(&self, registry: &SeriesRegistry, ledger: &mut Ledger) -> bool {
        if self.try_queue(ledger) {
            return true;
        }
        let Some(mut aggregator) = self.try_aggregator() else { return false };
        aggregator.settle(registry, ledger);
        self.queued_changes.store(0, Ordering::Relaxed);
        true
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
        true
    }

    /// Fetches what every worker of the node has counted.
    fn flush_all(&self, registry: &SeriesRegistry) {
        let mut aggregator = self.aggregator();
        let mut ledgers = aggregator.take_list();
        self.list_ledgers(&mut ledgers);
        for ledger in &ledgers {
            aggregator.flush_on_behalf(registry, &mut lock(ledger));
        }
        aggregator.give_back_list(ledgers);
        aggregator.drain(registry);
        self.queued_changes.store(0, Ordering::Relaxed);
    }

    fn aggregator(&self) -> MutexGuard<'_, Aggregator> {
        self.aggregator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_aggregator(&self) -> Option<MutexGuard<'_, Aggregator>> {
        match self.aggregator.try_lock() {
            Ok(aggregator) => Some(aggregator),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Lists the workers there are, so that none has to wait until all are flushed.
    fn list_ledgers(&self, list: &mut Vec<SharedLedger>) {
        let mut workers = self.workers();
        workers.forget_settled();
        list.extend_from_slice(workers.all());
    }

    fn workers(&self) -> MutexGuard<'_, Workers> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::Counter;
    use crate::{Telemetry, metric_set};

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
        let collecting = telemetry.pipeline.nodes[0].aggregator();
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
            most = most.max(lock(&telemetry.pipeline.nodes[0].workers().all()[0]).len());
        }
        assert!(most <= 1, "{most} sets are kept");
        let workers = telemetry.pipeline.nodes[0].workers().all().len();
        assert!(workers < 50, "{workers} workers are kept");
        let collected = telemetry.collect();
        assert_eq!(collected.sum("test.pipeline.requests", &[]), 2000);
        assert_eq!(collected.sum(DEFERRALS, &[]), 0);
    }

    const REQUESTS: &str = "test.pipeline.requests";

    fn is_there(collected: &crate::Collected) -> bool {
        collected.sets().any(|set| set.value(REQUESTS).is_some())
    }

    #[test]
    fn a_series_that_nobody_holds_leaves_when_it_has_been_idle_for_long() {
        let telemetry = Telemetry::default();
        let worker = telemetry.worker();
        let hour = Duration::from_secs(3600);
        let start = SystemTime::now();
        let set: Set<Requests> = worker.register(());
        set.requests.inc();
        assert!(is_there(&telemetry.collect_at(start)));
        assert!(is_there(&telemetry.collect_at(start + 2 * hour)), "it has a set");
        drop(set);
        worker.register::<Requests>(()).requests.inc();
        assert!(is_there(&telemetry.collect_at(start + 3 * hour)), "it has changed");
        assert!(is_there(&telemetry.collect_at(start + 3 * hour + hour / 2)));
        assert!(!is_there(&telemetry.collect_at(start + 4 * hour)));
        let set: Set<Requests> = worker.register(());
        set.requests.add(5);
        assert_eq!(telemetry.collect_at(start + 5 * hour).sum(REQUESTS, &[]), 5, "it starts anew");
    }

    #[test]
    fn a_series_waits_for_readers_that_still_deliver() {
        let telemetry = Telemetry::default();
        let worker = telemetry.worker();
        let (hour, start) = (Duration::from_secs(3600), SystemTime::now());
        let mut reader = telemetry.reader(crate::Temporality::Delta);
        reader.collect_at(start);
        reader.delivered();
        worker.register::<Requests>(()).requests.inc();
        let minute = Duration::from_secs(60);
        assert_eq!(reader.collect_at(start + minute).sum(REQUESTS, &[]), 1);
        assert!(is_there(&telemetry.collect_at(start + hour - minute)));
        assert_eq!(reader.collect_at(start + hour - minute).sum(REQUESTS, &[]), 1, "not delivered yet");
        reader.delivered();
        assert!(!is_there(&telemetry.collect_at(start + 2 * hour)));
        assert_eq!(reader.collect_at(start + 2 * hour).sum(REQUESTS, &[]), 0);
    }

    /// A moment at which the clock shows something else than the time that passed.
    fn shown(time: SystemTime, passed: SystemTime) -> Now {
        Now { time, ..Now::from(passed) }
    }

    #[test]
    fn a_process_that_was_stopped_for_long_loses_no_last_changes() {
        let telemetry = Telemetry::default();
        let worker = telemetry.worker();
        let (hour, start) = (Duration::from_secs(3600), SystemTime::now());
        let mut reader = telemetry.reader(crate::Temporality::Delta);
        reader.collect_at(start);
        reader.delivered();
        worker.register::<Requests>(()).requests.inc();
        // Somebody else looks before it is stopped, and first after it.
        telemetry.collect_at(start + hour / 60);
        telemetry.collect_at(start + 2 * hour);
        assert_eq!(reader.collect_at(start + 2 * hour).sum(REQUESTS, &[]), 1);
        reader.delivered();
        assert!(!is_there(&telemetry.collect_at(start + 3 * hour)));
    }

    #[test]
    fn a_clock_that_is_set_forward_loses_no_last_changes_not_even_for_who_is_no_reader() {
        let telemetry = Telemetry::default();
        let worker = telemetry.worker();
        let (hour, start) = (Duration::from_secs(3600), SystemTime::now());
        let mut reader = telemetry.reader(crate::Temporality::Delta);
        worker.register::<Requests>(()).requests.inc();
        assert_eq!(reader.collect_at(start).sum(REQUESTS, &[]), 1);
        reader.delivered();
        let minute = start + hour / 60;
        assert!(is_there(&telemetry.collect_at(shown(start + 20 * hour, minute))));
        assert!(!is_there(&telemetry.collect_at(shown(start + 20 * hour, minute + hour))));
    }

    #[test]
    fn a_clock_that_is_set_back_loses_no_last_changes() {
        let telemetry = Telemetry::default();
        let worker = telemetry.worker();
        let (hour, start) = (Duration::from_secs(3600), SystemTime::now());
        let mut reader = telemetry.reader(crate::Temporality::Delta);
        reader.collect_at(shown(start + 5 * hour, start));
        reader.delivered();
        worker.register::<Requests>(()).requests.inc();
        telemetry.collect_at(start);
        telemetry.collect_at(start + 2 * hour);
        assert_eq!(reader.collect_at(start + 2 * hour).sum(REQUESTS, &[]), 1);
    }

    #[test]
    fn changes_do_not_start_after_their_time_if_the_clock_is_set_back() {
        let telemetry = Telemetry::default();
        let worker = telemetry.worker();
        let (hour, start) = (Duration::from_secs(3600), SystemTime::now());
        let set: Set<Requests> = worker.register(());
        let mut reader = telemetry.reader(crate::Temporality::Delta);
        reader.collect_at(shown(start + 2 * hour, start));
        reader.delivered();
        set.requests.inc();
        let changes = reader.collect_at(shown(start + hour, start));
        let time = changes.time();
        assert!(changes.sets().all(|set| set.start() <= time));
        assert_eq!(changes.sum(REQUESTS, &[]), 1);
    }

    #[test]
    fn a_series_is_exported_once_however_short_the_time_is() {
        let telemetry =
            Telemetry::new(TelemetryOptions { series_idle_max: Duration::ZERO, ..Default::default() });
        let worker = telemetry.worker();
        worker.register::<Requests>(()).requests.inc();
        assert_eq!(telemetry.collect().sum(REQUESTS, &[]), 1);
        assert!(!is_there(&telemetry.collect()));
    }

    #[test]
    fn a_series_that_never_changed_leaves_too() {
        let telemetry = Telemetry::default();
        let worker = telemetry.worker();
        let (hour, start) = (Duration::from_secs(3600), SystemTime::now());
        drop(worker.register::<Requests>(()));
        assert!(is_there(&telemetry.collect_at(start + hour)), "it was first seen unused");
        assert!(is_there(&telemetry.collect_at(start + hour + hour / 2)));
        assert!(!is_there(&telemetry.collect_at(start + 2 * hour)));
    }

    #[test]
    fn the_place_of_an_expired_series_is_clean_for_the_next() {
        let telemetry = Telemetry::default();
        let worker = telemetry.worker();
        let (hour, mut now) = (Duration::from_secs(3600), SystemTime::now());
        let mut reader = telemetry.reader(crate::Temporality::Delta);
        for _ in 0..5 {
            worker.register::<Requests>(()).requests.add(3);
            assert_eq!(reader.collect_at(now).sum(REQUESTS, &[]), 3);
            reader.delivered();
            now += 2 * hour;
            telemetry.collect_at(now);
        }
        assert_eq!(telemetry.collect_at(now).sets().filter(|set| set.value(REQUESTS).is_some()).count(), 0);
    }

    /// Expires what can be an hour after the set has been dropped, without a collection before.
    fn check_counts_before_an_expiry(arrive: impl Fn(&Telemetry, &crate::Worker)) {
        let telemetry = Telemetry::default();
        let worker = telemetry.worker();
        let start = SystemTime::now();
        let set: Set<Requests> = worker.register(());
        set.requests.inc();
        telemetry.collect_at(start);
        let hours = start + Duration::from_secs(2 * 3600);
        set.requests.inc();
        drop(set);
        arrive(&telemetry, &worker);
        telemetry.pipeline.expire(&mut telemetry.pipeline.root(), Now::from(hours).passed);
        worker.register::<Requests>(()).requests.inc();
        assert_eq!(telemetry.collect_at(hours).sum(REQUESTS, &[]), 3);
    }

    #[test]
    fn what_is_on_its_way_keeps_its_series() {
        check_counts_before_an_expiry(|_, worker| worker.flush());
    }

    #[test]
    fn what_has_just_arrived_keeps_its_series() {
        check_counts_before_an_expiry(|telemetry, _| telemetry.aggregate());
    }

    /// Sizes.
    #[metric_set(name = "test.sizes")]
    struct Sizes {
        /// Size of a request.
        #[metric(unit = "By")]
        requests: crate::Mmsc,
    }

    /// Sizes of something else, in as many cells.
    #[metric_set(name = "test.other_sizes")]
    struct OtherSizes {
        /// Size of a response.
        #[metric(unit = "By")]
        responses: crate::Mmsc,
    }

    #[test]
    fn undelivered_extremes_are_not_those_of_the_series_that_has_the_place_now() {
        let telemetry = Telemetry::default();
        let worker = telemetry.worker();
        let (hour, start) = (Duration::from_secs(3600), SystemTime::now());
        let mut reader = telemetry.reader(crate::Temporality::Delta);
        worker.register::<Sizes>(()).requests.record(1.0);
        reader.collect_at(start);
        // Until the reader is one that never delivers.
        (1..=EXPIRY_LOOKS + 1).for_each(|look| drop(telemetry.collect_at(start + look * hour)));
        worker.register::<OtherSizes>(()).responses.record(5.0);
        let collected = reader.collect_at(start + 10 * hour);
        let value = collected.sets().find_map(|set| set.value("test.other_sizes.responses"));
        let expected = crate::MmscValue { min: 5.0, max: 5.0, sum: 5.0, count: 1 };
        assert_eq!(value, Some(crate::Value::Mmsc(expected)));
        assert!(collected.sets().all(|set| set.value("test.sizes.requests").is_none()));
    }

    #[test]
    fn a_queue_has_a_largest_size() {
        telemetry(usize::MAX).collect();
    }
}
