//! Traces: who called whom.

mod context;
mod current;
mod declared;
mod descriptor;
mod header;
mod sampler;
mod setup;
mod span;
mod state;

pub use context::{SpanContext, SpanId, TraceId};
pub use current::{Entered, current, enter, within};
pub use declared::{DeclaredSpan, SpanAttribute, SpanOf};
pub use descriptor::{SpanDescriptor, SpanKind, SpanStatus};
pub use header::{TraceContext, TraceparentProblem, parse_traceparent};
pub use sampler::{ChildSampler, Ratio, Sampler, TraceConfig};
pub use setup::init;
pub use span::{ActiveSpan, Parent};
pub use state::TraceState;

pub(crate) use current::current_span;
pub(crate) use span::{Finished, Head};
