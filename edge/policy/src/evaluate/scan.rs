//! From values to open gates: one look-up and at most one scan per field that is there.

use std::borrow::Cow;

use regex_automata::Span;

use super::session::Session;
use super::worker::Scratch;
use crate::compile::{Engine, Group, PatternId, Slot};
use crate::field::Level;
use crate::value::Value;

impl<'a> Session<'_, 'a> {
    /// Collects the policies whose gate a value of this level opens.
    pub(super) fn open_gates(&mut self, level: Level) {
        self.scratch.candidates.clear();
        if level == Level::Resource {
            self.scratch.candidates.extend_from_slice(&self.engine.always);
        }
        for position in 0..self.scratch.filled[level as usize].len() {
            self.open_gates_of(self.scratch.filled[level as usize][position]);
        }
    }

    fn open_gates_of(&mut self, slot: Slot) {
        let plan = &self.engine.slots[slot.0 as usize];
        self.scratch.candidates.extend_from_slice(&plan.exists_gates);
        if plan.is_many {
            return self.open_gates_of_any(slot);
        }
        let Some(text) = self.text(slot) else { return };
        if let Some(id) = plan.texts.get(&*text) {
            self.scratch.texts[slot.0 as usize] = id.0;
            self.scratch.candidates.extend_from_slice(&plan.text_gates[id.0 as usize]);
        }
        if plan.scan_always {
            scan(self.engine, self.scratch, slot, &text, true);
        }
    }

    /// Whether the pattern is found in the slot's value, which is scanned at most once.
    pub(super) fn finds(&mut self, slot: Slot, pattern: PatternId) -> bool {
        let index = slot.0 as usize;
        let epoch = self.scratch.epochs[self.engine.slots[index].level as usize];
        if self.scratch.scanned[index] != epoch {
            self.scan_lazily(slot);
        }
        self.scratch.scanned[index] == epoch
            && self.scratch.hits[(self.scratch.first_pattern[index] + pattern.0) as usize] == epoch
    }

    fn scan_lazily(&mut self, slot: Slot) {
        if self.engine.slots[slot.0 as usize].is_many {
            self.scan_any(slot, false);
        } else if let Some(text) = self.text(slot) {
            scan(self.engine, self.scratch, slot, &text, false);
        }
    }

    fn text(&self, slot: Slot) -> Option<Cow<'a, [u8]>> {
        self.values[slot.0 as usize].and_then(text_of)
    }
}

/// What string matchers see: text, or bytes in lower-case hexadecimal.
pub(super) fn text_of(value: Value<'_>) -> Option<Cow<'_, [u8]>> {
    match value {
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Bytes(bytes) => Some(Cow::Owned(data_encoding::HEXLOWER.encode(bytes).into_bytes())),
        _ => None,
    }
}

/// Finds every pattern of the slot that is in `text`, opening their gates if asked.
pub(super) fn scan(engine: &Engine, scratch: &mut Scratch, slot: Slot, text: &[u8], gates: bool) {
    let index = slot.0 as usize;
    let plan = &engine.slots[index];
    let epoch = scratch.epochs[plan.level as usize];
    let first = scratch.first_pattern[index];
    let Scratch { scanner, hits, scanned, candidates, .. } = scratch;
    scanned[index] = epoch;
    let mut found = |id: PatternId| {
        let hit = &mut hits[(first + id.0) as usize];
        if std::mem::replace(hit, epoch) != epoch && gates {
            candidates.extend_from_slice(&plan.patterns.gates[id.0 as usize]);
        }
    };
    let search = &plan.patterns.plan;
    for (id, finder) in &search.literals {
        if finder.is_match(text) {
            found(*id);
        }
    }
    let alone =
        |id: PatternId| plan.patterns.list[id.0 as usize].matcher().is_some_and(|regex| regex.is_match(text));
    search.alone.iter().copied().filter(|id| alone(*id)).for_each(&mut found);
    for Group { database, ids, first_look } in &search.groups {
        let whole = Span { start: 0, end: text.len() };
        if first_look.as_ref().is_some_and(|literals| literals.find(text, whole).is_none()) {
            continue;
        }
        // The library reads UTF-8 only; other text, or a refusal, is the fallback engine's.
        let valid = simdutf8::basic::from_utf8(text).ok().zip(scanner.as_mut());
        let scan = valid.map(|(text, scanner)| scanner.scan(*database, text, |id| found(ids[id as usize])));
        if !matches!(scan, Some(Ok(()))) {
            ids.iter().copied().filter(|id| alone(*id)).for_each(&mut found);
        }
    }
}
