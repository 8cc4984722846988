//! The binary as its users meet it: command line, life cycle, demo, and a real client.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says which step failed by its line")]

mod cases;
mod check;
mod cli;
mod delivery;
mod demo;
mod explain;
mod export;
mod extensions;
mod guide;
mod lifecycle;
mod live;
mod process;
mod python;
mod signals;
mod simulate;
mod spans;
mod sync;
mod tidy;
