//! The merge of every matching policy into one decision, and the count of who had his way.

use super::chance;
use super::session::{Decision, Session};
use super::watch::Last;
use crate::compile::Compiled;
use crate::field::Level;
use crate::keep::{Keep, Percentage};

impl Session<'_, '_> {
    /// Decides the record whose values are in hand.
    pub(super) fn decide(&mut self, bytes: usize) -> Decision {
        let scratch = &mut *self.scratch;
        scratch.matched.clear();
        scratch.matched.append(&mut scratch.open[Level::Record as usize]);
        if scratch.matched.is_empty() {
            return self.decided(Decision::Keep, None, bytes);
        }
        scratch.matched.sort_unstable();
        if !self.keeps_all
            && let Some(policy) = self.dropped_by()
        {
            return self.drop_record(policy, bytes);
        }
        let decision = self.keep_record(bytes);
        self.decided(decision, None, bytes)
    }

    /// Remembers a decision for whoever looks on.
    pub(super) fn decided(&mut self, decision: Decision, dropped_by: Option<u32>, bytes: usize) -> Decision {
        self.last = Last { decision, dropped_by, bytes, is_point: false };
        decision
    }

    /// The policy that drops the record: none before the lowest percentage, before the rate limits in id order.
    pub(super) fn dropped_by(&mut self) -> Option<u32> {
        let engine = self.engine;
        let policy = |position: &u32| &engine.policies[*position as usize];
        let matched = &self.scratch.matched;
        if let Some(none) = matched.iter().find(|position| policy(position).keep == Keep::None) {
            return Some(*none);
        }
        let percentage = |position: &u32| match policy(position).keep {
            Keep::Percent(percentage) => Some((percentage, *position)),
            _ => None,
        };
        if let Some((percentage, position)) = matched.iter().filter_map(percentage).min()
            && !self.is_sampled(percentage, policy(&position))
        {
            return Some(position);
        }
        let now = self.now;
        let refuses = |position: &&u32| policy(position).rate.as_ref().is_some_and(|rate| !rate.allow(now));
        self.scratch.matched.iter().find(refuses).copied()
    }

    fn is_sampled(&mut self, percentage: Percentage, policy: &Compiled) -> bool {
        let draw = match policy.sample_key {
            None => Some(self.random.draw()),
            Some(slot) => chance::keyed(self.values[slot.0 as usize]),
        };
        draw.is_none_or(|draw| draw >= percentage.threshold())
    }

    pub(super) fn drop_record(&mut self, by: u32, bytes: usize) -> Decision {
        for position in &self.scratch.matched {
            let index = self.engine.policies[*position as usize].index;
            if *position == by {
                self.tallies.hit(index);
                self.tallies.of(index).bytes_dropped += bytes as u64;
            } else {
                self.tallies.miss(index);
            }
        }
        self.decided(Decision::Drop, Some(by), bytes)
    }

    pub(super) fn keep_record(&mut self, bytes: usize) -> Decision {
        let mut decision = Decision::Keep;
        for position in &self.scratch.matched {
            let policy = &self.engine.policies[*position as usize];
            self.tallies.kept(policy.index, bytes);
            for level in [Level::Resource, Level::Scope] {
                let triggered = &mut self.scratch.triggered[level as usize];
                if let (false, Err(place)) =
                    (policy.operations[level as usize].is_empty(), triggered.binary_search(position))
                {
                    triggered.insert(place, *position);
                }
            }
            if !policy.operations[Level::Record as usize].is_empty() {
                decision = Decision::Rewrite;
            }
        }
        decision
    }
}
