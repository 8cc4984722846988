//! The edge proxy: configuration, distributions, assembly.
//!
//! Refuses to know how a protocol or a policy works: it reads what is wanted and puts the parts together.

mod admin;
mod assembly;
mod cli;
pub mod config;
mod demo;
pub mod distribution;
mod lifecycle;
mod nearest;
mod quantity;
mod run;

pub use cli::main;

/// The build's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
