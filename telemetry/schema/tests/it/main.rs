//! The registry as its users meet it: files on disk, the command, and Rust made of it.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says which step failed by its line")]

mod check;
mod command;
mod diff;
mod files;
mod generate;
mod live;
mod registries;
