//! The telemetry of a process, as its users hold it.

use std::sync::Arc;
use std::time::Duration;

use thread_local::ThreadLocal;

use crate::collected::Collected;
use crate::now::Now;
use crate::observe::Observation;
use crate::per_thread::PerThread;
use crate::pipeline::{Pipeline, Snapshot};
use crate::reader::{Reader, Temporality};
use crate::set::{MetricSet, Set};
use crate::topology::Topology;
use crate::worker::Worker;

/// How a pipeline is set up.
#[derive(Debug, Clone)]
pub struct TelemetryOptions {
    /// What emits the telemetry: `service.name` and the like, exported as `target_info`. Of a key given twice the last
    /// value counts, and what has none is left out.
    pub resource: Vec<(String, String)>,
    /// Batches that may wait for a collection, at most 4096. Who finds the queue full adds up what waits in it; only
    /// while a collection does so already, its values stay in the sets and `telemetry.pipeline.deferrals` counts it.
    pub queue_batches_max: usize,
    /// A series without a live set that has not changed for so long leaves the exports. Registered again, it starts
    /// anew from zero.
    pub series_idle_max: Duration,
    /// Which processors share memory: what is counted on one node is added up there. Tests may simulate any machine.
    pub topology: Topology,
}

impl Default for TelemetryOptions {
    fn default() -> Self {
        Self {
            resource: Vec::new(),
            queue_batches_max: 256,
            series_idle_max: Duration::from_secs(3600),
            topology: Topology::of_machine(),
        }
    }
}

impl TelemetryOptions {
    /// The resource with each key once, as OTLP wants it.
    pub(crate) fn distinct_resource(&self) -> Arc<[(String, String)]> {
        let mut distinct: Vec<(String, String)> = Vec::new();
        for (key, value) in self.resource.iter().filter(|(key, _)| !key.is_empty()) {
            match distinct.iter_mut().find(|(known, _)| known == key) {
                Some((_, before)) => before.clone_from(value),
                None => distinct.push((key.clone(), value.clone())),
            }
        }
        distinct.into()
    }
}

/// The telemetry of a process: hands out workers, collects what they count. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Telemetry {
    pub(crate) pipeline: Arc<Pipeline>,
    topology: Arc<Topology>,
    workers: Arc<ThreadLocal<Worker>>,
}

impl Telemetry {
    /// A pipeline with nothing registered.
    pub fn new(options: TelemetryOptions) -> Self {
        let pipeline = Arc::new(Pipeline::new(&options));
        Self { pipeline, topology: Arc::new(options.topology), workers: Arc::default() }
    }

    /// An owner of sets, for one thread; its values are added up on the NUMA node that the caller runs on.
    pub fn worker(&self) -> Worker {
        self.worker_on(self.topology.node_here())
    }

    /// An owner of sets whose values are added up on a node of the topology; on the first one if there is no such node.
    pub fn worker_on(&self, node: usize) -> Worker {
        let node = if node < self.topology.nodes() { node } else { 0 };
        Worker::new(Arc::clone(&self.pipeline), node, self.pipeline.add_worker(node))
    }

    /// The owner of the sets of the calling thread; the first call makes it. What it counted stays when the thread ends,
    /// and the next thread takes it over.
    pub fn worker_here(&self) -> &Worker {
        self.workers.get_or(|| self.worker())
    }

    /// A set that each thread has its own instance of, for runtimes whose tasks move between threads.
    pub fn per_thread<S>(&self, attributes: S::Attributes) -> PerThread<S>
    where
        S: MetricSet<Attributes: Clone>,
        Set<S>: Send,
    {
        PerThread::new(self.clone(), attributes)
    }

    /// Lets `callback` observe, whenever values are collected, what is counted elsewhere. Ends with the `Observation`.
    ///
    /// A callback that panics is not called again; the event `telemetry.observation.failed` says so.
    pub fn observe<S>(
        &self,
        attributes: S::Attributes,
        mut callback: impl FnMut(&S) + Send + 'static,
    ) -> Observation
    where
        S: MetricSet<Varying = ()> + Send,
    {
        let worker = self.worker();
        let set = worker.register::<S>(attributes);
        self.pipeline.observers.add(Box::new(move || callback(&set)))
    }

    /// Brings the totals up to date without reading them; what a thread of its own may do beside exporters.
    pub fn aggregate(&self) {
        self.pipeline.aggregate();
    }

    /// Everything counted up to now, cumulative, from any thread.
    ///
    /// Flushes on behalf of every owner, so that nothing is missing because its owner is idle, blocked or gone.
    pub fn collect(&self) -> Collected {
        self.collect_at(Now::here())
    }

    pub(crate) fn collect_at(&self, now: impl Into<Now>) -> Collected {
        let mut snapshot = Snapshot::default();
        self.pipeline.snapshot(now.into(), None, &mut snapshot);
        Collected::cumulative(Arc::clone(&self.pipeline.resource), snapshot)
    }

    /// A cursor of its own for an exporter: what it reads disturbs no other one.
    pub fn reader(&self, temporality: Temporality) -> Reader {
        Reader::new(Arc::clone(&self.pipeline), temporality)
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
