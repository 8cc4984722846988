//! From values to open gates: one look-up and at most one scan per field that is there.

use std::borrow::Cow;

use edge_hyperscan::Scanner;

use super::session::Session;
use super::worker::Scratch;
use crate::compile::{Engine, Group, PatternId, Patterns, Slot, Use};
use crate::field::Level;
use crate::value::Value;

impl Session<'_, '_> {
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
        if let Some(value) = self.values[slot.0 as usize] {
            self.scratch.candidates.extend_from_slice(plan.exact_gates.of(value));
        }
        if !plan.has_texts() {
            return;
        }
        self.with_text(slot, |engine, scratch, text| {
            if let Some(id) = plan.texts.get(text) {
                scratch.texts[slot.0 as usize] = id.0;
                scratch.candidates.extend_from_slice(&plan.text_gates[id.0 as usize]);
            }
            if plan.scan_always {
                scan(engine, scratch, slot, text, true);
            }
        });
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
        } else {
            self.with_text(slot, |engine, scratch, text| scan(engine, scratch, slot, text, false));
        }
    }

    /// What string matchers see of the slot's value: as `text_of`, without an allocation.
    fn with_text(&mut self, slot: Slot, look: impl FnOnce(&Engine, &mut Scratch, &[u8])) {
        match self.values[slot.0 as usize] {
            Some(Value::Text(text)) => look(self.engine, self.scratch, text),
            Some(Value::Bytes(bytes)) => {
                let mut hex = std::mem::take(&mut self.scratch.hex);
                hex.resize(2 * bytes.len(), 0);
                data_encoding::HEXLOWER.encode_mut(bytes, &mut hex);
                look(self.engine, self.scratch, &hex);
                self.scratch.hex = hex;
            }
            _ => {}
        }
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
    let patterns = &engine.slots[index].patterns;
    let epoch = scratch.epochs[engine.slots[index].level as usize];
    let first = scratch.first_pattern[index];
    let Scratch { scanner, hits, scanned, candidates, groups, .. } = scratch;
    scanned[index] = epoch;
    let mut found = |id: PatternId| {
        let hit = &mut hits[(first + id.0) as usize];
        if std::mem::replace(hit, epoch) != epoch && gates {
            candidates.extend_from_slice(&patterns.gates[id.0 as usize]);
        }
    };
    let plan = &patterns.plan;
    for (id, finder) in &plan.literals {
        if finder.is_match(text) {
            found(*id);
        }
    }
    groups.clear();
    groups.extend(0..plan.unconditional as u32);
    plan.needles.find(text, |needle, start, end| {
        for follows in &plan.uses[needle] {
            match *follows {
                Use::Contains(id) => found(id),
                Use::Prefix(id) if start == 0 => found(id),
                Use::Suffix(id) if end == text.len() => found(id),
                Use::Search(group) if !groups.contains(&group) => groups.push(group),
                _ => {}
            }
        }
    });
    for group in groups {
        search(&plan.groups[*group as usize], patterns, scanner.as_mut(), text, &mut found);
    }
}

/// The library reads UTF-8 only; other text, or a refusal, is the fallback engine's.
fn search(
    Group { database, ids }: &Group,
    patterns: &Patterns,
    scanner: Option<&mut Scanner>,
    text: &[u8],
    mut found: impl FnMut(PatternId),
) {
    if let (Some(database), Some(scanner), Ok(text)) = (database, scanner, simdutf8::basic::from_utf8(text))
        && scanner.scan(*database, text, |id| found(ids[id as usize])).is_ok()
    {
        return;
    }
    let matches =
        |id: &PatternId| patterns.list[id.0 as usize].matcher().is_some_and(|regex| regex.is_match(text));
    ids.iter().copied().filter(matches).for_each(found);
}
