//! `live-check`: what was emitted, held against a registry.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::input::Source;
use super::report::Finding;
use super::{Failure, Output};
use crate::registry::{Direction, Emitted, OtlpSignal, live_check};

#[derive(Args)]
pub(super) struct Arguments {
    /// The folder of the registry.
    #[arg(long, value_name = "DIR")]
    registry: PathBuf,
    /// Files with the body of an OTLP request in protobuf each, not compressed.
    #[arg(required = true, value_name = "BODY")]
    bodies: Vec<PathBuf>,
    /// Of which signal the bodies are; without it that is found out.
    #[arg(long, value_enum)]
    signal: Option<Signal>,
    /// Not all that is declared had to be emitted.
    #[arg(long)]
    partial: bool,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Clone, Copy, ValueEnum)]
enum Signal {
    Metrics,
    Logs,
    Spans,
}

impl From<Signal> for OtlpSignal {
    fn from(signal: Signal) -> Self {
        match signal {
            Signal::Metrics => Self::Metrics,
            Signal::Logs => Self::Logs,
            Signal::Spans => Self::Spans,
        }
    }
}

/// Everything that is not as declared, or what is wrong with the registry.
pub(super) fn check(arguments: &Arguments) -> Result<Vec<Finding>, Failure> {
    let registry = match Source::of(std::slice::from_ref(&arguments.registry))?.read() {
        Ok(registry) => registry,
        Err(findings) => return Ok(findings),
    };
    let mut emitted = Emitted::default();
    for body in &arguments.bodies {
        add(&mut emitted, body, arguments.signal)?;
    }
    let counts = |direction| !arguments.partial || direction == Direction::Emitted;
    let found = live_check(&registry, &emitted).into_iter().filter(|found| counts(found.direction));
    Ok(found.map(Finding::Discrepancy).collect())
}

fn add(emitted: &mut Emitted, path: &Path, signal: Option<Signal>) -> Result<(), Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure(format!("{}: {why}", path.display()));
    let body = std::fs::read(path).map_err(|error| failed(&error))?;
    let added = match signal {
        Some(signal) => emitted.add_otlp_of(signal.into(), &body),
        None => emitted.add_otlp(&body),
    };
    added.map_err(|error| failed(&error))
}
