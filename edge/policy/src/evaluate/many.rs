//! Fields that a span has several values of: events and links. Any of them may satisfy a condition.

use super::scan::{scan, text_of};
use super::session::Session;
use super::worker::Scratch;
use crate::compile::{Check, Slot, SlotPlan, Test};
use crate::value::Value;

impl<'a> Session<'_, 'a> {
    /// Whether any value satisfies the check, inversion aside.
    pub(super) fn any_holds(&mut self, check: &Check) -> bool {
        let slot = check.slot;
        match &check.test {
            Test::Exists => self.values[slot.0 as usize].is_some(),
            Test::Text(id) => self.scratch.many_texts.binary_search(&(slot, *id)).is_ok(),
            Test::Compare(comparison, number) => {
                self.values_of(slot).any(|value| comparison.holds(value, *number))
            }
            Test::Literal(literal) => self.values_of(slot).any(|value| literal.equals(value)),
            Test::Pattern(pattern) => self.finds(slot, *pattern),
        }
    }

    /// Collects the policies whose gate any of the values opens. Each text counts once, however many values have it.
    pub(super) fn open_gates_of_any(&mut self, slot: Slot) {
        let plan = &self.engine.slots[slot.0 as usize];
        if !plan.text_gates.is_empty() {
            self.look_up_texts(slot, plan);
        }
        if plan.scan_always {
            self.scan_any(slot, true);
        }
    }

    fn look_up_texts(&mut self, slot: Slot, plan: &SlotPlan) {
        let Self { values, more, scratch, .. } = self;
        let Scratch { many_texts, candidates, .. } = &mut **scratch;
        let texts = values_of(values, more, slot).filter_map(text_of);
        many_texts.extend(texts.filter_map(|text| Some((slot, plan.texts.get(&text)?))));
        many_texts.sort_unstable();
        many_texts.dedup();
        for (_, id) in many_texts.iter().filter(|(other, _)| *other == slot) {
            candidates.extend_from_slice(&plan.text_gates[id.0 as usize]);
        }
    }

    pub(super) fn scan_any(&mut self, slot: Slot, gates: bool) {
        let Self { engine, scratch, values, more, .. } = self;
        for text in values_of(values, more, slot).filter_map(text_of) {
            scan(engine, scratch, slot, &text, gates);
        }
    }

    pub(super) fn values_of(&self, slot: Slot) -> impl Iterator<Item = Value<'a>> {
        values_of(&self.values, &self.more, slot)
    }
}

fn values_of<'a>(
    values: &[Option<Value<'a>>],
    more: &[(Slot, Value<'a>)],
    slot: Slot,
) -> impl Iterator<Item = Value<'a>> {
    let more = more.iter().filter(move |(other, _)| *other == slot);
    values[slot.0 as usize].into_iter().chain(more.map(|(_, value)| *value))
}
