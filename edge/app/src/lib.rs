//! The edge proxy: configuration, distributions, assembly.
//!
//! Refuses to know how a protocol or a policy works: it reads what is wanted and puts the parts together.

pub mod config;

/// The build's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
