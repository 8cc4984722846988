//! The compiled policies of one signal.

use std::sync::Arc;

use edge_hyperscan::Database;

use super::databases::Databases;
use super::gate::{Gate, LiteralUses};
use super::patterns::PatternId;
use super::slots::{SlotPlan, TextId};
use super::wanted::{Slot, SlotTable, Wanted};
use crate::evaluate::RateState;
use crate::field::{Field, Level};
use crate::keep::Keep;
use crate::model::{Comparison, Condition, Literal, Matcher, Number, Target};
use crate::sampling::TraceSampling;
use crate::signal::Signal;
use crate::transform::Operations;

/// The compiled policies of one signal. Policies are in id order and known by their position.
#[derive(Debug, Default)]
pub(crate) struct Engine {
    pub(crate) policies: Vec<Compiled>,
    pub(crate) slots: Vec<SlotPlan>,
    /// What to look at, by level.
    pub(crate) wanted: [Wanted; Level::COUNT],
    /// Policies without a gate.
    pub(crate) always: Vec<u32>,
    /// Whether some policy about data points is known only once a point is seen.
    pub(crate) has_point_gates: bool,
    /// Trace id and trace state, which sampling asks for.
    pub(crate) sampled: Option<(Slot, Slot)>,
    pub(crate) databases: Arc<[Arc<Database>]>,
}

/// One policy, resolved.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// Position in the snapshot, over all signals.
    pub(crate) index: u32,
    /// What it is about: `Point`, or `Record`.
    pub(crate) level: Level,
    /// What is left to check once the gate is open, in level order and the cheap ones first.
    pub(crate) checks: Box<[Check]>,
    /// The matcher that the gate takes the place of.
    pub(crate) gate: Option<Check>,
    pub(crate) keep: Keep,
    pub(crate) rate: Option<Arc<RateState>>,
    pub(crate) sample_key: Option<Slot>,
    /// Which spans go on.
    pub(crate) sampling: Option<TraceSampling>,
    /// Changes to resource, scope and record.
    pub(crate) operations: [Operations; 3],
}

/// One matcher, resolved.
#[derive(Debug)]
pub(crate) struct Check {
    /// Its index among the policy's matchers.
    pub(crate) matcher: u16,
    pub(crate) level: Level,
    pub(crate) slot: Slot,
    pub(crate) negate: bool,
    pub(crate) test: Test,
}

/// What a check asks, cheapest first.
#[derive(Debug)]
pub(crate) enum Test {
    Exists,
    Text(TextId),
    Compare(Comparison, Number),
    Literal(Literal),
    Pattern(PatternId),
}

/// A policy on its way in.
pub(crate) struct Source<'a> {
    pub(crate) index: u32,
    pub(crate) target: &'a Target,
    pub(crate) rate: Option<Arc<RateState>>,
}

impl Engine {
    /// Compiles policies in id order. Also returns, by position in `sources`, those that hold a pattern no
    /// engine can take; they never match.
    pub(crate) fn compile(
        signal: Signal,
        sources: Vec<Source<'_>>,
        databases: &mut Databases<'_>,
    ) -> (Self, Vec<(usize, String)>) {
        let mut table = SlotTable::default();
        let sampled = if signal == Signal::Trace && !sources.is_empty() { table.sampled() } else { None };
        let mut uses = LiteralUses::default();
        let slotted: Vec<Option<Vec<(Slot, &Matcher)>>> =
            sources.iter().map(|source| slot_matchers(source.target, &mut table)).collect();
        slotted.iter().flatten().flatten().for_each(|(slot, matcher)| uses.count(*slot, matcher));
        let keys: Vec<Option<Slot>> = sources.iter().map(|source| table.slot(source.sample_key()?)).collect();
        let mut engine = Self {
            slots: table.kinds.iter().map(|kind| SlotPlan::new(*kind)).collect(),
            wanted: table.wanted,
            sampled,
            ..Self::default()
        };
        let mut unusable = Vec::new();
        for ((position, source), (matchers, key)) in
            sources.into_iter().enumerate().zip(slotted.into_iter().zip(keys))
        {
            if let Some(matchers) = matchers {
                engine.add(source, &matchers, key, uses.choose(&matchers));
            } else {
                let error = format!("{}: more distinct fields than can be looked at", signal.name());
                unusable.push((position, error));
                engine.add_inert(source.index);
            }
        }
        engine.plan_patterns(databases);
        let error = format!("{}: match: regex is too large", signal.name());
        unusable.extend(engine.unmatchable().into_iter().map(|position| (position, error.clone())));
        (engine, unusable)
    }

    fn add(
        &mut self,
        source: Source<'_>,
        matchers: &[(Slot, &Matcher)],
        sample_key: Option<Slot>,
        gate: Gate,
    ) {
        let position = self.policies.len() as u32;
        let (mut checks, mut gated) = (Vec::with_capacity(matchers.len()), None);
        for (index, (slot, matcher)) in matchers.iter().enumerate() {
            let check = self.check(index, *slot, matcher);
            if gate == Gate::Matcher(index) {
                self.gate(&check, position);
                gated = Some(check);
            } else {
                checks.push(check);
            }
        }
        let level = matchers.iter().map(|(_, matcher)| matcher.field.level()).max().unwrap_or(Level::Record);
        let gate_level = gate.matcher().map(|index| matchers[index].1.field.level());
        self.has_point_gates |= gate_level == Some(Level::Point);
        match gate {
            Gate::Matcher(_) => {}
            Gate::Exists(index) => self.slots[matchers[index].0.0 as usize].exists_gates.push(position),
            Gate::Always => self.always.push(position),
        }
        checks.sort_by_key(|check| (check.level, check.test.cost()));
        self.policies.push(Compiled {
            level: level.max(Level::Record),
            checks: checks.into(),
            gate: gated,
            sample_key,
            ..Compiled::new(source)
        });
    }

    /// Holds a position that never matches.
    fn add_inert(&mut self, index: u32) {
        self.policies.push(Compiled { index, ..Compiled::default() });
    }

    fn check(&mut self, index: usize, slot: Slot, matcher: &Matcher) -> Check {
        let plan = &mut self.slots[slot.0 as usize];
        let (test, inverted) = match &matcher.condition {
            Condition::Exists(exists) => (Test::Exists, !exists),
            Condition::Equals(Literal::Text(text)) => (Test::Text(plan.text(text)), false),
            Condition::Equals(literal) => (Test::Literal(literal.clone()), false),
            Condition::Compare(comparison, number) => (Test::Compare(*comparison, *number), false),
            Condition::Matches(pattern) => (Test::Pattern(plan.patterns.insert(pattern)), false),
        };
        // Explanations alone ask for the index: beyond 65,535 matchers they name the wrong one.
        let index = index as u16;
        Check { matcher: index, level: plan.level, slot, negate: matcher.negate != inverted, test }
    }

    fn gate(&mut self, check: &Check, policy: u32) {
        let plan = &mut self.slots[check.slot.0 as usize];
        match check.test {
            Test::Text(id) => plan.gate_by_text(id, policy),
            Test::Pattern(id) => plan.gate_by_pattern(id, policy),
            Test::Literal(ref literal) => plan.exact_gates.insert(literal, policy),
            _ => plan.exists_gates.push(policy),
        }
    }

    fn plan_patterns(&mut self, databases: &mut Databases<'_>) {
        let mut used = Vec::new();
        for plan in &mut self.slots {
            plan.patterns.plan(databases, &mut used);
        }
        self.databases = used.into();
    }

    fn unmatchable(&self) -> Vec<usize> {
        let mut found = Vec::new();
        for (slot, plan) in self.slots.iter().enumerate() {
            for id in plan.patterns.unmatchable() {
                let gated = plan.patterns.gates[id.0 as usize].iter().map(|policy| *policy as usize);
                let checked = self.policies.iter().enumerate().filter(|(_, policy)| {
                    let uses = |check: &Check| matches!(check.test, Test::Pattern(other) if other == id);
                    policy.checks.iter().any(|check| check.slot.0 as usize == slot && uses(check))
                });
                found.extend(gated.chain(checked.map(|(position, _)| position)));
            }
        }
        found
    }
}

impl Compiled {
    /// What the rule says of records that match.
    fn new(source: Source<'_>) -> Self {
        let Source { index, target, rate } = source;
        let rule = Self { index, rate, ..Self::default() };
        match target {
            Target::Log(target) => Self {
                keep: target.keep,
                operations: OPERATED.map(|level| Operations::compile(&target.transform, level)),
                ..rule
            },
            Target::Metric(target) => Self { keep: if target.keep { Keep::All } else { Keep::None }, ..rule },
            Target::Trace(target) => Self { sampling: Some(target.keep), ..rule },
        }
    }
}

impl Default for Compiled {
    fn default() -> Self {
        Self {
            index: 0,
            level: Level::Record,
            checks: Box::default(),
            gate: None,
            keep: Keep::All,
            rate: None,
            sample_key: None,
            sampling: None,
            operations: OPERATED.map(|_| Operations::default()),
        }
    }
}

/// The levels that transforms act on.
const OPERATED: [Level; 3] = [Level::Resource, Level::Scope, Level::Record];

impl<'a> Source<'a> {
    fn sample_key(&self) -> Option<&'a Field> {
        match self.target {
            Target::Log(target) => target.sample_key.as_ref(),
            Target::Metric(_) | Target::Trace(_) => None,
        }
    }
}

impl Test {
    fn cost(&self) -> u8 {
        match self {
            Self::Exists => 0,
            Self::Text(_) => 1,
            Self::Compare(..) => 2,
            Self::Literal(_) => 3,
            Self::Pattern(_) => 4,
        }
    }
}

fn slot_matchers<'a>(target: &'a Target, table: &mut SlotTable) -> Option<Vec<(Slot, &'a Matcher)>> {
    target.matchers().iter().map(|matcher| Some((table.slot(&matcher.field)?, matcher))).collect()
}
