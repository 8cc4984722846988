//! What an exporter says about itself, sent like everything else.

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

/// Attempts that failed.
#[metric_set(name = "telemetry.exporter.attempts", attributes = SignalAttributes, varying = Failure)]
struct AttemptMetrics {
    /// Attempts that failed, whether they were made again or not.
    #[metric(unit = "{attempt}")]
    failures: Counter<u64>,
}

/// Events and spans that the exporter lost.
#[metric_set(name = "telemetry.exporter.records", attributes = SignalAttributes, varying = Loss)]
struct RecordMetrics {
    /// Events or spans that were recorded and never delivered.
    #[metric(unit = "{record}")]
    dropped: Counter<u64>,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AttributeValue)]
#[attribute(key = "telemetry.exporter.failure")]
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
    /// What looks at bodies panicked.
    Intercept,
}

/// What events and spans are lost to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AttributeValue)]
#[attribute(key = "telemetry.exporter.loss")]
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

/// The counters of one signal.
pub(crate) struct Counts {
    exporter: Set<ExporterMetrics>,
    attempts: Set<AttemptMetrics>,
    records: Set<RecordMetrics>,
}

impl Counts {
    pub(crate) fn new(worker: &Worker, signal: Signal) -> Self {
        Self {
            exporter: worker.register(SignalAttributes { signal }),
            attempts: worker.register(SignalAttributes { signal }),
            records: worker.register(SignalAttributes { signal }),
        }
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
        self.attempts.with(failure).failures.inc();
    }

    pub(crate) fn dropped(&self, loss: Loss, records: usize) {
        self.records.with(loss).dropped.add(records as u64);
    }
}
