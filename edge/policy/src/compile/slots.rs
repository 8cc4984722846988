//! What a slot's value sets off: the tables of one field.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::exact::ExactGates;
use super::patterns::{PatternId, Patterns};
use super::wanted::length_bit;
use crate::field::Level;

/// A distinct string that some policy compares a slot with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextId(pub(crate) u32);

/// Distinct strings.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    /// One bit for each length: a value of another length is not even read.
    lengths: u64,
    ids: HashMap<Box<[u8]>, TextId, FixedState>,
}

impl Texts {
    fn insert(&mut self, text: &[u8]) -> TextId {
        self.lengths |= length_bit(text);
        let next = TextId(self.ids.len() as u32);
        *self.ids.entry(text.into()).or_insert(next)
    }

    #[inline]
    pub(crate) fn get(&self, text: &[u8]) -> Option<TextId> {
        if self.lengths & length_bit(text) == 0 { None } else { self.ids.get(text).copied() }
    }
}

/// The tables of one field.
#[derive(Debug)]
pub(crate) struct SlotPlan {
    pub(crate) level: Level,
    /// Whether a record can have several values, any of which may satisfy a condition.
    pub(crate) is_many: bool,
    /// Strings compared for equality, each with the policies it is the gate of.
    pub(crate) texts: Texts,
    pub(crate) text_gates: Vec<Vec<u32>>,
    /// Other literals, each with the policies it is the gate of.
    pub(crate) exact_gates: ExactGates,
    /// Patterns, and the policies each is the gate of.
    pub(crate) patterns: Patterns,
    /// Whether a pattern is a gate: then every value is scanned, otherwise only when a candidate asks.
    pub(crate) scan_always: bool,
    /// Policies that only need the field to be there to be looked at.
    pub(crate) exists_gates: Vec<u32>,
}

impl SlotPlan {
    pub(crate) fn new((level, is_many): (Level, bool)) -> Self {
        Self {
            level,
            is_many,
            texts: Texts::default(),
            text_gates: Vec::new(),
            exact_gates: ExactGates::default(),
            patterns: Patterns::default(),
            scan_always: false,
            exists_gates: Vec::new(),
        }
    }

    pub(crate) fn text(&mut self, text: &str) -> TextId {
        let id = self.texts.insert(text.as_bytes());
        self.text_gates.resize(self.texts.ids.len(), Vec::new());
        id
    }

    /// Whether its value as text can open a gate.
    pub(crate) fn has_texts(&self) -> bool {
        self.scan_always || !self.text_gates.is_empty()
    }

    pub(crate) fn gate_by_text(&mut self, id: TextId, policy: u32) {
        self.text_gates[id.0 as usize].push(policy);
    }

    pub(crate) fn gate_by_pattern(&mut self, id: PatternId, policy: u32) {
        self.scan_always = true;
        self.patterns.gate(id, policy);
    }
}
