//! The choice of a policy's gate: the matcher through which records become candidates for it.

use std::collections::HashMap;

use super::exact::{ExactGates, Scalar};
use super::wanted::Slot;
use crate::model::{Condition, Literal, Matcher};

/// Policies that may share one literal as their gate before a pattern is the better one. A literal shared by many
/// makes many candidates of each record; a pattern is looked for anyway.
const SHARED_LITERAL_MAX: usize = 16;

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

/// How many policies compare each field with each literal.
#[derive(Debug, Default)]
pub(crate) struct LiteralUses<'a>(HashMap<(Slot, Key<'a>), usize>);

/// What equal literals have in common.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    Scalar(Scalar),
}

impl<'a> LiteralUses<'a> {
    pub(crate) fn count(&mut self, slot: Slot, matcher: &'a Matcher) {
        if let Some(key) = gating_literal(matcher).and_then(Key::of) {
            *self.0.entry((slot, key)).or_default() += 1;
        }
    }

    /// The matcher that opens most rarely, as far as the policies alone can tell.
    pub(crate) fn choose(&self, matchers: &[(Slot, &'a Matcher)]) -> Gate {
        let uses = |(index, (slot, matcher)): (usize, &(Slot, &'a Matcher))| {
            let key = gating_literal(matcher).and_then(Key::of)?;
            self.0.get(&(*slot, key)).map(|uses| (*uses, index))
        };
        let literal = matchers.iter().enumerate().filter_map(uses).min();
        let pattern =
            matchers.iter().position(|(_, m)| !m.negate && matches!(m.condition, Condition::Matches(_)));
        let exists = matchers.iter().position(|(_, m)| needs_field(m));
        match (literal, pattern, exists) {
            (Some((uses, _)), Some(pattern), _) if uses > SHARED_LITERAL_MAX => Gate::Matcher(pattern),
            (Some((_, literal)), _, _) => Gate::Matcher(literal),
            (None, Some(pattern), _) => Gate::Matcher(pattern),
            (None, None, Some(exists)) => Gate::Exists(exists),
            (None, None, None) => Gate::Always,
        }
    }
}

impl<'a> Key<'a> {
    fn of(literal: &'a Literal) -> Option<Self> {
        match literal {
            Literal::Text(text) => Some(Self::Text(text)),
            Literal::Bytes(bytes) => Some(Self::Bytes(bytes)),
            _ => Scalar::of_literal(literal).map(Self::Scalar),
        }
    }
}

fn gating_literal(matcher: &Matcher) -> Option<&Literal> {
    match &matcher.condition {
        Condition::Equals(literal) if !matcher.negate => {
            (matches!(literal, Literal::Text(_)) || ExactGates::takes(literal)).then_some(literal)
        }
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
