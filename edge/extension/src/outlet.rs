//! The bounded way from workers to the thread of a handler.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use edge_policy::Signal;
use telemetry::{PerThread, Telemetry};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::metrics::{DropMetrics, DropReason, ExtensionAttributes, ExtensionMetrics};

/// What may wait in an outlet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutletLimits {
    /// Records.
    pub records_max: usize,
    /// Bytes of them together.
    pub bytes_max: usize,
}

/// Takes copies of records, never waits, and drops what there is no room for.
pub struct Outlet {
    /// Bounded by the room.
    sender: UnboundedSender<Batch>,
    room: Arc<Room>,
    metrics: PerThread<ExtensionMetrics>,
    drops: PerThread<DropMetrics>,
}

/// Copies of records of one signal. Takes up room until it is dropped.
#[derive(Debug)]
pub struct Batch {
    /// What the records are.
    pub signal: Signal,
    /// Each a request with one record.
    pub records: Vec<Bytes>,
    _hold: Hold,
}

impl Outlet {
    /// An outlet, and where its batches come out.
    pub fn new(
        attributes: ExtensionAttributes,
        limits: OutletLimits,
        telemetry: &Telemetry,
    ) -> (Self, UnboundedReceiver<Batch>) {
        let (sender, receiver) = unbounded_channel();
        let room = Arc::new(Room { limits, records: AtomicUsize::new(0), bytes: AtomicUsize::new(0) });
        let (metrics, drops) = (telemetry.per_thread(attributes.clone()), telemetry.per_thread(attributes));
        // Shown from the start, as zeros.
        metrics.here();
        drops.here();
        (Self { sender, room, metrics, drops }, receiver)
    }

    /// Whether no record would find room.
    pub fn is_full(&self) -> bool {
        self.room.is_full()
    }

    /// Hands over as many of these as there is room for; the others are dropped and counted.
    pub fn offer(&self, signal: Signal, mut records: Vec<Bytes>) {
        let mut hold = Hold { room: Arc::clone(&self.room), records: 0, bytes: 0 };
        let offered = records.len() as u64;
        records.retain(|record| hold.add(record.len()));
        let taken = records.len() as u64;
        self.dropped(DropReason::QueueFull, offered - taken);
        if taken > 0 {
            match self.sender.send(Batch { signal, records, _hold: hold }) {
                Ok(()) => self.metrics.here().dispatched.add(taken),
                Err(_) => self.dropped(DropReason::Closed, taken),
            }
        }
    }

    /// Counts records that are not handed over.
    pub fn dropped(&self, reason: DropReason, records: u64) {
        if records > 0 {
            self.drops.here().with(reason).dropped.add(records);
        }
    }
}

impl fmt::Debug for Outlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlet").field("room", &self.room).finish_non_exhaustive()
    }
}

/// What is taken of the limits.
#[derive(Debug)]
struct Room {
    limits: OutletLimits,
    records: AtomicUsize,
    bytes: AtomicUsize,
}

impl Room {
    fn is_full(&self) -> bool {
        self.records.load(Ordering::Relaxed) >= self.limits.records_max
            || self.bytes.load(Ordering::Relaxed) >= self.limits.bytes_max
    }
}

/// A part of the room, given back when it is dropped.
#[derive(Debug)]
struct Hold {
    room: Arc<Room>,
    records: usize,
    bytes: usize,
}

impl Hold {
    /// Takes the room of one record, if there is any.
    fn add(&mut self, bytes: usize) -> bool {
        if !take(&self.room.records, 1, self.room.limits.records_max) {
            return false;
        }
        if !take(&self.room.bytes, bytes, self.room.limits.bytes_max) {
            self.room.records.fetch_sub(1, Ordering::Relaxed);
            return false;
        }
        self.records += 1;
        self.bytes += bytes;
        true
    }
}

/// Nothing but the numbers depends on their order.
fn take(taken: &AtomicUsize, more: usize, max: usize) -> bool {
    let sum = |taken: usize| taken.checked_add(more).filter(|sum| *sum <= max);
    taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum).is_ok()
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.room.records.fetch_sub(self.records, Ordering::Relaxed);
        self.room.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlet(records_max: usize, bytes_max: usize) -> (Outlet, UnboundedReceiver<Batch>, Telemetry) {
        let telemetry = Telemetry::default();
        let attributes = ExtensionAttributes { kind: "test", target: "t".into() };
        let (outlet, receiver) = Outlet::new(attributes, OutletLimits { records_max, bytes_max }, &telemetry);
        (outlet, receiver, telemetry)
    }

    fn records(count: usize) -> Vec<Bytes> {
        vec![Bytes::from_static(b"12345"); count]
    }

    /// The value of a counter, summed over its series.
    fn counted(telemetry: &Telemetry, name: &str) -> u64 {
        let values = telemetry.collect();
        values.sets().filter_map(|set| set.value(name).map(|value| value.as_u64())).sum()
    }

    fn check(limits: (usize, usize), offered: &[usize], dispatched: u64, dropped: u64) {
        let (outlet, mut receiver, telemetry) = outlet(limits.0, limits.1);
        for count in offered {
            outlet.offer(Signal::Log, records(*count));
        }
        assert_eq!(counted(&telemetry, "edge.extension.dispatched"), dispatched);
        assert_eq!(counted(&telemetry, "edge.extension.dropped"), dropped);
        let mut came = 0;
        while let Ok(batch) = receiver.try_recv() {
            came += batch.records.len();
        }
        assert_eq!(came as u64, dispatched);
        assert!(!outlet.is_full(), "what has been dealt with takes up no room");
    }

    #[test]
    fn what_there_is_no_room_for_is_dropped_and_counted() {
        check((10, 1000), &[4, 6], 10, 0);
        check((10, 1000), &[4, 7], 10, 1);
        check((10, 24), &[3, 3], 4, 2);
        check((10, 4), &[3], 0, 3);
    }

    #[test]
    fn a_record_that_is_too_large_takes_nobodys_place() {
        let (outlet, mut receiver, _telemetry) = outlet(10, 8);
        outlet.offer(Signal::Log, [9, 4, 5, 4].map(|bytes| Bytes::from(vec![0; bytes])).into());
        let batch = receiver.try_recv().expect("a batch");
        assert_eq!(batch.records.iter().map(Bytes::len).collect::<Vec<_>>(), [4, 4]);
    }

    #[test]
    fn an_outlet_without_a_receiver_takes_nothing() {
        let (outlet, receiver, telemetry) = outlet(10, 100);
        drop(receiver);
        outlet.offer(Signal::Trace, records(2));
        assert_eq!(counted(&telemetry, "edge.extension.dropped"), 2);
        assert!(!outlet.is_full());
    }

    #[test]
    fn an_outlet_is_full_until_a_batch_is_dealt_with() {
        let (outlet, mut receiver, _telemetry) = outlet(2, 100);
        outlet.offer(Signal::Log, records(2));
        assert!(outlet.is_full());
        let batch = receiver.try_recv().expect("a batch");
        assert!(outlet.is_full());
        drop(batch);
        assert!(!outlet.is_full());
    }
}
