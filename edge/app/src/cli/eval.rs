//! `policy eval`: one request through the filter that the proxy uses.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use edge_policy::{Nanos, PolicySet, Snapshot, Worker};
use edge_protocol::Outcome;

use super::{EvalOptions, Failure, read, stats};
use crate::formats::filter;
use crate::output::complain;

/// Filters the input, writes output and stats.
pub(super) fn eval(options: &EvalOptions) -> Result<ExitCode, Failure> {
    let set = PolicySet::parse(&read(&options.policies)?)
        .map_err(|error| format!("{}: {error}", options.policies.display()))?;
    let input = read(&options.input)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos() as u64;
    let mut worker = Worker::new(Arc::new(Snapshot::compile(&set, None)), now);
    let output = match filter(options.signal.into(), b"{").filter(&input, &mut worker, Nanos(now)).outcome {
        Outcome::Unchanged => input,
        Outcome::Replaced(bytes) => bytes,
        Outcome::Emptied => b"{}".to_vec(),
        Outcome::FailOpen(reason) => {
            complain(&format!("{}: passed unevaluated: {}", options.input.display(), reason.name()));
            input
        }
    };
    write(&options.output, &output)?;
    write(&options.stats, stats::of(&mut worker).to_string().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}
