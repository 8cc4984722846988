//! `policy simulate`: what new policies would do, on recorded requests or beside the traffic of a running edge.

mod recorded;
mod remote;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use edge_policy::PolicySet;

use super::{Failure, read};
use crate::output::say;
use crate::simulation;

/// Which policies to try, and on what.
#[derive(Debug, Args)]
pub(super) struct SimulateOptions {
    /// Policy file to try, JSON or YAML
    #[arg(long)]
    policies: PathBuf,
    /// Recorded OTLP JSON, a request or one in each line, plain, gzip or zstd, or the answer of `/_edge/tail`; or the URL of a running edge, such as
    /// `http://127.0.0.1:8080`, beside whose traffic they are tried: nothing is dropped or changed there
    #[arg(long)]
    against: String,
    /// Policy file to compare with; a running edge is compared with the policies in force there
    #[arg(long)]
    current: Option<PathBuf>,
    /// How long to look at the traffic of a running edge
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Lines for people
    #[default]
    Text,
    /// One object
    Json,
}

/// Prints what the policies would do.
pub(super) fn simulate(options: &SimulateOptions) -> Result<ExitCode, Failure> {
    let text = read(&options.policies)?;
    let candidate = parse(&options.policies, &text)?;
    let report = if options.against.contains("://") {
        if options.current.is_some() {
            return Err(
                "`--current` is for recorded requests: a running edge compares with its own policies".into(),
            );
        }
        remote::simulate(&options.against, options.seconds, &text)?
    } else {
        let current = options.current.as_ref().map(|path| parse(path, &read(path)?)).transpose()?;
        recorded::simulate(options.against.as_ref(), &candidate, current.as_ref())?
    };
    say(&match options.format {
        Format::Text => simulation::text(&report),
        Format::Json => format!("{report:#}\n"),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn parse(path: &std::path::Path, text: &[u8]) -> Result<PolicySet, Failure> {
    PolicySet::parse(text).map_err(|error| format!("{}: {error}", path.display()).into())
}
