//! Schema-first telemetry: structs become per-worker counters, descriptors and exports.
//!
//! Knows no HTTP library, no async runtime and nobody who uses it, and holds no unsafe code.
#![doc = concat!("\n", include_str!("../README.md"))]

// The macros name this crate by its path, also for the SDK's own metrics.
extern crate self as telemetry;

pub mod accept;
mod adaptive;
mod aggregator;
mod attributes;
mod batch;
mod buckets;
mod cells;
mod change;
mod checks;
mod collected;
mod declarations;
mod descriptor;
mod exemplar;
mod exponential;
mod flatten;
mod float;
mod handle;
mod histogram_value;
mod instrument;
mod ledger;
pub mod linked;
pub mod logs;
mod now;
mod observe;
mod own;
mod per_thread;
mod pipeline;
mod prometheus;
mod queue;
mod reader;
mod reading;
#[cfg(feature = "registry")]
pub mod registry;
mod series;
mod set;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod topology;
pub mod trace;
mod varying;
mod waiting;
mod worker;

pub use attributes::{AttributeSet, AttributeValue, Open, Scalar};
pub use buckets::{Buckets, Range};
pub use collected::{Collected, CollectedGroup, CollectedSet, MmscValue, Number, Value};
pub use descriptor::{
    AttributeField, AttributeKind, AttributesDescriptor, EnumMember, InstrumentKind, MetricsDescriptor,
    MetricsField, Stability,
};
pub use exemplar::Exemplar;
pub use handle::{Telemetry, TelemetryOptions};
pub use histogram_value::{Division, HistogramValue};
pub use instrument::{
    Counter, Gauge, Histogram, Instrument, Mmsc, ObserveCounter, ObserveUpDownCounter, UpDownCounter,
};
pub use observe::Observation;
pub use per_thread::PerThread;
pub use prometheus::TextFormat;
pub use reader::{Reader, Temporality};
#[cfg(feature = "registry")]
pub use registry::registry;
pub use set::{MetricSet, Set};
pub use telemetry_macros::{AttributeValue, attribute_set, event, metric_set, span};
pub use topology::Topology;
pub use varying::{Varying, VaryingAttribute};
pub use worker::Worker;

/// What the macros expand to; not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::checks::{buckets_problem, budget_problem, flattened_problem, varying_problem};
    pub use crate::descriptor::buckets_of;
    pub use crate::flatten::{flattened, flattened_len};
    pub use crate::linked::{LinkedMetrics, LinkedSpan};
    pub use crate::logs::__private::*;
    pub use crate::set::Cells;
    pub use inventory;
}
