//! Test support: a loopback intake and a policy server that can misbehave, a raw client, and streams cut at every byte.
//!
//! Nothing here is async to its user, so that any `#[test]` function can use it. Everything binds 127.0.0.1:0, and
//! everything that waits gives up in the end: a broken test fails, it does not hang.

mod answer;
mod client;
mod intake;
mod message;
mod splits;
mod sync;

pub use answer::{Answer, Framing};
pub use client::{Client, Response};
pub use intake::{Intake, Recorded};
pub use splits::{in_two, one_by_one};
pub use sync::{Protocol, Reply, SyncRequest, SyncServer, Totals};

use std::time::Duration;

/// How long anything is waited for; far beyond what any test needs.
pub const PATIENCE: Duration = Duration::from_secs(10);
