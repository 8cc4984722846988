//! What the batches of every signal have in common: resources hold scopes, scopes hold records.

use std::cell::Cell;

use edge_policy::{Nanos, Session, Signal, Slots, Source, Wanted, Worker};
use edge_stream::json::Cursor;
use edge_stream::protobuf::{Field, Malformed};
use edge_stream::splice::Splice;

use super::{json, protobuf};
use crate::plan::{FailOpen, Filtered, Outcome, RecordCounts};

/// The records of a signal, and what its batches call them.
pub(super) trait Records {
    /// Whose policies apply.
    const SIGNAL: Signal;

    /// JSON names of the lists of a batch.
    const NAMES: Names;

    /// Decides the record that a field of a scope is; false if nothing of it is left.
    fn protobuf<'a>(walk: &mut protobuf::Walk<'_, '_, 'a>, field: &Field<'a>) -> Result<bool, Malformed>;

    /// Decides the record at the cursor and steps over it; false if nothing of it is left. Whoever holds it cuts it
    /// out then.
    fn json<'a>(walk: &mut json::Walk<'_, '_, 'a>, cursor: &mut Cursor<'a>) -> Result<bool, Malformed>;
}

/// JSON names of the lists of a batch, from the outermost to the innermost.
#[derive(Clone, Copy)]
pub(super) struct Names {
    pub(super) resources: &'static str,
    pub(super) scopes: &'static str,
    pub(super) records: &'static str,
}

/// What a walk changes.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) splice: Splice,
    pub(super) records: RecordCounts,
    /// Whether a resource is left.
    pub(super) resources_left: bool,
}

impl Changes {
    /// Counts records that are dropped, of so many bytes together.
    #[inline]
    pub(super) fn dropped(&mut self, records: u64, bytes: usize) {
        self.records.dropped += records;
        self.records.dropped_bytes += bytes as u64;
    }
}

/// Filters a protobuf body.
pub(super) fn filter_protobuf<R: Records>(body: &[u8], worker: &mut Worker, now: Nanos) -> Filtered {
    run(body, worker, R::SIGNAL, now, protobuf::walk::<R>)
}

/// Filters a JSON body.
pub(super) fn filter_json<R: Records>(body: &[u8], worker: &mut Worker, now: Nanos) -> Filtered {
    let arena = bumpalo::Bump::new();
    run(body, worker, R::SIGNAL, now, |body, session, changes| {
        json::walk::<R>(body, &arena, session, changes)
    })
}

fn run<'a>(
    body: &'a [u8],
    worker: &mut Worker,
    signal: Signal,
    now: Nanos,
    walk: impl FnOnce(&'a [u8], &mut Session<'_, 'a>, &mut Changes) -> Result<(), Malformed>,
) -> Filtered {
    let Some(mut session) = worker.session(signal, now) else {
        return Filtered::default();
    };
    let mut changes = Changes::default();
    if walk(body, &mut session, &mut changes).is_err() {
        session.abort();
        return Filtered { outcome: Outcome::FailOpen(FailOpen::Malformed), ..Filtered::default() };
    }
    session.finish();
    let Changes { splice, records, resources_left } = changes;
    let outcome = if records.dropped > 0 && !resources_left {
        Outcome::Emptied
    } else {
        splice.apply(body).map_or(Outcome::Unchanged, Outcome::Replaced)
    };
    Filtered { outcome, records }
}

/// A resource, scope or record as the engine sees it: a function that fills the slots and tells the size, or fails.
pub(super) struct View<F> {
    read: F,
    bytes: Cell<Result<usize, Malformed>>,
}

impl<F> View<F> {
    #[inline]
    pub(super) fn new<'a>(read: F) -> Self
    where
        F: Fn(&Wanted, &mut Slots<'_, 'a>) -> Result<usize, Malformed>,
    {
        Self { read, bytes: Cell::new(Ok(0)) }
    }

    /// Whether it could be read, which the engine does not ask.
    #[inline]
    pub(super) fn checked(&self) -> Result<usize, Malformed> {
        self.bytes.get()
    }
}

impl<'a, F: Fn(&Wanted, &mut Slots<'_, 'a>) -> Result<usize, Malformed>> Source<'a> for View<F> {
    #[inline]
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        self.bytes.set((self.read)(wanted, slots));
    }

    #[inline]
    fn bytes(&self) -> usize {
        self.bytes.get().unwrap_or(0)
    }
}
