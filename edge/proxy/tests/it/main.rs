//! The server over real sockets, against the tables of its contract, with a protocol made for the purpose.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bodies;
mod feeds;
mod forwarding;
mod inbound;
mod lifecycle;
mod lines;
mod setup;
mod slots;
mod tls;
mod upstream;
