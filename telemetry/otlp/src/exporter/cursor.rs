//! How far the delivery of metrics is: what was collected, in parts, and whether the reader has moved behind them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use telemetry::{Reader, Temporality};

use crate::encode::{MetricsPart, encode_metrics, split_metrics};

/// The reader, and what of its last collection has not been delivered.
///
/// Until a part is taken, all is collected anew for every attempt: values are as new as they can be, and the reader stays.
/// From then on the parts stay as they are, so that what was taken is never sent again. Of changes, the reader then moves
/// at once, and the parts are all that holds them until the last is delivered, in a later export if need be; meanwhile
/// newer changes wait in their cells. Totals are in the next collection anyway, so they are given up with their export, and
/// a part that is refused holds up no other.
#[derive(Debug)]
pub(super) struct Cursor {
    state: RefCell<State>,
    /// Points that the last export left undelivered, once it is over and they are known.
    left: Cell<Option<usize>>,
}

#[derive(Debug)]
struct State {
    reader: Reader,
    bytes_max: usize,
    parts: VecDeque<MetricsPart>,
    /// Whether some of the last collection was taken, or given up.
    has_begun: bool,
    /// Points of it that were given up.
    given_up: usize,
    /// Room for a body.
    spare: Vec<u8>,
}

impl Cursor {
    pub(super) fn new(reader: Reader, bytes_max: usize) -> Self {
        let parts = VecDeque::new();
        let state = State { reader, bytes_max, parts, has_begun: false, given_up: 0, spare: Vec::new() };
        Self { state: RefCell::new(state), left: Cell::new(None) }
    }

    /// Points that have not been delivered.
    pub(super) fn undelivered(&self) -> usize {
        if let Some(left) = self.left.get() {
            return left;
        }
        let state = &mut *self.state.borrow_mut();
        let held = if state.holds_changes() { state.parts.iter().map(|part| part.points).sum() } else { 0 };
        held + encode_metrics(state.reader.collect(), &mut Vec::new())
    }

    /// Says, at the end, whether everything was delivered.
    pub(super) fn settle(&self, is_delivered: bool) {
        let state = self.state.borrow();
        let only_gaps = state.parts.is_empty() && state.given_up > 0;
        self.left.set(if is_delivered || only_gaps { Some(state.given_up) } else { None });
    }

    /// Whether there are changes that only the parts hold.
    pub(super) fn holds_changes(&self) -> bool {
        self.state.borrow().holds_changes()
    }

    /// Collects what is to be sent.
    pub(super) fn collect(&self) {
        self.left.set(None);
        self.state.borrow_mut().collect();
    }

    /// Collects again if nothing was taken of what was collected last.
    pub(super) fn collect_anew(&self) {
        if !self.state.borrow().has_begun {
            self.collect();
        }
    }

    /// A copy of the next part; `None` if all are delivered.
    pub(super) fn body(&self) -> Option<Vec<u8>> {
        let state = &mut *self.state.borrow_mut();
        let mut body = std::mem::take(&mut state.spare);
        body.clone_from(&state.parts.front()?.body);
        Some(body)
    }

    /// Takes back the room of a body.
    pub(super) fn give_back(&self, body: Vec<u8>) {
        self.state.borrow_mut().spare = body;
    }

    /// The next part has been delivered.
    pub(super) fn part_delivered(&self) {
        let state = &mut *self.state.borrow_mut();
        state.parts.pop_front();
        state.has_begun = true;
        let is_whole = state.parts.is_empty() && state.given_up == 0;
        // Said again it means nothing.
        if is_whole || state.are_changes() {
            state.reader.delivered();
        }
    }

    /// Leaves the next part out, which is refused, if the next collection has it anyway; whether it has.
    pub(super) fn give_up_part(&self) -> bool {
        let state = &mut *self.state.borrow_mut();
        if state.are_changes() {
            return false;
        }
        state.given_up += state.parts.pop_front().map_or(0, |part| part.points);
        state.has_begun = true;
        true
    }

    /// Whether all that was collected last was taken.
    pub(super) fn is_whole(&self) -> bool {
        self.state.borrow().given_up == 0
    }
}

impl State {
    fn collect(&mut self) {
        let mut body = self.parts.pop_front().map_or_else(Vec::new, |part| part.body);
        body.clear();
        self.parts.clear();
        (self.has_begun, self.given_up) = (false, 0);
        let points = encode_metrics(self.reader.collect(), &mut body);
        if body.len() > self.bytes_max {
            self.parts.extend(split_metrics(&body, self.bytes_max));
        } else if points > 0 {
            self.parts.push_back(MetricsPart { body, points });
        }
    }

    fn holds_changes(&self) -> bool {
        self.has_begun && self.are_changes() && !self.parts.is_empty()
    }

    fn are_changes(&self) -> bool {
        self.reader.collected().temporality() == Temporality::Delta
    }
}

#[cfg(test)]
mod tests {
    use telemetry::{Counter, Telemetry, metric_set};

    use super::*;

    /// What is counted.
    #[metric_set(name = "test.cursor")]
    struct Counts {
        /// Requests.
        #[metric(unit = "{request}")]
        requests: Counter<u64>,
        /// Answers.
        #[metric(unit = "{answer}")]
        answers: Counter<u64>,
    }

    /// Delivers so many parts, or all if there are less; how many those were.
    fn deliver(cursor: &Cursor, parts: usize) -> usize {
        let bodies = (0..parts).map_while(|_| {
            let body = cursor.body()?;
            cursor.part_delivered();
            Some(body.len())
        });
        bodies.filter(|bytes| *bytes > 0).count()
    }

    fn check(temporality: Temporality) {
        let telemetry = Telemetry::default();
        let set = telemetry.worker().register::<Counts>(());
        set.requests.inc();
        set.answers.inc();
        let levels = {
            let mut reader = telemetry.reader(temporality);
            reader.collect();
            reader.delivered();
            encode_metrics(reader.collect(), &mut Vec::new())
        };
        let cursor = Cursor::new(telemetry.reader(temporality), 0);
        let all = cursor.undelivered();
        cursor.collect();
        assert_eq!(cursor.undelivered(), all);
        assert_eq!(deliver(&cursor, 1), 1);
        let holds_changes = temporality == Temporality::Delta;
        assert_eq!(cursor.holds_changes(), holds_changes);
        assert_eq!(cursor.undelivered(), if holds_changes { all - 1 + levels } else { all });
        // Whatever is counted meanwhile, the parts stay as they are.
        set.requests.inc();
        cursor.collect_anew();
        assert_eq!(deliver(&cursor, usize::MAX), all - 1);
        assert!(!cursor.holds_changes());
        cursor.settle(true);
        assert_eq!(cursor.undelivered(), 0);
        cursor.collect();
        assert_eq!(deliver(&cursor, usize::MAX), if holds_changes { levels + 1 } else { all });
    }

    #[test]
    fn of_changes_the_parts_are_kept_and_counted_and_totals_are_collected_again() {
        check(Temporality::Delta);
        check(Temporality::Cumulative);
    }
}
