//! The model of a telemetry declaration: names, units, grammar and validation.
//!
//! Knows no tokens, no exporter's format and no running program: text in, problems out.
#![doc = concat!("\n", include_str!("../README.md"))]

mod attribute_enum;
mod attributes;
#[cfg(feature = "cli")]
pub mod cli;
mod instrument;
mod metrics;
mod name;
mod problem;
mod prometheus;
mod range;
mod record;
#[cfg(feature = "registry")]
pub mod registry;
mod stability;
mod suggestion;
mod unit;

pub use attribute_enum::{AttributeEnumDeclaration, MemberDeclaration};
pub use attributes::{AttributeDeclaration, AttributesDeclaration};
pub use instrument::Instrument;
pub use metrics::{BucketsDeclaration, Declarer, MetricDeclaration, MetricsDeclaration};
pub use name::{NAME_BYTES_MAX, event_key_problem, event_keys_problem, event_name_problem, name_problem};
pub use problem::{Part, Place, Problem};
pub use prometheus::{prometheus_family, prometheus_name, prometheus_series};
pub use range::{RangeProblem, parse_range};
pub use record::{RecordAttribute, RecordDeclaration, RecordKind, SEVERITIES, SPAN_KINDS, word_problem};
pub use stability::{Promise, STABILITIES};
pub use suggestion::{nearest, unknown_key};
pub use unit::unit_problem;
