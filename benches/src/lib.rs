//! Questions about speed, each with a corpus, a checked result and, where there is one, a peer.
//!
//! Refuses to time by the wall clock, to compare runs that did not alternate, and to report a ratio between
//! two sides that do not agree on the result.

pub mod bars;
pub mod bodies;
pub mod corpus;
pub mod engine;
pub mod findings;
pub mod mix;
pub mod peer;
mod record;
