//! `policy eval`: one request through the filter that the proxy uses.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use edge_policy::{Nanos, PolicySet, Snapshot, Tally, Worker};
use edge_protocol::{BodyFilter, LogsJson, MetricsJson, Outcome, TracesJson};
use serde_json::{Value, json};

use super::{EvalOptions, Failure, SignalName, read};
use crate::output::complain;

/// Filters the input, writes output and stats.
pub(super) fn eval(options: &EvalOptions) -> Result<ExitCode, Failure> {
    let filter = filter(options.signal);
    let set = PolicySet::parse(&read(&options.policies)?)
        .map_err(|error| format!("{}: {error}", options.policies.display()))?;
    let input = read(&options.input)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos() as u64;
    let mut worker = Worker::new(Arc::new(Snapshot::compile(&set, None)), now);
    let output = match filter.filter(&input, &mut worker, Nanos(now)).outcome {
        Outcome::Unchanged => input,
        Outcome::Replaced(bytes) => bytes,
        Outcome::Emptied => b"{}".to_vec(),
        Outcome::FailOpen(reason) => {
            complain(&format!("{}: passed unevaluated: {}", options.input.display(), reason.name()));
            input
        }
    };
    write(&options.output, &output)?;
    write(&options.stats, stats(&mut worker).to_string().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn filter(signal: SignalName) -> &'static dyn BodyFilter {
    match signal {
        SignalName::Log => &LogsJson,
        SignalName::Metric => &MetricsJson,
        SignalName::Trace => &TracesJson,
    }
}

/// What each policy did, and what is wrong with those that did nothing.
fn stats(worker: &mut Worker) -> Value {
    let snapshot = Arc::clone(worker.snapshot());
    let mut rows: BTreeMap<&str, (Tally, &[String])> = BTreeMap::new();
    worker.drain_tallies(|index, tally| rows.entry(&snapshot.ids()[index]).or_default().0 = tally);
    for rejected in snapshot.rejected() {
        rows.entry(&rejected.id).or_default().1 = &rejected.errors;
    }
    let rows = rows.into_iter().map(|(id, (tally, errors))| {
        let mut row = json!({"policy_id": id, "hits": tally.hits, "misses": tally.misses});
        if !errors.is_empty() {
            row["errors"] = errors.into();
        }
        row
    });
    json!({"policies": rows.collect::<Vec<_>>()})
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}
