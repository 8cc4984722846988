//! Policies that say the same under two ids.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{Sink, Subject};
use crate::model::{LogTarget, Policy, Target};

const REMEDY: &str = "remove one of them";

pub(super) fn find(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let mut firsts: HashMap<String, &str> = HashMap::new();
    for policy in &subject.policies {
        match firsts.entry(said(policy)) {
            Entry::Vacant(place) => {
                place.insert(&policy.id);
            }
            Entry::Occupied(first) => {
                let problem = format!("has the matchers, keep and transform of policy `{}`", first.get());
                sink.add(policy, "match", problem, REMEDY);
            }
        }
    }
}

/// All that a policy does, in words; the order of its matchers means nothing.
pub(super) fn said(policy: &Policy) -> String {
    let target = &policy.target;
    let mut words: Vec<String> = target.matchers().iter().map(ToString::to_string).collect();
    words.sort_unstable();
    words.dedup();
    words.push(target.signal().name().to_owned());
    match target {
        Target::Log(log) => words.push(said_of_log(log)),
        Target::Metric(metric) => words.push(metric.keep.to_string()),
        Target::Trace(trace) => words.push(trace.keep.to_string()),
    }
    words.extend(policy.extensions.iter().map(|extension| format!("{extension:?}")));
    words.join("\n")
}

fn said_of_log(LogTarget { keep, transform, sample_key, .. }: &LogTarget) -> String {
    let key = sample_key.as_ref().map(ToString::to_string);
    format!("{keep} by {key:?}\n{}", transform.operations().join("\n"))
}
