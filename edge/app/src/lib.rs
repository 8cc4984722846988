//! The edge proxy: configuration, distributions, assembly.
//!
//! Refuses to know how a protocol or a policy works: it reads what is wanted and puts the parts together.

#![deny(clippy::print_stdout, clippy::print_stderr, reason = "they panic where nobody reads; see `output`")]

mod admin;
mod assembly;
mod cli;
pub mod config;
mod counts;
mod demo;
pub mod distribution;
mod events;
mod export;
mod formats;
mod identity;
mod lifecycle;
mod live;
mod nearest;
mod output;
mod policy_server;
mod quantity;
mod records;
mod run;
mod schema;
mod simulation;

pub use cli::main;

/// The build's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
