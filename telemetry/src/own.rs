//! What the SDK says about itself, declared like everything else.

use crate::instrument::Counter;
use crate::ledger::Ledger;
use crate::logs::{self, DropReason, Level};
use crate::pipeline::register;
use crate::series::SeriesRegistry;
use crate::set::Set;
use crate::sync::AtomicU64;
use crate::{attribute_set, metric_set};

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

/// What was lost.
#[attribute_set(name = "telemetry.drop")]
pub(crate) struct DropAttributes {
    /// Why it was lost.
    reason: DropReason,
    /// How much it mattered; spans are of `info`.
    severity: Level,
}

/// Events and spans on their way to their providers.
#[metric_set(name = "telemetry.logs", attributes = DropAttributes)]
pub(crate) struct LogMetrics {
    /// Events and spans lost since the start of the process.
    #[metric(unit = "{event}")]
    dropped: Counter<u64>,
}

/// What was lost for one reason at one level. Registered before anything is: a rate needs to see the zero.
#[derive(Debug)]
struct Drops {
    reason: DropReason,
    severity: Level,
    set: Set<LogMetrics>,
    seen: Seen,
}

/// The SDK's own sets, owned by the aggregator.
#[derive(Debug)]
pub(crate) struct OwnMetrics {
    pipeline: Set<PipelineMetrics>,
    attributes: Set<AttributeMetrics>,
    drops: Vec<Drops>,
    ledger: Ledger,
    deferrals: Seen,
    rejected: Seen,
    clashes: Seen,
    overflows: Seen,
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
            drops: register_drops(registry, sources, &mut ledger),
            ledger,
            deferrals: Seen::default(),
            rejected: Seen::default(),
            clashes: Seen::default(),
            overflows: Seen::default(),
        }
    }

    pub(crate) fn count(&mut self, deferrals: u64, rejected: u64, clashes: u64, overflows: u64) {
        self.attributes.overflows.add(self.overflows.advance(overflows));
        self.pipeline.clashes.add(self.clashes.advance(clashes));
        self.pipeline.deferrals.add(self.deferrals.advance(deferrals));
        self.pipeline.rejected.add(self.rejected.advance(rejected));
        self.drops.iter_mut().for_each(Drops::count);
    }

    pub(crate) fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }
}

fn register_drops(registry: &SeriesRegistry, sources: &AtomicU64, ledger: &mut Ledger) -> Vec<Drops> {
    let each = DropReason::ALL.into_iter().flat_map(|reason| Level::ALL.map(|severity| (reason, severity)));
    each.map(|(reason, severity)| {
        let set = register(registry, sources, ledger, DropAttributes { reason, severity });
        Drops { reason, severity, set, seen: Seen::default() }
    })
    .collect()
}

impl Drops {
    fn count(&mut self) {
        let total = logs::dropped_by(self.reason, self.severity);
        self.set.dropped.add(self.seen.advance(total));
    }
}

impl Seen {
    fn advance(&mut self, total: u64) -> u64 {
        total - std::mem::replace(&mut self.0, total)
    }
}
