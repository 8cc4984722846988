//! The engine through its public face: documents in, decisions and tallies out.

#![allow(clippy::needless_pass_by_value, reason = "`json!` makes values, and tests read better without `&`")]

mod compiling;
mod decisions;
mod differential;
mod frugality;
mod lint;
mod matching;
mod metrics;
mod reading;
mod record;
mod robust;
mod schema;
mod spans;
mod transforms;
mod watching;
