//! A server that is asked for policies, and told what they did.
//!
//! What to send, what an answer changes and when to ask again is decided without I/O (`session`, `answer`,
//! `schedule`, `statuses`); `provider` does what waits.

mod answer;
mod broadcast;
mod cache;
mod client;
mod error;
mod provider;
mod schedule;
mod session;
mod source;
mod statuses;
mod transport;

pub(crate) use provider::SyncProvider;

pub use broadcast::{Broadcast, ExtensionConfig};
pub use client::{Client, Stage};
pub use source::{Encoding, SyncProtocol, SyncSource, SyncUrl, SyncUrlError};
pub use statuses::Counts;
