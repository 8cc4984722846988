//! How anything here is measured: CPU time, sides that take turns, numbers for a corpus, lines that are printed.
//!
//! Knows nothing of what is measured, so that programs outside the workspace can share it.

pub mod cpu;
pub mod ratio;
pub mod report;
pub mod rng;
