//! Traces: who called whom.

mod context;

pub use context::{SpanContext, SpanId, TraceId};
