//! Spans: of the policies that match, the one that lets the fewest through decides alone.

use super::session::{Decision, Session, Source};
use crate::compile::Slot;
use crate::field::Level;
use crate::sampling::{Sampled, TraceSampling, sample};
use crate::value::Value;

/// What becomes of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanDecision {
    /// Forward it as it is.
    Keep,
    /// Forward it with the trace state that `Session::trace_state` gives.
    TraceState,
    /// Do not forward it.
    Drop,
}

impl<'a> Session<'_, 'a> {
    /// Decides the next span of the scope.
    pub fn span(&mut self, source: &impl Source<'a>) -> SpanDecision {
        self.enter(Level::Record, source);
        let scratch = &mut *self.scratch;
        std::mem::swap(&mut scratch.matched, &mut scratch.open[Level::Record as usize]);
        scratch.matched.sort_unstable();
        let (bytes, strictest) = (source.bytes(), self.strictest());
        match strictest.map(|(position, sampling)| (position, self.sample(&sampling))) {
            None => {
                self.decided(Decision::Keep, None, bytes);
                SpanDecision::Keep
            }
            Some((position, Sampled::Drop)) => {
                self.drop_record(position, bytes);
                SpanDecision::Drop
            }
            Some((_, sampled)) => self.keep_span(sampled, bytes),
        }
    }

    fn keep_span(&mut self, sampled: Sampled, bytes: usize) -> SpanDecision {
        self.keep_record(bytes);
        let decision = if sampled == Sampled::Write { SpanDecision::TraceState } else { SpanDecision::Keep };
        self.decided(decision.into(), None, bytes);
        decision
    }

    /// The last span's new trace state, after `SpanDecision::TraceState`.
    pub fn trace_state(&self) -> &[u8] {
        &self.scratch.trace_state
    }

    /// The lowest percentage, of equal ones the first by id.
    fn strictest(&self) -> Option<(u32, TraceSampling)> {
        let sampling = |position: &u32| Some((*position, self.engine.policies[*position as usize].sampling?));
        let all = self.scratch.matched.iter().filter_map(sampling);
        all.min_by(|(_, one), (_, other)| one.percentage.total_cmp(&other.percentage))
    }

    fn sample(&mut self, sampling: &TraceSampling) -> Sampled {
        let slots = self.engine.sampled.expect("an engine with sampling has slots for it");
        let bytes = |slot: Slot| match self.values[slot.0 as usize] {
            Some(Value::Text(bytes) | Value::Bytes(bytes)) => Some(bytes),
            _ => None,
        };
        let state = bytes(slots.1).unwrap_or_default();
        sample(sampling, bytes(slots.0), state, &mut self.scratch.trace_state)
    }
}

impl From<SpanDecision> for Decision {
    fn from(decision: SpanDecision) -> Self {
        match decision {
            SpanDecision::Keep => Self::Keep,
            SpanDecision::TraceState => Self::Rewrite,
            SpanDecision::Drop => Self::Drop,
        }
    }
}
