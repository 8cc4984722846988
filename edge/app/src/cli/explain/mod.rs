//! `policy explain`: why a record is kept, dropped or changed, policy by policy.

mod print;
mod told;
mod why;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use edge_policy::{Nanos, Policy, PolicySet, Signal, Snapshot, Worker};
use edge_protocol::Outcome;
use serde_json::{Value, json};

use super::request::{self, Request};
use super::{Failure, SignalName, read};
use crate::output::say;
use crate::records::split;
use told::{Told, Witness};

/// What to explain, and how.
#[derive(Debug, Args)]
pub(super) struct ExplainOptions {
    /// Policy file, JSON or YAML
    #[arg(long)]
    policies: PathBuf,
    /// OTLP JSON: a request with one record or more, or with `--signal` one log record, metric or span by itself
    #[arg(long)]
    record: PathBuf,
    /// What the record is; a request tells by itself
    #[arg(long)]
    signal: Option<SignalName>,
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

/// Why one record came out as it did.
struct Explanation {
    before: Value,
    /// What is left of it.
    after: Option<Value>,
    outcome: &'static str,
    why: String,
    policies: Vec<Verdict>,
}

/// What one policy had to do with it.
struct Verdict {
    id: String,
    kind: Kind,
}

enum Kind {
    /// It is for another signal.
    OtherSignal(Signal),
    /// A matcher does not hold.
    Failed {
        matcher: usize,
        condition: String,
        /// The values of its field; none if that is missing.
        found: Vec<String>,
    },
    /// It matches.
    Matched {
        keep: String,
        /// Whether its keep made the decision.
        decided: bool,
        /// Operations that ran.
        transforms: Vec<String>,
    },
}

/// Prints the explanation of every record.
pub(super) fn explain(options: &ExplainOptions) -> Result<ExitCode, Failure> {
    let set = PolicySet::parse(&read(&options.policies)?)
        .map_err(|error| format!("{}: {error}", options.policies.display()))?;
    let text = request_text(&read(&options.record)?, options.signal.map(Signal::from))
        .map_err(|error| format!("{}: {error}", options.record.display()))?;
    let request = Request::read(&text)?;
    let records = split(request.signal, request.filter, &text)
        .ok_or_else(|| format!("{}: malformed OTLP request", options.record.display()))?;
    let snapshot = Arc::new(Snapshot::compile(&set, None));
    let mut worker = Worker::new(Arc::clone(&snapshot), 1);
    let policies = in_force(&set, &snapshot);
    let explanations =
        records.iter().map(|record| explain_one(&record.request, &request, &policies, &mut worker));
    let explanations = explanations.collect::<Result<Vec<_>, _>>()?;
    say(&match options.format {
        Format::Text => print::text(&explanations, snapshot.rejected()),
        Format::Json => print::json(&explanations, snapshot.rejected()),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The text as a request: a record by itself is put into one.
fn request_text(text: &[u8], signal: Option<Signal>) -> Result<Vec<u8>, String> {
    let value: Value = serde_json::from_slice(text).map_err(|error| format!("not JSON: {error}"))?;
    match (Request::read(text), signal) {
        (Ok(request), Some(signal)) if request.signal != signal => {
            Err(format!("a request of the signal {}, not {}", request.signal.name(), signal.name()))
        }
        (Ok(_), _) => Ok(text.to_vec()),
        (Err(_), Some(signal)) if value.is_object() => {
            let names = request::names(signal);
            Ok(json!({names.0: [{names.1: [{names.2: [value]}]}]}).to_string().into_bytes())
        }
        (Err(error), _) => Err(error),
    }
}

/// The policies behind the snapshot's ids.
fn in_force<'s>(set: &'s PolicySet, snapshot: &Snapshot) -> Vec<&'s Policy> {
    let find = |id: &String| set.policies.iter().find(|policy| policy.id == *id && policy.enabled);
    snapshot.ids().iter().map(|id| find(id).expect("a snapshot has the policies of its set")).collect()
}

fn explain_one(
    record: &[u8],
    request: &Request,
    policies: &[&Policy],
    worker: &mut Worker,
) -> Result<Explanation, Failure> {
    let before: Value = serde_json::from_slice(record)?;
    let witness = Witness::new(policies.len());
    worker.watch(Some(Box::new(witness.clone())));
    let outcome = request.filter.filter(record, worker, Nanos(1)).outcome;
    worker.watch(None);
    let told = witness.told();
    let (name, after) = match outcome {
        Outcome::Unchanged => ("kept", Some(before.clone())),
        Outcome::Replaced(bytes) => ("changed", Some(serde_json::from_slice(&bytes)?)),
        Outcome::Emptied => ("dropped", None),
        Outcome::FailOpen(_) => return Err("a record of the request is malformed".into()),
    };
    let why = why::why(&told, policies);
    let decider = why::decider(&told, policies);
    let verdict = |(index, policy): (usize, &&Policy)| {
        let mut kind = kind(policy, index, &told, request.signal);
        if let Kind::Matched { decided, transforms, .. } = &mut kind {
            *decided = decider == Some(index);
            // Only what goes on is changed.
            transforms.retain(|_| after.is_some());
        }
        Verdict { id: policy.id.clone(), kind }
    };
    let policies = policies.iter().enumerate().map(verdict).collect();
    Ok(Explanation { before, after, outcome: name, why, policies })
}

fn kind(policy: &Policy, index: usize, told: &Told, signal: Signal) -> Kind {
    if policy.target.signal() != signal {
        return Kind::OtherSignal(policy.target.signal());
    }
    match told.failed.get(index).and_then(Option::as_ref) {
        Some((matcher, found)) if !told.matched.contains(&index) => Kind::Failed {
            matcher: *matcher,
            condition: policy.target.matchers().get(*matcher).map(ToString::to_string).unwrap_or_default(),
            found: found.clone(),
        },
        _ => Kind::Matched { keep: why::keep(policy), decided: false, transforms: why::transforms(policy) },
    }
}
