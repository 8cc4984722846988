//! Telemetry policies: parse, validate, compile to an immutable snapshot, evaluate records against it.
//!
//! Refuses to do I/O and to read clocks: text, time and randomness are arguments.

mod compile;
mod evaluate;
mod field;
mod hash;
mod keep;
mod lint;
mod model;
mod pattern;
mod read;
mod sampling;
mod signal;
mod template;
mod transform;
mod value;
mod words;

pub use compile::{Attached, DatabaseCache, PatternLibrary, Registry, Slot, Snapshot, Wanted, WantedKey};
pub use evaluate::{
    Audience, Decision, Evidence, Failed, Flaw, Seat, Session, Slots, Source, SpanDecision, StageTally,
    Tally, Viewer, Watch, Worker,
};
pub use field::{Field, Level, Simple};
pub use keep::{Keep, Percentage, RateLimit};
pub use lint::{Finding, lint, place_of, remedy};
pub use model::{
    Add, Comparison, Condition, Extension, ExtensionMode, Literal, LogTarget, Matcher, MetricTarget, Number,
    Policy, Redact, Rename, Target, TraceTarget, Transform,
};
pub use pattern::Pattern;
pub use read::{About, ParseError, PolicySet, Rejected, Repeated, Tree, Warning, schema};
pub use sampling::{SamplingMode, TraceSampling};
pub use signal::{Nanos, Signal};
pub use transform::Edit;
pub use value::Value;
