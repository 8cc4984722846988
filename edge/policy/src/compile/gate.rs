//! The choice of a policy's gate: the matcher through which records become candidates for it.

use std::collections::HashMap;

use super::wanted::Slot;
use crate::model::{Condition, Literal, Matcher};

/// Policies that may share one exact string as their gate before a pattern is the better one. A string shared by
/// many makes many candidates of each record; a pattern is looked for anyway.
const SHARED_TEXT_MAX: usize = 16;

/// How records reach a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// By the matcher at this index, which needs no further check.
    Matcher(usize),
    /// By the field of this matcher being there; the matcher itself is still to be checked.
    Exists(usize),
    /// Every record is a candidate: the policy asks only what is not there, or not so.
    Always,
}

impl Gate {
    /// The matcher whose field must be there.
    pub(crate) fn matcher(self) -> Option<usize> {
        match self {
            Self::Matcher(index) | Self::Exists(index) => Some(index),
            Self::Always => None,
        }
    }
}

/// How many policies compare each field with each string.
#[derive(Debug, Default)]
pub(crate) struct TextUses(HashMap<(Slot, String), usize>);

impl TextUses {
    pub(crate) fn count(&mut self, slot: Slot, matcher: &Matcher) {
        if let Some(text) = gating_text(matcher) {
            *self.0.entry((slot, text.to_owned())).or_default() += 1;
        }
    }

    /// The matcher that opens most rarely, as far as the policies alone can tell.
    pub(crate) fn choose(&self, matchers: &[(Slot, &Matcher)]) -> Gate {
        let uses = |(index, (slot, matcher)): (usize, &(Slot, &Matcher))| {
            gating_text(matcher).map(|text| (self.0[&(*slot, text.to_owned())], index))
        };
        let text = matchers.iter().enumerate().filter_map(uses).min();
        let pattern =
            matchers.iter().position(|(_, m)| !m.negate && matches!(m.condition, Condition::Matches(_)));
        let exists = matchers.iter().position(|(_, m)| needs_field(m));
        match (text, pattern, exists) {
            (Some((uses, _)), Some(pattern), _) if uses > SHARED_TEXT_MAX => Gate::Matcher(pattern),
            (Some((_, text)), _, _) => Gate::Matcher(text),
            (None, Some(pattern), _) => Gate::Matcher(pattern),
            (None, None, Some(exists)) => Gate::Exists(exists),
            (None, None, None) => Gate::Always,
        }
    }
}

fn gating_text(matcher: &Matcher) -> Option<&str> {
    match &matcher.condition {
        Condition::Equals(Literal::Text(text)) if !matcher.negate => Some(text),
        _ => None,
    }
}

/// Whether the matcher cannot hold without its field.
fn needs_field(matcher: &Matcher) -> bool {
    match matcher.condition {
        Condition::Exists(exists) => exists != matcher.negate,
        _ => !matcher.negate,
    }
}
