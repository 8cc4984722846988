//! Decisions with evidence, for whoever looks on: explanations, dry runs, live tails and copies of records are views
//! of this. Costs one comparison for each record while nobody does.

use std::borrow::Cow;
use std::fmt;

use super::scan::text_of;
use super::session::{Decision, Session};
use crate::compile::{Check, SlotPlan, Test};
use crate::signal::Signal;
use crate::value::Value;

/// Looks on while the records of a batch are decided.
pub trait Watch: Send + fmt::Debug {
    /// Called after each decision, before the record is changed.
    fn decided(&mut self, evidence: &Evidence<'_>);

    /// Called after the last record of a batch. If the batch `failed`, it goes on as it came, and what was told of it
    /// is not so.
    fn batch_ended(&mut self, failed: bool) {
        let _ = failed;
    }
}

/// Why a record was decided as it was.
#[derive(Clone, Copy)]
pub struct Evidence<'e> {
    session: &'e dyn View,
    record: &'e dyn Fn() -> Vec<u8>,
}

/// The matcher because of which a policy does not match.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed<'e> {
    /// Its index in the policy.
    pub matcher: usize,
    /// The values of the field it looks at; none if the field is missing, several only for events and links.
    pub values: Cow<'e, [Value<'e>]>,
}

impl<'e> Evidence<'e> {
    /// The signal of the record.
    pub fn signal(&self) -> Signal {
        self.session.signal()
    }

    /// What becomes of it.
    pub fn decision(&self) -> Decision {
        self.session.decision()
    }

    /// Positions in the snapshot of the policies that match, ascending.
    pub fn matched(&self) -> Vec<usize> {
        self.session.matched()
    }

    /// Position in the snapshot of the policy that dropped the record.
    pub fn dropped_by(&self) -> Option<usize> {
        self.session.dropped_by()
    }

    /// Size of the record as decoded.
    pub fn bytes(&self) -> usize {
        self.session.bytes()
    }

    /// The first matcher of the policy at this position that does not hold; `None` if all do, or if the policy is for
    /// another signal. Not for the hot path: patterns are matched one by one.
    pub fn first_failed(&self, policy: usize) -> Option<Failed<'e>> {
        self.session.first_failed(policy)
    }

    /// The record as a request of its own, with its resource and scope, before any change; in the format of the body
    /// it came in.
    pub fn record(&self) -> Vec<u8> {
        (self.record)()
    }
}

impl fmt::Debug for Evidence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence")
            .field("signal", &self.signal())
            .field("decision", &self.decision())
            .field("matched", &self.matched())
            .field("dropped_by", &self.dropped_by())
            .finish_non_exhaustive()
    }
}

/// The last decision of a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Last {
    pub(super) decision: Decision,
    /// The policy that dropped the record, by its place in the engine.
    pub(super) dropped_by: Option<u32>,
    pub(super) bytes: usize,
    /// Whether it was about a data point, for which the policies about its metric count too.
    pub(super) is_point: bool,
}

/// What evidence asks of a session, whose lifetimes do not matter to it.
trait View {
    fn signal(&self) -> Signal;
    fn decision(&self) -> Decision;
    fn matched(&self) -> Vec<usize>;
    fn dropped_by(&self) -> Option<usize>;
    fn bytes(&self) -> usize;
    fn first_failed(&self, policy: usize) -> Option<Failed<'_>>;
}

impl Session<'_, '_> {
    /// Whether somebody looks on: then each decision is to be told.
    pub fn is_watched(&self) -> bool {
        self.watch.is_some()
    }

    /// Tells of the last decision; `record` makes the record a request of its own if it is asked for.
    pub fn tell(&mut self, record: &dyn Fn() -> Vec<u8>) {
        if let Some(mut watch) = self.watch.take() {
            watch.decided(&Evidence { session: self, record });
            *self.watch = Some(watch);
        }
    }
}

impl View for Session<'_, '_> {
    fn signal(&self) -> Signal {
        self.signal
    }

    fn decision(&self) -> Decision {
        self.last.decision
    }

    fn matched(&self) -> Vec<usize> {
        let metric = if self.last.is_point { &self.scratch.metric[..] } else { &[] };
        let all = self.scratch.matched.iter().chain(metric);
        let mut matched: Vec<usize> = all.map(|position| self.index(*position)).collect();
        matched.sort_unstable();
        matched
    }

    fn dropped_by(&self) -> Option<usize> {
        self.last.dropped_by.map(|position| self.index(position))
    }

    fn bytes(&self) -> usize {
        self.last.bytes
    }

    fn first_failed(&self, policy: usize) -> Option<Failed<'_>> {
        let position =
            self.engine.policies.binary_search_by_key(&policy, |known| known.index as usize).ok()?;
        let policy = &self.engine.policies[position];
        let all = policy.checks.iter().chain(&policy.gate);
        let failed = all.filter(|check| !self.satisfied(check)).min_by_key(|check| check.matcher)?;
        let values = self.values_of(failed.slot).collect();
        Some(Failed { matcher: usize::from(failed.matcher), values: Cow::Owned(values) })
    }
}

impl Session<'_, '_> {
    fn index(&self, position: u32) -> usize {
        self.engine.policies[position as usize].index as usize
    }

    fn satisfied(&self, check: &Check) -> bool {
        let plan = &self.engine.slots[check.slot.0 as usize];
        self.values_of(check.slot).any(|value| check.test.holds(plan, value)) != check.negate
    }
}

impl Test {
    /// Whether it holds of one value, by itself.
    fn holds(&self, plan: &SlotPlan, value: Value<'_>) -> bool {
        match self {
            Self::Exists => true,
            Self::Text(id) => text_of(value).and_then(|text| plan.texts.get(&text)) == Some(*id),
            Self::Compare(comparison, number) => comparison.holds(value, *number),
            Self::Literal(literal) => literal.equals(value),
            Self::Pattern(pattern) => {
                let matcher = plan.patterns.list[pattern.0 as usize].matcher();
                text_of(value).zip(matcher).is_some_and(|(text, matcher)| matcher.is_match(&*text))
            }
        }
    }
}
