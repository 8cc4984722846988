//! What the SDK says about itself, declared like everything else.

use std::sync::atomic::AtomicU64;

use crate::instrument::Counter;
use crate::ledger::Ledger;
use crate::logs;
use crate::metric_set;
use crate::pipeline::register;
use crate::series::SeriesRegistry;
use crate::set::Set;

/// The way of values from their owners to the exporters.
#[metric_set(name = "telemetry.pipeline")]
pub(crate) struct PipelineMetrics {
    /// Flushes that found the queue full beside a collection and left their values for the next one.
    #[metric(unit = "{flush}")]
    deferrals: Counter<u64>,
    /// Recordings refused because they were negative or not finite.
    #[metric(unit = "{recording}")]
    rejected: Counter<u64>,
    /// Metrics left out of the Prometheus export, because another of a different kind or spelling has their name.
    #[metric(unit = "{metric}")]
    clashes: Counter<u64>,
}

/// Attributes whose values come from outside.
#[metric_set(name = "telemetry.attributes")]
pub(crate) struct AttributeMetrics {
    /// Registrations with a new value of an attribute that has as many as it may have, which became `_OTHER`.
    #[metric(unit = "{registration}")]
    overflows: Counter<u64>,
}

/// Events on their way to the log provider.
#[metric_set(name = "telemetry.logs")]
pub(crate) struct LogMetrics {
    /// Events lost because the console did not keep up.
    #[metric(unit = "{event}")]
    dropped: Counter<u64>,
}

/// The SDK's own sets, owned by the aggregator.
#[derive(Debug)]
pub(crate) struct OwnMetrics {
    pipeline: Set<PipelineMetrics>,
    attributes: Set<AttributeMetrics>,
    logs: Set<LogMetrics>,
    ledger: Ledger,
    deferrals: Seen,
    rejected: Seen,
    clashes: Seen,
    overflows: Seen,
    dropped: Seen,
}

/// How much of a running total has been counted already.
#[derive(Debug, Default)]
struct Seen(u64);

impl OwnMetrics {
    pub(crate) fn register(registry: &SeriesRegistry, sources: &AtomicU64) -> Self {
        let mut ledger = Ledger::default();
        Self {
            pipeline: register(registry, sources, &mut ledger, ()),
            attributes: register(registry, sources, &mut ledger, ()),
            logs: register(registry, sources, &mut ledger, ()),
            ledger,
            deferrals: Seen::default(),
            rejected: Seen::default(),
            clashes: Seen::default(),
            overflows: Seen::default(),
            dropped: Seen(logs::dropped()),
        }
    }

    pub(crate) fn count(&mut self, deferrals: u64, rejected: u64, clashes: u64, overflows: u64) {
        self.attributes.overflows.add(self.overflows.advance(overflows));
        self.pipeline.clashes.add(self.clashes.advance(clashes));
        self.pipeline.deferrals.add(self.deferrals.advance(deferrals));
        self.pipeline.rejected.add(self.rejected.advance(rejected));
        self.logs.dropped.add(self.dropped.advance(logs::dropped()));
    }

    pub(crate) fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }
}

impl Seen {
    fn advance(&mut self, total: u64) -> u64 {
        total - std::mem::replace(&mut self.0, total)
    }
}
