//! Patterns that the pattern library cannot take.

use std::collections::HashSet;

use super::{Sink, Subject};
use crate::compile::PatternLibrary;
use crate::model::Condition;
use crate::pattern::Pattern;

const REMEDY: &str =
    "each such pattern is looked for by itself, in every text: simplify it where many records pass";

pub(super) fn find(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    // Then it is the machine, not the patterns.
    if !PatternLibrary::in_use().is_sound {
        return;
    }
    let alone: HashSet<_> = subject.snapshot.fallback_patterns().map(Pattern::identity).collect();
    for policy in &subject.policies {
        for (index, matcher) in policy.target.matchers().iter().enumerate() {
            if let Condition::Matches(pattern) = &matcher.condition
                && alone.contains(&pattern.identity())
            {
                let problem = format!("`{matcher}` is left to the fallback engine");
                sink.add(policy, &format!("match[{index}]"), problem, REMEDY);
            }
        }
    }
}
