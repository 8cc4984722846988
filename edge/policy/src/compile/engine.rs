//! The compiled policies of one signal.

use std::sync::Arc;

use edge_hyperscan::Database;

use super::gate::{Gate, TextUses};
use super::patterns::PatternId;
use super::slots::{SlotPlan, TextId};
use super::wanted::{Slot, SlotTable, Wanted};
use crate::evaluate::RateState;
use crate::field::Level;
use crate::keep::Keep;
use crate::model::{Comparison, Condition, Literal, LogTarget, Matcher, Number};
use crate::transform::Operations;

/// The compiled policies of one signal. Policies are in id order and known by their position.
#[derive(Debug, Default)]
pub(crate) struct Engine {
    pub(crate) policies: Vec<Compiled>,
    pub(crate) slots: Vec<SlotPlan>,
    /// What to look at, by level.
    pub(crate) wanted: [Wanted; 3],
    /// Policies without a gate.
    pub(crate) always: Vec<u32>,
    pub(crate) databases: Arc<[Database]>,
}

/// One policy, resolved.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// Position in the snapshot, over all signals.
    pub(crate) index: u32,
    /// What is left to check once the gate is open, in level order and the cheap ones first.
    pub(crate) checks: Box<[Check]>,
    pub(crate) keep: Keep,
    pub(crate) rate: Option<Arc<RateState>>,
    pub(crate) sample_key: Option<Slot>,
    /// Changes by level.
    pub(crate) operations: [Operations; 3],
}

/// One matcher, resolved.
#[derive(Debug)]
pub(crate) struct Check {
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
    pub(crate) target: &'a LogTarget,
    pub(crate) rate: Option<Arc<RateState>>,
}

impl Engine {
    /// Compiles policies in id order. Also returns, by position in `sources`, those that hold a pattern no
    /// engine can take; they never match.
    pub(crate) fn compile(sources: Vec<Source<'_>>) -> (Self, Vec<(usize, String)>) {
        let mut table = SlotTable::default();
        let mut uses = TextUses::default();
        let slotted: Vec<Option<Vec<(Slot, &Matcher)>>> =
            sources.iter().map(|source| slot_matchers(source.target, &mut table)).collect();
        slotted.iter().flatten().flatten().for_each(|(slot, matcher)| uses.count(*slot, matcher));
        let keys: Vec<Option<Slot>> =
            sources.iter().map(|source| table.slot(source.target.sample_key.as_ref()?)).collect();
        let mut engine = Self {
            slots: table.levels.iter().map(|level| SlotPlan::new(*level)).collect(),
            wanted: table.wanted,
            ..Self::default()
        };
        let mut unusable = Vec::new();
        for ((position, source), (matchers, key)) in
            sources.into_iter().enumerate().zip(slotted.into_iter().zip(keys))
        {
            if let Some(matchers) = matchers {
                engine.add(source, &matchers, key, uses.choose(&matchers));
            } else {
                unusable.push((position, "log: more distinct fields than can be looked at".to_owned()));
                engine.add_inert(source.index);
            }
        }
        engine.plan_patterns();
        unusable.extend(engine.unmatchable());
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
        let mut checks = Vec::with_capacity(matchers.len());
        for (index, (slot, matcher)) in matchers.iter().enumerate() {
            let check = self.check(*slot, matcher);
            if gate == Gate::Matcher(index) {
                self.gate(&check, position);
            } else {
                checks.push(check);
            }
        }
        match gate {
            Gate::Matcher(_) => {}
            Gate::Exists(index) => self.slots[matchers[index].0.0 as usize].exists_gates.push(position),
            Gate::Always => self.always.push(position),
        }
        checks.sort_by_key(|check| (check.level, check.test.cost()));
        self.policies.push(Compiled {
            index: source.index,
            checks: checks.into(),
            keep: source.target.keep,
            rate: source.rate,
            sample_key,
            operations: Level::ALL.map(|level| Operations::compile(&source.target.transform, level)),
        });
    }

    /// Holds a position that never matches.
    fn add_inert(&mut self, index: u32) {
        self.policies.push(Compiled {
            index,
            checks: Box::default(),
            keep: Keep::All,
            rate: None,
            sample_key: None,
            operations: Level::ALL.map(|_| Operations::default()),
        });
    }

    fn check(&mut self, slot: Slot, matcher: &Matcher) -> Check {
        let plan = &mut self.slots[slot.0 as usize];
        let (test, inverted) = match &matcher.condition {
            Condition::Exists(exists) => (Test::Exists, !exists),
            Condition::Equals(Literal::Text(text)) => (Test::Text(plan.text(text)), false),
            Condition::Equals(literal) => (Test::Literal(literal.clone()), false),
            Condition::Compare(comparison, number) => (Test::Compare(*comparison, *number), false),
            Condition::Matches(pattern) => (Test::Pattern(plan.patterns.insert(pattern)), false),
        };
        Check { level: plan.level, slot, negate: matcher.negate != inverted, test }
    }

    fn gate(&mut self, check: &Check, policy: u32) {
        let plan = &mut self.slots[check.slot.0 as usize];
        match check.test {
            Test::Text(id) => plan.gate_by_text(id, policy),
            Test::Pattern(id) => plan.gate_by_pattern(id, policy),
            _ => plan.exists_gates.push(policy),
        }
    }

    fn plan_patterns(&mut self) {
        let mut databases = Vec::new();
        for plan in &mut self.slots {
            plan.patterns.plan(&mut databases);
        }
        self.databases = databases.into();
    }

    fn unmatchable(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (slot, plan) in self.slots.iter().enumerate() {
            for id in plan.patterns.unmatchable() {
                let gated = plan.patterns.gates[id.0 as usize].iter().map(|policy| *policy as usize);
                let checked = self.policies.iter().enumerate().filter(|(_, policy)| {
                    let uses = |check: &Check| matches!(check.test, Test::Pattern(other) if other == id);
                    policy.checks.iter().any(|check| check.slot.0 as usize == slot && uses(check))
                });
                let all = gated.chain(checked.map(|(position, _)| position));
                found.extend(all.map(|position| (position, "log: match: regex is too large".to_owned())));
            }
        }
        found
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

fn slot_matchers<'a>(target: &'a LogTarget, table: &mut SlotTable) -> Option<Vec<(Slot, &'a Matcher)>> {
    target.matchers.iter().map(|matcher| Some((table.slot(&matcher.field)?, matcher))).collect()
}
