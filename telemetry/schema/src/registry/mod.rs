//! The semantic registry: what a program emits, as files in OpenTelemetry weaver's format `definition/2`.
//!
//! The model on one side, YAML on the other; between them reading, rendering, checks, comparison, Rust source, and the
//! comparison with what a running program has emitted.

mod annotation;
mod attribute;
mod builder;
mod check;
mod deprecated;
mod diff;
mod folder;
mod generate;
mod literal;
mod live;
mod model;
mod problem;
mod read;
mod render;
mod resolve;
mod signal;
mod word;
mod yaml;

pub use attribute::{
    AttributeDef, AttributeGroup, AttributeRef, AttributeType, AttributeUse, EnumMember, Requirement,
    Visibility,
};
pub use builder::{DeclaredAttribute, DeclaredAttributes, MetricSet, RegistryBuilder};
pub use check::{check, check_files};
pub use deprecated::Deprecated;
pub use diff::{Change, Effect, diff};
pub use folder::{FILE_BYTES_MAX, FolderError, read_file, read_folder, write_folder};
pub use generate::generate;
pub use literal::Literal;
pub use live::{
    Direction, Discrepancy, Emitted, EmittedAttribute, EmittedEvent, EmittedMetric, EmittedSpan, live_check,
};
#[cfg(feature = "live-check")]
pub use live::{OtlpError, OtlpSignal};
pub use model::{MANIFEST_FILE, Manifest, Registry, RegistryFile};
pub use problem::RegistryProblem;
pub use read::read;
pub use render::render;
pub use resolve::{ResolvedAttribute, Resolver};
pub use signal::{Distribution, EventDef, MetricDef, SpanDef};
pub use word::{MetricInstrument, Number, PlainType, Severity, SpanKind, Stability, Word};
