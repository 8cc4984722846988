//! Listener, connections, router, driver of plans and upstream pools: the moving parts between senders and intakes.
//!
//! Knows no protocol by name and reads no configuration: it is given a routing table and validated values.

mod body;
mod config;
mod connection;
mod drain;
mod driver;
mod error;
mod events;
mod forward;
mod listener;
pub mod metrics;
mod policies;
mod server;
mod service;
mod slots;
mod spans;
mod ticket;
mod upstream;
mod wire;
mod worker;

pub use config::{Config, Deadlines, Limits, Upstreams};
pub use server::{Server, StartError};
pub use upstream::{TlsError, UpstreamUrl, UrlError};
