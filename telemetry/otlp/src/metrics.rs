//! What an exporter says about itself, sent like everything else.

use std::cell::OnceCell;
use std::time::Duration;

use telemetry::{AttributeValue, Counter, Histogram, Set, Worker, attribute_set, metric_set};

use crate::signal::Signal;

/// What is sent.
#[attribute_set(name = "telemetry.exporter.signal")]
struct SignalAttributes {
    /// Metrics, logs or traces.
    #[attribute(key = "telemetry.signal")]
    signal: Signal,
}

/// The requests of an OTLP exporter.
#[metric_set(name = "telemetry.exporter", attributes = SignalAttributes)]
struct ExporterMetrics {
    /// Requests that the receiver took.
    #[metric(unit = "{request}")]
    exports: Counter<u64>,
    /// Bytes of the bodies that the receiver took, as they were sent.
    #[metric(unit = "By")]
    sent: Counter<u64>,
    /// Time from an attempt to its answer, or to its failure.
    #[metric(unit = "s", range = "1ms..60s")]
    duration: Histogram,
    /// Records and points that the receiver threw away of requests that it took.
    #[metric(unit = "{record}")]
    rejected: Counter<u64>,
}

/// Why an attempt failed.
#[attribute_set(name = "telemetry.exporter.failure")]
struct FailureAttributes {
    /// Metrics, logs or traces.
    #[attribute(key = "telemetry.signal")]
    signal: Signal,
    /// What went wrong.
    #[attribute(key = "telemetry.exporter.failure")]
    failure: Failure,
}

/// Attempts that failed.
#[metric_set(name = "telemetry.exporter.attempts", attributes = FailureAttributes)]
struct FailureMetrics {
    /// Attempts that failed, whether they were made again or not.
    #[metric(unit = "{attempt}")]
    failures: Counter<u64>,
}

/// Why events or spans were lost.
#[attribute_set(name = "telemetry.exporter.loss")]
struct LossAttributes {
    /// Logs or traces.
    #[attribute(key = "telemetry.signal")]
    signal: Signal,
    /// What they were lost to.
    #[attribute(key = "telemetry.exporter.loss")]
    loss: Loss,
}

/// Events and spans that the exporter lost.
#[metric_set(name = "telemetry.exporter.records", attributes = LossAttributes)]
struct LossMetrics {
    /// Events or spans that were recorded and never delivered.
    #[metric(unit = "{record}")]
    dropped: Counter<u64>,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AttributeValue)]
pub(crate) enum Failure {
    /// There was no connection.
    Unreachable,
    /// The connection ended before the answer did.
    Broken,
    /// There was no answer in time.
    Timeout,
    /// The receiver wants to be asked later.
    Throttled,
    /// The receiver does not want it at all.
    Refused,
}

/// What events and spans are lost to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AttributeValue)]
pub(crate) enum Loss {
    /// Too much was waiting.
    QueueFull,
    /// The receiver does not want them.
    Refused,
    /// The receiver did not take them in all the time there was.
    GivenUp,
    /// What looks at bodies panicked.
    Intercept,
}

impl Failure {
    const COUNT: usize = Self::Refused as usize + 1;
}

impl Loss {
    const COUNT: usize = Self::Intercept as usize + 1;
}

/// The counters of one signal, those of what goes wrong from when it first does.
pub(crate) struct Counts {
    worker: Worker,
    signal: Signal,
    exporter: Set<ExporterMetrics>,
    failures: [OnceCell<Set<FailureMetrics>>; Failure::COUNT],
    losses: [OnceCell<Set<LossMetrics>>; Loss::COUNT],
}

impl Counts {
    pub(crate) fn new(worker: Worker, signal: Signal) -> Self {
        let exporter = worker.register(SignalAttributes { signal });
        Self { worker, signal, exporter, failures: Default::default(), losses: Default::default() }
    }

    pub(crate) fn delivered(&self, bytes: usize, rejected: u64) {
        self.exporter.exports.inc();
        self.exporter.sent.add(bytes as u64);
        self.exporter.rejected.add(rejected);
    }

    pub(crate) fn took(&self, time: Duration) {
        self.exporter.duration.record_duration(time);
    }

    pub(crate) fn failed(&self, failure: Failure) {
        let register = || self.worker.register(FailureAttributes { signal: self.signal, failure });
        self.failures[failure as usize].get_or_init(register).failures.inc();
    }

    pub(crate) fn dropped(&self, loss: Loss, records: usize) {
        let register = || self.worker.register(LossAttributes { signal: self.signal, loss });
        self.losses[loss as usize].get_or_init(register).dropped.add(records as u64);
    }
}
