//! Decisions in words.

use edge_policy::{Keep, LogTarget, Policy, Target};

use super::told::Told;

/// A policy's keep, as it is spelled.
pub(super) fn keep(policy: &Policy) -> String {
    match &policy.target {
        Target::Log(log) => log.keep.to_string(),
        Target::Metric(metric) => metric.keep.to_string(),
        Target::Trace(trace) => trace.keep.to_string(),
    }
}

/// What a policy changes of a record that goes on.
pub(super) fn transforms(policy: &Policy) -> Vec<String> {
    match &policy.target {
        Target::Log(log) => log.transform.operations(),
        Target::Metric(_) | Target::Trace(_) => Vec::new(),
    }
}

/// The policy whose keep made the decision: the one that dropped the record, or the strictest that let it through.
pub(super) fn decider(told: &Told, policies: &[&Policy]) -> Option<usize> {
    let matched = told.matched.iter().copied();
    told.dropped_by.or_else(|| {
        let strictness = |index: &usize| strictness(policies[*index]).map(|strictness| (strictness, *index));
        let all = matched.filter_map(|index| strictness(&index));
        all.min_by(|(a, i), (b, j)| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal).then(i.cmp(j)))
            .map(|(_, index)| index)
    })
}

/// Lower is stricter: percentages before limits; a keep that restricts nothing has none.
fn strictness(policy: &Policy) -> Option<(u8, f64)> {
    match &policy.target {
        Target::Log(LogTarget { keep: Keep::Percent(percentage), .. }) => {
            Some((0, percentage.to_string().parse().unwrap_or_default()))
        }
        Target::Log(LogTarget { keep: Keep::Rate(_), .. }) => Some((1, 0.0)),
        Target::Log(_) | Target::Metric(_) => None,
        Target::Trace(trace) => Some((0, f64::from(trace.keep.percentage))),
    }
}

/// Why the record came out as it did.
pub(super) fn why(told: &Told, policies: &[&Policy]) -> String {
    let Some(index) = decider(told, policies) else {
        return if told.matched.is_empty() {
            "no policy matches"
        } else {
            "nothing that matches restricts it"
        }
        .to_owned();
    };
    let policy = policies[index];
    let (id, keep) = (&policy.id, keep(policy));
    let dropped = told.dropped_by.is_some();
    match &policy.target {
        Target::Log(LogTarget { keep: Keep::None, .. }) => {
            format!("`{id}` drops it: `none` wins over every other keep")
        }
        Target::Log(LogTarget { keep: Keep::Percent(_), sample_key, .. }) => {
            let by = sample_key.as_ref().map_or("chance".to_owned(), |key| format!("the value of {key}"));
            let took = if dropped { "drops it" } else { "lets it through" };
            format!("`{id}` {took}: of the percentages that match, {keep} is the lowest, and {by} decides")
        }
        Target::Log(LogTarget { keep: Keep::Rate(_), .. }) if dropped => {
            format!("`{id}` drops it: its limit of {keep} is used up")
        }
        Target::Log(_) => format!("`{id}` lets it through: its limit of {keep} is not used up"),
        Target::Metric(_) => format!("`{id}` drops it: `keep: false` wins"),
        Target::Trace(_) => {
            let took = if dropped { "drops it" } else { "lets it through" };
            format!(
                "`{id}` {took}: of the percentages that match, {keep}, is the lowest, and the trace decides"
            )
        }
    }
}
