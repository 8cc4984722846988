//! What the parts of one connection know of each other: its bytes, its request, its deadlines.

use std::cell::Cell;
use std::time::{Duration, Instant};

use edge_stream::http1::Violation;

use crate::config::Deadlines;

/// Shared by the guarded stream below the HTTP machinery, the service above it, and the task around both.
/// All three run on one thread, so that cells are enough.
#[derive(Debug)]
pub(crate) struct ConnectionState {
    deadlines: Deadlines,
    /// Only answers from here may be given: every ordinary slot is taken.
    pub(crate) reserved: bool,
    /// The first violation seen in a head; nothing is read behind it.
    pub(crate) violation: Cell<Option<Violation>>,
    /// The violation is in a body, whose request is being served.
    pub(crate) violation_in_body: Cell<bool>,
    /// The HTTP machinery has read everything in front of the violation and wants more.
    pub(crate) stuck: Cell<bool>,
    /// The sender has closed its side.
    pub(crate) ended: Cell<bool>,
    /// The bytes read so far end between two messages.
    pub(crate) between_messages: Cell<bool>,
    /// The response broke off, and only a reset can tell the sender.
    pub(crate) reset: Cell<bool>,
    /// When the first byte of a head arrived whose end has not.
    pub(crate) head_began: Cell<Option<Instant>>,
    /// Since when the sender has not taken what is written to it.
    pub(crate) write_blocked: Cell<Option<Instant>>,
    /// What is written last belongs to a feed, of which nobody is promised the end.
    pub(crate) is_fed: Cell<bool>,
    /// Requests from their head to the end of their response: one at most, by how HTTP/1 works.
    pub(crate) in_flight: Cell<u32>,
    /// When the last request ended.
    pub(crate) idle_since: Cell<Instant>,
    /// Bytes of the current request's body.
    pub(crate) body_bytes: Cell<u64>,
}

/// Which deadline a connection missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// No request came.
    Idle,
    /// A head began and did not end.
    Head,
    /// The sender does not take its response.
    Write,
}

/// How long a connection from the reserve may wait for its request: others are waiting for its slot.
const RESERVED_WAIT: Duration = Duration::from_secs(2);

impl ConnectionState {
    pub(crate) fn new(mut deadlines: Deadlines, reserved: bool, now: Instant) -> Self {
        if reserved {
            deadlines.idle = deadlines.idle.min(RESERVED_WAIT);
            deadlines.head = deadlines.head.min(RESERVED_WAIT);
        }
        Self {
            deadlines,
            reserved,
            violation: Cell::default(),
            violation_in_body: Cell::default(),
            stuck: Cell::default(),
            ended: Cell::default(),
            between_messages: Cell::new(true),
            reset: Cell::default(),
            head_began: Cell::default(),
            write_blocked: Cell::default(),
            is_fed: Cell::default(),
            in_flight: Cell::default(),
            idle_since: Cell::new(now),
            body_bytes: Cell::default(),
        }
    }

    /// No deadline of this connection that starts from now on can be nearer than this. A timer set this far ahead,
    /// looked at again when it fires, therefore needs no touch per request.
    pub(crate) fn shortest_wait(&self) -> Duration {
        self.deadlines.idle.min(self.deadlines.head).min(self.deadlines.body)
    }

    /// The deadline that runs now, if the service does not keep one of its own.
    pub(crate) fn due(&self) -> Option<(Instant, Expiry)> {
        if let Some(since) = self.write_blocked.get() {
            return Some((since + self.deadlines.body, Expiry::Write));
        }
        if self.in_flight.get() > 0 {
            return None;
        }
        Some(match self.head_began.get() {
            // What was sent behind a request is not read until that has been answered.
            Some(began) => (began.max(self.idle_since.get()) + self.deadlines.head, Expiry::Head),
            None => (self.idle_since.get() + self.deadlines.idle, Expiry::Idle),
        })
    }

    /// Whether a drain would wait for a sender that does not read what it is fed.
    pub(crate) fn holds_up_drain(&self) -> bool {
        self.is_fed.get() && self.write_blocked.get().is_some()
    }

    /// The violation to answer, once everything in front of it has been answered.
    pub(crate) fn refusal(&self) -> Option<Violation> {
        let quiet = self.in_flight.get() == 0 && self.write_blocked.get().is_none();
        self.violation.get().filter(|_| self.stuck.get() && quiet)
    }
}
