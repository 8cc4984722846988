//! What travels from owners to the aggregator: sparse changes since the last flush.

use std::sync::Arc;

use crate::change::Change;

/// Changes of some set instances. Cleared and used again, so that steady flushing allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    entries: Vec<Entry>,
    changes: Vec<Change>,
    /// Keeps the series of retired instances from expiring while their last changes are on their way.
    uses: Vec<Arc<()>>,
}

/// Whose changes they are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    /// Index of the series.
    pub(crate) series: usize,
    /// Where the cells of the series start among those of all.
    pub(crate) offset: usize,
    /// Which instance of the series, for what must not be added up over time.
    pub(crate) source: u64,
}

/// Takes the changes of one instance after another.
pub(crate) trait Sink {
    /// One change.
    fn change(&mut self, place: Place, change: Change);

    /// That was all of this instance, and its last if it has retired.
    fn end(&mut self, place: Place, retired: bool);

    /// An instance has retired whose series is used until all this has been added up.
    fn keep(&mut self, token: Arc<()>);
}

/// One instance in a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) place: Place,
    /// These are its last changes.
    pub(crate) retired: bool,
    end: usize,
}

impl Batch {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How much memory it needs, in units of a change; an entry is as large as two.
    pub(crate) fn weight(&self) -> usize {
        self.changes.len() + 2 * self.entries.len()
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (Entry, &[Change])> {
        let mut start = 0;
        self.entries.iter().map(move |entry| {
            let changes = &self.changes[start..entry.end];
            start = entry.end;
            (*entry, changes)
        })
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.changes.clear();
        self.uses.clear();
    }
}

impl Sink for Batch {
    #[inline]
    fn change(&mut self, _: Place, change: Change) {
        self.changes.push(change);
    }

    /// The entry owns the changes since the one before.
    #[inline]
    fn end(&mut self, place: Place, retired: bool) {
        self.entries.push(Entry { place, retired, end: self.changes.len() });
    }

    fn keep(&mut self, token: Arc<()>) {
        self.uses.push(token);
    }
}
