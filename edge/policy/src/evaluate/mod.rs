//! Evaluation: one worker's scratch memory, and the walk from values to a decision.

mod chance;
mod check;
mod decide;
mod rate;
mod scan;
mod session;
mod tally;
mod worker;

pub(crate) use check::compare;
pub(crate) use rate::RateState;
pub use session::{Decision, Session, Slots, Source};
pub use tally::{StageTally, Tally};
pub use worker::Worker;
