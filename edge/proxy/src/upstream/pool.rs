//! One worker's idle connections to one authority.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::dial::{Dialer, Line};
use super::url::Authority;
use crate::error::UpstreamFailure;

/// Connections kept idle to one authority; a burst's surplus is closed.
const IDLE_CONNECTIONS_MAX: usize = 256;

/// Idle connections, the longest idle first.
#[derive(Debug)]
pub(crate) struct Pool {
    dialer: Dialer,
    idle: RefCell<Vec<Idle>>,
    idle_max: Duration,
    /// Connections that did not find room, since the last look.
    surplus: Cell<u64>,
}

#[derive(Debug)]
struct Idle {
    line: Line,
    since: Instant,
}

/// A connection in use. Dropped without being given back, it is closed.
#[derive(Debug)]
pub(crate) struct Lease {
    pool: Rc<Pool>,
    /// None once it has been given back.
    line: Option<Line>,
}

impl Pool {
    pub(super) fn new(dialer: Dialer, idle_max: Duration) -> Self {
        Self { dialer, idle: RefCell::default(), idle_max, surplus: Cell::default() }
    }

    pub(super) fn authority(&self) -> &Authority {
        &self.dialer.authority
    }

    /// An idle connection, the most recently used first, because it is the least likely to be stale.
    pub(super) fn reuse(self: &Rc<Self>) -> Option<Lease> {
        let mut idle = self.idle.borrow_mut();
        // One that is not ready is still on the last bytes of its exchange.
        let at =
            idle.iter().rposition(|idle| idle.line.sender.is_ready() && !idle.line.sender.is_closed())?;
        let line = idle.remove(at).line;
        Some(Lease { pool: Rc::clone(self), line: Some(line) })
    }

    /// A fresh connection.
    pub(super) async fn dial(self: &Rc<Self>) -> Result<Lease, UpstreamFailure> {
        let line = self.dialer.dial().await?;
        Ok(Lease { pool: Rc::clone(self), line: Some(line) })
    }

    /// Closes connections that are closed on the other side or have been idle for too long.
    pub(super) fn expire(&self, now: Instant) {
        let fresh = |idle: &Idle| now.saturating_duration_since(idle.since) < self.idle_max;
        self.idle.borrow_mut().retain(|idle| fresh(idle) && !idle.line.sender.is_closed());
    }

    /// Connections that were closed for want of room since the last call.
    pub(crate) fn take_surplus(&self) -> u64 {
        self.surplus.take()
    }
}

impl Lease {
    pub(super) fn line(&mut self) -> &mut Line {
        self.line.as_mut().expect("a lease that has been given back is gone")
    }

    /// Makes the connection available again.
    pub(crate) fn give_back(mut self) {
        let Some(line) = self.line.take().filter(|line| !line.sender.is_closed()) else { return };
        let mut idle = self.pool.idle.borrow_mut();
        if idle.len() < IDLE_CONNECTIONS_MAX {
            idle.push(Idle { line, since: Instant::now() });
        } else {
            self.pool.surplus.set(self.pool.surplus.get() + 1);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.line.iter().for_each(Line::hang_up);
    }
}
