//! `/_edge/tail`: a line of JSON for each record, as long as somebody reads.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use edge_policy::{Audience, Seat};
use edge_protocol::{Feed, Tail};
use serde_json::{Value, json};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::Place;
use super::seen::{Queue, Seen, queue};
use super::shown::Shown;

/// How often something is said where nothing is seen: it shows that the reader is still there, and what was skipped.
const PULSE: Duration = Duration::from_secs(2);

/// Lines that are made without letting the worker do anything else.
const LINES_AT_ONCE: usize = 16;

/// The lines of one reader.
pub(super) struct Lines {
    queue: Queue,
    shown: Shown,
    pulse: Interval,
    /// Lines made since others had their turn.
    made: usize,
    _seat: Seat,
    _place: Place,
}

impl Lines {
    pub(super) fn new(audience: &Arc<Audience>, wanted: Tail, place: Place) -> Self {
        let (copies, queue) = queue(wanted);
        let mut pulse = interval(PULSE);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { queue, shown: Shown::default(), pulse, made: 0, _seat: audience.join(copies), _place: place }
    }
}

impl Feed for Lines {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.made >= LINES_AT_ONCE {
            self.made = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.pulse.poll_tick(cx).is_ready() {
            let skipped = self.queue.skipped();
            let line = if skipped > 0 { json!({"skipped": skipped}).to_string() } else { String::new() };
            return Poll::Ready(Some((line + "\n").into()));
        }
        match self.queue.records.poll_recv(cx) {
            Poll::Ready(Some(seen)) => {
                self.made += 1;
                self.queue.taken(&seen);
                Poll::Ready(Some(format!("{}\n", self.line(&seen)).into()))
            }
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                self.made = 0;
                Poll::Pending
            }
        }
    }
}

impl Lines {
    fn line(&mut self, seen: &Seen) -> Value {
        json!({
            "signal": seen.signal.name(),
            "decision": seen.decision.name(),
            "policy": seen.dropped_by,
            "matched": seen.matched,
            "record": self.shown.record(seen),
        })
    }
}
