//! One batch: resources hold scopes, scopes hold records; shared fields are evaluated once.

use super::chance::Random;
use super::tally::Tallies;
use super::watch::{Last, Watch};
use super::worker::{NO_TEXT, Scratch, Worker};
use crate::compile::{Engine, Slot, SlotPlan, Wanted};
use crate::field::Level;
use crate::signal::{Nanos, Signal};
use crate::transform::Edit;
use crate::value::Value;

/// A resource, scope or record that can tell its values.
pub trait Source<'a> {
    /// Puts the value of each wanted field that is there into its slot. A severity number of 0 is not there.
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>);

    /// Its size, asked after `fill`; for the tallies.
    fn bytes(&self) -> usize {
        0
    }
}

/// Nothing is there: an absent resource or scope.
impl<'a> Source<'a> for () {
    fn fill(&self, _: &Wanted, _: &mut Slots<'_, 'a>) {}
}

/// Where a source puts its values.
#[derive(Debug)]
pub struct Slots<'s, 'a> {
    plans: &'s [SlotPlan],
    values: &'s mut [Option<Value<'a>>],
    more: &'s mut Vec<(Slot, Value<'a>)>,
    filled: &'s mut Vec<Slot>,
}

impl<'a> Slots<'_, 'a> {
    /// Sets a well-known field, which is missing if it is empty. Of several the last counts, except of those that a
    /// span has one of for each event or link: there any counts.
    #[inline]
    pub fn field(&mut self, slot: Slot, value: Value<'a>) {
        if value.is_empty() {
            return self.missing(slot);
        }
        match self.values[slot.0 as usize].replace(value) {
            None => self.filled.push(slot),
            Some(other) if self.plans[slot.0 as usize].is_many => self.more.push((slot, other)),
            Some(_) => {}
        }
    }

    /// Says that a well-known field is missing, whatever was said of it before.
    pub fn missing(&mut self, slot: Slot) {
        let is_many = self.plans[slot.0 as usize].is_many;
        if !is_many && self.values[slot.0 as usize].take().is_some() {
            self.filled.retain(|filled| *filled != slot);
        }
    }

    /// Sets an attribute. Of several with one key the first counts; of several events that have it, any.
    #[inline]
    pub fn attribute(&mut self, slot: Slot, value: Value<'a>) {
        let place = &mut self.values[slot.0 as usize];
        if place.is_none() {
            *place = Some(value);
            self.filled.push(slot);
        } else if self.plans[slot.0 as usize].is_many {
            self.more.push((slot, value));
        }
    }
}

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Forward it as it is.
    Keep,
    /// Forward it after `edit_record`.
    Rewrite,
    /// Do not forward it.
    Drop,
}

/// The evaluation of one batch, from begin to end.
#[derive(Debug)]
pub struct Session<'w, 'a> {
    pub(super) engine: &'w Engine,
    pub(super) scratch: &'w mut Scratch,
    pub(super) random: &'w mut Random,
    pub(super) tallies: &'w mut Tallies,
    pub(super) watch: &'w mut Option<Box<dyn Watch>>,
    pub(super) signal: Signal,
    pub(super) now: Nanos,
    pub(super) keeps_all: bool,
    pub(super) last: Last,
    /// Size of the metric whose points are in hand.
    pub(super) metric_bytes: usize,
    pub(super) values: Vec<Option<Value<'a>>>,
    /// Values of fields that the span has several of, beyond the first.
    pub(super) more: Vec<(Slot, Value<'a>)>,
}

impl<'w, 'a> Session<'w, 'a> {
    pub(super) fn new(worker: &'w mut Worker, signal: Signal, now: Nanos) -> Self {
        let Worker { snapshot, scratch, random, tallies, watch, keeps_all, .. } = worker;
        let (engine, scratch) = (snapshot.engine(signal), &mut scratch[signal as usize]);
        let values = vec![None; engine.slots.len()];
        scratch.filled.iter_mut().for_each(Vec::clear);
        scratch.texts.fill(NO_TEXT);
        let last = Last { decision: Decision::Keep, dropped_by: None, bytes: 0, is_point: false };
        Self {
            engine,
            scratch,
            random,
            tallies,
            watch,
            signal,
            now,
            keeps_all: *keeps_all,
            last,
            metric_bytes: 0,
            values,
            more: Vec::new(),
        }
    }

    /// The fields of a level that policies look at.
    pub fn wanted(&self, level: Level) -> &'w Wanted {
        &self.engine.wanted[level as usize]
    }

    /// Goes on to the next resource.
    pub fn resource(&mut self, source: &impl Source<'a>) {
        self.leave(Level::Point);
        self.leave(Level::Record);
        self.leave(Level::Scope);
        self.scratch.triggered[Level::Resource as usize].clear();
        self.enter(Level::Resource, source);
    }

    /// Goes on to the next scope of the resource.
    pub fn scope(&mut self, source: &impl Source<'a>) {
        self.leave(Level::Point);
        self.leave(Level::Record);
        self.scratch.triggered[Level::Scope as usize].clear();
        self.enter(Level::Scope, source);
    }

    /// Decides the next log record of the scope.
    pub fn record(&mut self, source: &impl Source<'a>) -> Decision {
        self.enter(Level::Record, source);
        self.decide(source.bytes())
    }

    /// Gives the batch up: it goes on as it came. Takes back every tally since the last drain.
    pub fn abort(self) {
        self.tallies.drain(|_, _| {});
        self.end(true);
    }

    /// Ends the batch.
    pub fn finish(self) {
        self.end(false);
    }

    fn end(self, failed: bool) {
        if let Some(watch) = self.watch {
            watch.batch_ended(failed);
        }
    }

    /// Positions in the snapshot of the policies that match the last record, ascending.
    pub fn matched(&self) -> impl ExactSizeIterator<Item = usize> {
        self.scratch.matched.iter().map(|policy| self.engine.policies[*policy as usize].index as usize)
    }

    /// Changes the last record as its policies say.
    pub fn edit_record(&mut self, record: &mut dyn Edit) {
        for position in 0..self.scratch.matched.len() {
            self.apply(self.scratch.matched[position], Level::Record, record);
        }
    }

    /// Whether some kept record of the scope or resource in hand makes it change.
    pub fn edits(&self, level: Level) -> bool {
        self.scratch.triggered.get(level as usize).is_some_and(|triggered| !triggered.is_empty())
    }

    /// Changes the resource or scope in hand, each operation once, after its last record.
    pub fn edit(&mut self, level: Level, target: &mut dyn Edit) {
        for position in 0..self.scratch.triggered[level as usize].len() {
            self.apply(self.scratch.triggered[level as usize][position], level, target);
        }
    }

    fn apply(&mut self, policy: u32, level: Level, target: &mut dyn Edit) {
        let policy = &self.engine.policies[policy as usize];
        policy.operations[level as usize]
            .apply(target, |stage, changed| self.tallies.stage(policy.index, stage, changed));
    }

    /// Forgets the values of a level.
    pub(super) fn leave(&mut self, level: Level) {
        for slot in self.scratch.filled[level as usize].drain(..) {
            self.values[slot.0 as usize] = None;
            self.scratch.texts[slot.0 as usize] = NO_TEXT;
        }
    }

    pub(super) fn enter(&mut self, level: Level, source: &impl Source<'a>) {
        self.leave(level);
        self.more.clear();
        self.scratch.many_texts.clear();
        self.scratch.epochs[level as usize] += 1;
        let wanted = self.wanted(level);
        let filled = &mut self.scratch.filled[level as usize];
        let (plans, values, more) = (&self.engine.slots[..], &mut self.values, &mut self.more);
        source.fill(wanted, &mut Slots { plans, values, more, filled });
        self.open_gates(level);
        self.check_candidates(level);
    }
}
