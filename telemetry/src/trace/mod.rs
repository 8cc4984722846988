//! Traces: who called whom.

mod context;
mod current;
mod descriptor;
mod header;
mod sampler;
mod span;
mod state;

use std::sync::{PoisonError, RwLock};

pub use context::{SpanContext, SpanId, TraceId};
pub use current::{Entered, current, enter};
pub use descriptor::{SpanDescriptor, SpanKind, SpanStatus};
pub use header::{TraceContext, TraceparentProblem, parse_traceparent};
pub use sampler::{ChildSampler, Ratio, Sampler, TraceConfig};
pub use span::{ActiveSpan, Parent};
pub use state::TraceState;

pub(crate) use current::current_span;
pub(crate) use span::{Finished, Head};

static CONFIG: RwLock<Option<TraceConfig>> = RwLock::new(None);

/// Starts recording spans into the internal telemetry system; `None` stops.
pub fn init(config: Option<TraceConfig>) {
    *CONFIG.write().unwrap_or_else(PoisonError::into_inner) = config;
}

fn config() -> Option<TraceConfig> {
    *CONFIG.read().unwrap_or_else(PoisonError::into_inner)
}
