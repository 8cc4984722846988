//! Schema-first telemetry: structs become per-worker counters, descriptors and exports.
//!
//! Knows nothing of HTTP, of an async runtime or of who uses it, and holds no unsafe code.
#![doc = concat!("\n", include_str!("../README.md"))]

// The macros name this crate by its path, also for the SDK's own metrics.
extern crate self as telemetry;

mod aggregator;
mod attributes;
mod batch;
mod buckets;
mod cells;
mod collected;
mod descriptor;
mod float;
mod histogram_value;
mod instrument;
mod ledger;
pub mod logs;
mod own;
mod pipeline;
mod prometheus;
mod reading;
mod series;
mod set;
pub mod trace;
mod worker;

pub use attributes::{AttributeSet, AttributeValue, Scalar};
pub use buckets::{Buckets, LogLinear};
pub use collected::{Collected, CollectedSet, Number, Value};
pub use descriptor::{
    AttributeField, AttributeKind, AttributesDescriptor, InstrumentKind, MetricsDescriptor, MetricsField,
};
pub use histogram_value::HistogramValue;
pub use instrument::{Counter, Gauge, Histogram, Instrument, UpDownCounter};
pub use pipeline::{Telemetry, TelemetryOptions};
pub use set::{MetricSet, Set};
pub use telemetry_macros::{AttributeValue, attribute_set, metric_set};
pub use worker::Worker;

/// What the macros expand to; not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::descriptor::field_problem;
    pub use crate::logs::__private::*;
    pub use crate::set::Cells;
}
