//! One case through the filter that the proxy uses.

use std::sync::Arc;

use edge_policy::{Nanos, PolicySet, Snapshot, Worker};
use edge_protocol::Outcome;
use serde_json::{Value, json};

use super::case::Case;
use crate::cli::request::Request;
use crate::cli::{Failure, read, stats};

/// Chance and time are the same in every run.
const SEED: u64 = 1;
const NOW: Nanos = Nanos(1);

/// What came of a case.
pub(super) struct Run {
    pub(super) output: Value,
    pub(super) stats: Value,
    /// What kept the input from being evaluated.
    pub(super) problems: Vec<String>,
    /// Policies that are not in force, and why.
    pub(super) rejected: Vec<String>,
}

pub(super) fn run(case: &Case) -> Result<Run, Failure> {
    let set = PolicySet::parse(&read(&case.policies)?)
        .map_err(|error| format!("{}: {error}", case.policies.display()))?;
    let input = case.input()?;
    let request = Request::read(&input).map_err(|error| format!("{}: input.json: {error}", case.name))?;
    let mut worker = Worker::new(Arc::new(Snapshot::compile(&set, None)), SEED);
    let mut problems = Vec::new();
    let output = match request.filter.filter(&input, &mut worker, NOW).outcome {
        Outcome::Unchanged => request.value,
        Outcome::Replaced(bytes) => serde_json::from_slice(&bytes)?,
        Outcome::Emptied => json!({}),
        Outcome::FailOpen(reason) => {
            problems.push(format!("input.json passed unevaluated: {}", reason.name()));
            request.value
        }
    };
    let rejected = worker.snapshot().rejected().iter().flat_map(|rejected| {
        rejected.errors.iter().map(|error| format!("policy `{}` is not in force: {error}", rejected.id))
    });
    Ok(Run { output, problems, rejected: rejected.collect(), stats: stats::of(&mut worker) })
}
