//! The exporter's thread: its tasks, from the first to the report of the last.

use std::rc::Rc;
use std::sync::Arc;

use telemetry::logs::{self, Taken, its};
use telemetry::{Reader, Telemetry};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, timeout_at};

use super::cursor::Cursor;
use super::ending::Ending;
use super::metrics_lane::MetricsLane;
use super::notices::Notices;
use super::outlook::Outlook;
use super::queue::Queue;
use super::record_lane::{RecordLane, Waiting};
use super::recorder::{Recorder, records};
use super::report::ShutdownReport;
use crate::config::OtlpOptions;
use crate::error::ConfigError;
use crate::metrics::Counts;
use crate::signal::Signal;
use crate::transport::Client;

/// Everything that the thread starts with.
pub(super) struct Setup {
    telemetry: Telemetry,
    options: OtlpOptions,
    reader: Reader,
    clients: Vec<(Signal, Client)>,
    notices: Notices,
    /// A thread has recorded much.
    much: Arc<Notify>,
    begun: watch::Receiver<Option<Instant>>,
}

impl Setup {
    /// Finds every mistake in the options.
    pub(super) fn new(
        telemetry: &Telemetry,
        options: OtlpOptions,
        begun: watch::Receiver<Option<Instant>>,
    ) -> Result<Self, ConfigError> {
        let targets = Signal::ALL.into_iter().filter_map(|signal| Some((signal, options.target(signal)?)));
        let clients = targets.map(|(signal, target)| Ok((signal, Client::new(target, signal)?)));
        let clients = clients.collect::<Result<_, ConfigError>>()?;
        let reader = telemetry.reader(options.temporality);
        let much = Arc::new(Notify::new());
        let notices = Notices::start(Arc::clone(&much))?;
        Ok(Self { telemetry: telemetry.clone(), options, reader, clients, notices, much, begun })
    }
}

/// Runs until the end; `None` if nobody wants to know what became of everything.
pub(super) fn run(runtime: Runtime, setup: Setup) -> Option<ShutdownReport> {
    let _quiet = logs::suppress();
    let report = runtime.block_on(LocalSet::new().run_until(work(setup)));
    // A name that is being resolved keeps nobody waiting.
    runtime.shutdown_background();
    report
}

async fn work(setup: Setup) -> Option<ShutdownReport> {
    let mut ending = Ending::new(setup.begun.clone());
    let mut lanes = Lanes::spawn(setup);
    let deadline = ending.begun().await;
    if let Some(deadline) = deadline {
        let all = async { while lanes.tasks.join_next().await.is_some() {} };
        // What is not over at the deadline is in the report.
        let _ = timeout_at(deadline, all).await;
    }
    lanes.tasks.abort_all();
    if !lanes.waiting.is_empty() {
        its::wake(None);
    }
    deadline.map(|_| lanes.report())
}

/// A task for every signal, one that takes events and spans, and what they share.
struct Lanes {
    tasks: JoinSet<()>,
    cursor: Rc<Cursor>,
    has_metrics: bool,
    waiting: Vec<Rc<Waiting>>,
}

impl Lanes {
    fn spawn(setup: Setup) -> Self {
        let Setup { telemetry, options, reader, clients, notices, much, begun } = setup;
        let ending = Ending::new(begun);
        let cursor = Rc::new(Cursor::new(reader, options.metrics_bytes_max));
        let worker = telemetry.worker();
        let mut lanes = Self { tasks: JoinSet::new(), cursor, has_metrics: false, waiting: Vec::new() };
        for (signal, client) in clients {
            let counts = Rc::new(Counts::new(&worker, signal));
            let outlook = Outlook::new(signal, Rc::clone(&counts), notices.clone());
            if signal == Signal::Metrics {
                lanes.spawn_metrics(client, outlook, ending.clone(), &options);
            } else {
                let queue = Queue::new(options.queue_bytes_max);
                let told = (notices.clone(), ending.clone());
                let waiting = Waiting::new(signal, client.packing(), queue, counts, told);
                lanes.spawn_records(waiting, client, outlook, ending.clone(), &options);
            }
        }
        if !lanes.waiting.is_empty() {
            its::wake(Some(notices.thread()));
            let resource = telemetry.collect().resource().to_vec();
            lanes.spawn_recorder(resource, ending, much, options);
        }
        lanes
    }

    fn spawn_metrics(&mut self, client: Client, outlook: Outlook, ending: Ending, options: &OtlpOptions) {
        self.has_metrics = true;
        let lane = MetricsLane {
            cursor: Rc::clone(&self.cursor),
            client,
            outlook,
            ending,
            interval: options.interval,
            retry: options.retry,
            on_body: options.on_body.clone(),
        };
        self.tasks.spawn_local(lane.run());
    }

    fn spawn_records(
        &mut self,
        waiting: Waiting,
        client: Client,
        outlook: Outlook,
        ending: Ending,
        options: &OtlpOptions,
    ) {
        let waiting = Rc::new(waiting);
        self.waiting.push(Rc::clone(&waiting));
        let lane = RecordLane { waiting, client, outlook, ending, retry: options.retry };
        self.tasks.spawn_local(lane.run());
    }

    fn spawn_recorder(
        &mut self,
        resource: Vec<(String, String)>,
        ending: Ending,
        much: Arc<Notify>,
        options: OtlpOptions,
    ) {
        let recorder = Recorder {
            waiting: self.waiting.clone(),
            resource,
            ending,
            interval: options.record_interval,
            much,
            on_body: options.on_body,
            taken: Taken::new(),
            body: Vec::new(),
        };
        self.tasks.spawn_local(recorder.run());
    }

    /// What has not been delivered: what waits, what was lost at the end, and what nobody took out of its buffer.
    fn report(&self) -> ShutdownReport {
        let mut taken = Taken::new();
        if !self.waiting.is_empty() {
            its::take(&mut taken);
        }
        let of = |signal| {
            let waiting = self.waiting.iter().find(|waiting| waiting.signal == signal);
            waiting.map_or(0, |waiting| waiting.undelivered() + records(&taken, signal))
        };
        ShutdownReport {
            metric_points: if self.has_metrics { self.cursor.undelivered() } else { 0 },
            logs: of(Signal::Logs),
            spans: of(Signal::Traces),
            is_known: true,
        }
    }
}
