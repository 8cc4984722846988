//! Metrics: policies about the whole of one go first, those about its data points see each point that is left.

use super::session::{Decision, Session, Source};
use crate::field::Level;

impl<'a> Session<'_, 'a> {
    /// Decides the next metric of the scope, by the policies about whole metrics: `Keep` or `Drop`. One that is kept
    /// ends with `metric_done`.
    pub fn metric(&mut self, source: &impl Source<'a>) -> Decision {
        self.leave(Level::Point);
        self.enter(Level::Record, source);
        self.part_whole_from_points();
        let decision = self.decide_matched(source.bytes());
        if decision == Decision::Keep {
            self.scratch.metric.clone_from(&self.scratch.matched);
            self.metric_bytes = source.bytes();
        }
        decision
    }

    /// Whether a policy may have a say about the points of the metric in hand.
    pub fn wants_points(&self) -> bool {
        self.engine.has_point_gates || !self.scratch.open[Level::Record as usize].is_empty()
    }

    /// Decides the next data point of the metric in hand: `Keep` or `Drop`.
    pub fn point(&mut self, source: &impl Source<'a>) -> Decision {
        self.enter(Level::Point, source);
        let scratch = &mut *self.scratch;
        std::mem::swap(&mut scratch.matched, &mut scratch.open[Level::Point as usize]);
        scratch.matched.sort_unstable();
        let decision = self.decide_matched(source.bytes());
        if decision == Decision::Keep {
            self.count_hits_of_points(source.bytes());
        }
        self.last.is_point = true;
        decision
    }

    /// Ends a metric that was kept; `left` is false if all of its points were dropped, and with them the metric.
    pub fn metric_done(&mut self, left: bool) {
        for position in &self.scratch.metric {
            let index = self.engine.policies[*position as usize].index;
            if left { self.tallies.kept(index, self.metric_bytes) } else { self.tallies.miss(index) }
        }
        self.scratch.metric.clear();
    }

    /// Leaves the policies about points open, and takes those about the whole metric as matched.
    fn part_whole_from_points(&mut self) {
        let scratch = &mut *self.scratch;
        let is_whole = |position: &u32| self.engine.policies[*position as usize].level == Level::Record;
        let open = &mut scratch.open[Level::Record as usize];
        scratch.matched.clear();
        scratch.matched.extend(open.iter().copied().filter(is_whole));
        scratch.matched.sort_unstable();
        open.retain(|position| !is_whole(position));
    }

    /// Drops, and counts that, if a policy that matches says so; the first by id has the hit.
    fn decide_matched(&mut self, bytes: usize) -> Decision {
        match self.dropped_by() {
            Some(policy) => self.drop_record(policy, bytes),
            None => self.decided(Decision::Keep, None, bytes),
        }
    }

    fn count_hits_of_points(&mut self, bytes: usize) {
        for position in &self.scratch.matched {
            self.tallies.kept(self.engine.policies[*position as usize].index, bytes);
        }
    }
}
