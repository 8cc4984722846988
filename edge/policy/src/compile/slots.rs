//! What a slot's value sets off: the tables of one field.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::patterns::{PatternId, Patterns};
use crate::field::Level;

/// A distinct string that some policy compares a slot with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TextId(pub(crate) u32);

/// The tables of one field.
#[derive(Debug)]
pub(crate) struct SlotPlan {
    pub(crate) level: Level,
    /// Whether a record can have several values, any of which may satisfy a condition.
    pub(crate) is_many: bool,
    /// Strings compared for equality, each with the policies it is the gate of.
    pub(crate) texts: HashMap<Box<[u8]>, TextId, FixedState>,
    pub(crate) text_gates: Vec<Vec<u32>>,
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
            texts: HashMap::default(),
            text_gates: Vec::new(),
            patterns: Patterns::default(),
            scan_always: false,
            exists_gates: Vec::new(),
        }
    }

    pub(crate) fn text(&mut self, text: &str) -> TextId {
        let next = TextId(self.texts.len() as u32);
        let id = *self.texts.entry(text.as_bytes().into()).or_insert(next);
        self.text_gates.resize(self.texts.len(), Vec::new());
        id
    }

    pub(crate) fn gate_by_text(&mut self, id: TextId, policy: u32) {
        self.text_gates[id.0 as usize].push(policy);
    }

    pub(crate) fn gate_by_pattern(&mut self, id: PatternId, policy: u32) {
        self.scan_always = true;
        self.patterns.gate(id, policy);
    }
}
