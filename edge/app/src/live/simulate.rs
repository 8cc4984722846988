//! `/_edge/simulate`: policies tried beside the traffic, on a thread of their own.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use edge_policy::{Audience, Nanos, PolicySet, Seat};
use edge_protocol::{Feed, Tail, TailDecision};
use serde_json::Value;
use tokio::task::{JoinHandle, spawn_blocking};

use super::Place;
use super::seen::{Queue, Seen, queue};
use super::shown::Shown;
use crate::simulation::{Outcome, Simulation, Verdict};

/// How long to wait for records before looking at the time.
const PAUSE: Duration = Duration::from_millis(20);

/// A trial that goes on.
pub(super) struct Trial {
    running: JoinHandle<Value>,
    /// Whether nobody waits for the report any more.
    is_over: Arc<AtomicBool>,
    is_told: bool,
}

impl Trial {
    pub(super) fn new(audience: &Arc<Audience>, candidate: PolicySet, seconds: u64, place: Place) -> Self {
        let is_over = Arc::<AtomicBool>::default();
        let (audience, over) = (Arc::clone(audience), Arc::clone(&is_over));
        // Compiling takes its time, and so does judging: neither is a worker's business.
        let running = spawn_blocking(move || {
            let mut simulation = Simulation::new(&candidate);
            let (copies, queue) = queue(Tail::default());
            let seat = audience.join(copies);
            look_on(&mut simulation, queue, seat, Duration::from_secs(seconds), &over);
            drop(place);
            simulation.report()
        });
        Self { running, is_over, is_told: false }
    }
}

fn look_on(simulation: &mut Simulation, mut queue: Queue, seat: Seat, time: Duration, is_over: &AtomicBool) {
    let (began, mut shown) = (Instant::now(), Shown::default());
    while began.elapsed() < time && !is_over.load(Ordering::Relaxed) {
        match queue.records.try_recv() {
            Ok(seen) => {
                queue.taken(&seen);
                judge(simulation, &mut shown, &seen, began);
            }
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
    drop(seat);
    // What was seen in time.
    while let Ok(seen) = queue.records.try_recv() {
        judge(simulation, &mut shown, &seen, began);
    }
    simulation.skipped(queue.skipped());
}

fn judge(simulation: &mut Simulation, shown: &mut Shown, seen: &Seen, began: Instant) {
    let now_is = Verdict {
        outcome: match seen.decision {
            TailDecision::Kept => Outcome::Kept,
            TailDecision::Changed => Outcome::Changed,
            TailDecision::Dropped => Outcome::Dropped,
        },
        dropped_by: seen.dropped_by.clone(),
        matched: seen.matched.clone(),
    };
    let now = Nanos(began.elapsed().as_nanos() as u64);
    let show = || shown.record(seen);
    simulation.record(seen.signal, &seen.request, seen.bytes, now, Some(&now_is), show);
}

impl Feed for Trial {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.is_told {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.running).poll(cx).map(|report| {
            self.is_told = true;
            // A trial that panicked has nothing to say.
            report.ok().map(|report| format!("{report}\n").into())
        })
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}
