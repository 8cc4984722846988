//! The binary as its users meet it: command line, life cycle, demo, and a real client.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says which step failed by its line")]

mod cli;
mod delivery;
mod demo;
mod export;
mod extensions;
mod lifecycle;
mod process;
mod python;
mod signals;
mod spans;
mod sync;
mod tidy;
