//! Policies that decide nothing: whenever one matches, so does another whose keep wins over its own.

use super::relation::implies;
use super::{Sink, Subject, duplicate};
use crate::keep::Keep;
use crate::model::{LogTarget, MetricTarget, Policy, Target, TraceTarget};
use crate::signal::Signal;

const DROPPED: &str = "remove it, or narrow the other: what one policy drops no other can keep";
const LOWER: &str = "remove it, or narrow the other policy: of several percentages the lowest decides alone";
const LOWER_BESIDE_TRANSFORM: &str =
    "remove its keep, or narrow the other policy: of several percentages the lowest decides alone";

pub(super) fn find(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    for signal in Signal::ALL {
        let policies = subject.of(signal);
        for policy in &policies {
            if let Some((problem, remedy)) = policies.iter().find_map(|other| shadow(policy, other)) {
                sink.add(policy, "keep", problem, remedy);
            }
        }
    }
}

/// What `other` takes from `policy`, if it takes all that it decides.
fn shadow(policy: &Policy, other: &Policy) -> Option<(String, &'static str)> {
    // Cheap, and rarely so: there are as many pairs as policies squared.
    if policy.id == other.id || !covers(other, policy) {
        return None;
    }
    let effect = match (&policy.target, &other.target) {
        // Its copies of records go somewhere all the same.
        _ if !policy.extensions.is_empty() => return None,
        (Target::Log(target), Target::Log(winner)) => log_effect(policy, target, other, winner)?,
        (Target::Metric(target), Target::Metric(winner)) => metric_effect(policy, target, other, winner)?,
        (Target::Trace(target), Target::Trace(winner)) => trace_effect(policy, target, other, winner)?,
        _ => return None,
    };
    // What says the same is a duplicate, and told so.
    if duplicate::said(policy) == duplicate::said(other) {
        return None;
    }
    let id = &other.id;
    Some(match effect {
        Effect::Dropped => {
            (format!("never decides: policy `{id}` drops every record that it matches"), DROPPED)
        }
        Effect::Outdone => {
            let remedy = if transforms(policy) { LOWER_BESIDE_TRANSFORM } else { LOWER };
            (format!("never decides: policy `{id}` matches the same records and its percentage wins"), remedy)
        }
    })
}

fn transforms(policy: &Policy) -> bool {
    matches!(&policy.target, Target::Log(log) if !log.transform.operations().is_empty())
}

/// How a policy loses.
enum Effect {
    /// Every record is dropped: it does nothing at all, transforms neither.
    Dropped,
    /// Another percentage decides; transforms still run.
    Outdone,
}

fn log_effect(policy: &Policy, target: &LogTarget, other: &Policy, winner: &LogTarget) -> Option<Effect> {
    match (winner.keep, target.keep) {
        // Of two that drop the same either may go; the wider one is the better to keep.
        (Keep::None, Keep::None) if covers(policy, other) && policy.id < other.id => None,
        (Keep::None, _) => Some(Effect::Dropped),
        (Keep::Percent(lower), Keep::Percent(higher)) => {
            let wins = lower < higher || (lower == higher && other.id < policy.id);
            wins.then_some(Effect::Outdone)
        }
        _ => None,
    }
}

fn metric_effect(
    policy: &Policy,
    target: &MetricTarget,
    other: &Policy,
    winner: &MetricTarget,
) -> Option<Effect> {
    let first_of_two = !target.keep && covers(policy, other) && policy.id < other.id;
    (!winner.keep && !first_of_two).then_some(Effect::Dropped)
}

fn trace_effect(
    policy: &Policy,
    target: &TraceTarget,
    other: &Policy,
    winner: &TraceTarget,
) -> Option<Effect> {
    let (lower, higher) = (winner.keep.percentage, target.keep.percentage);
    // Of equal percentages the first by id decides.
    let wins = lower < higher || (lower <= higher && other.id < policy.id);
    wins.then_some(if lower <= 0.0 { Effect::Dropped } else { Effect::Outdone })
}

/// Whether `wide` matches whenever `narrow` does.
fn covers(wide: &Policy, narrow: &Policy) -> bool {
    let holds = |b| narrow.target.matchers().iter().any(|a| implies(a, b));
    wide.target.matchers().iter().all(holds)
}
