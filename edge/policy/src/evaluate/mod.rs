//! Evaluation: one worker's scratch memory, and the walk from values to a decision.

mod audience;
mod chance;
mod check;
mod decide;
mod many;
mod metric;
mod rate;
mod scan;
mod session;
mod span;
mod tally;
mod watch;
mod worker;

pub use audience::{Audience, Flaw, Seat, Viewer};
pub(crate) use check::compare;
pub(crate) use rate::RateState;
pub use session::{Decision, Session, Slots, Source};
pub use span::SpanDecision;
pub use tally::{StageTally, Tally};
pub use watch::{Evidence, Failed, Watch};
pub use worker::Worker;
