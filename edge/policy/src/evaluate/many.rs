//! Fields that a span has several values of: events and links. Any of them may satisfy a condition.

use super::scan::{scan, text_of};
use super::session::Session;
use crate::compile::{Check, Slot, Test};
use crate::value::Value;

impl<'a> Session<'_, 'a> {
    /// Whether any value satisfies the check, inversion aside.
    pub(super) fn any_holds(&mut self, check: &Check) -> bool {
        let slot = check.slot;
        match &check.test {
            Test::Exists => self.values[slot.0 as usize].is_some(),
            Test::Text(id) => {
                let texts = &self.engine.slots[slot.0 as usize].texts;
                self.values_of(slot)
                    .any(|value| text_of(value).and_then(|text| texts.get(&text)) == Some(*id))
            }
            Test::Compare(comparison, number) => {
                self.values_of(slot).any(|value| comparison.holds(value, *number))
            }
            Test::Literal(literal) => self.values_of(slot).any(|value| literal.equals(value)),
            Test::Pattern(pattern) => self.finds(slot, *pattern),
        }
    }

    /// Collects the policies whose gate any of the values opens.
    pub(super) fn open_gates_of_any(&mut self, slot: Slot) {
        let plan = &self.engine.slots[slot.0 as usize];
        for place in 0..self.count_of(slot) {
            let Some(value) = self.value_at(slot, place) else { continue };
            self.scratch.candidates.extend_from_slice(plan.exact_gates.of(value));
            if let Some(id) = text_of(value).and_then(|text| plan.texts.get(&text)) {
                self.scratch.candidates.extend_from_slice(&plan.text_gates[id.0 as usize]);
            }
        }
        if plan.scan_always {
            self.scan_any(slot, true);
        }
        // A policy is a candidate once, however many values open its gate.
        self.scratch.candidates.sort_unstable();
        self.scratch.candidates.dedup();
    }

    pub(super) fn scan_any(&mut self, slot: Slot, gates: bool) {
        for place in 0..self.count_of(slot) {
            if let Some(text) = self.value_at(slot, place).and_then(text_of) {
                scan(self.engine, self.scratch, slot, &text, gates);
            }
        }
    }

    pub(super) fn values_of(&self, slot: Slot) -> impl Iterator<Item = Value<'a>> {
        let more = self.more.iter().filter(move |(other, _)| *other == slot);
        self.values[slot.0 as usize].into_iter().chain(more.map(|(_, value)| *value))
    }

    fn count_of(&self, slot: Slot) -> usize {
        self.values_of(slot).count()
    }

    fn value_at(&self, slot: Slot, place: usize) -> Option<Value<'a>> {
        self.values_of(slot).nth(place)
    }
}
