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

/// One instance in a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// Index of its series.
    pub(crate) series: usize,
    /// Where the cells of its series start among those of all.
    pub(crate) offset: usize,
    /// Which instance of the series, for what must not be added up over time.
    pub(crate) source: u64,
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

    #[inline]
    pub(crate) fn push(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Ends an entry: it owns the changes pushed since the one before.
    pub(crate) fn end_entry(&mut self, series: usize, offset: usize, source: u64, retired: bool) {
        self.entries.push(Entry { series, offset, source, retired, end: self.changes.len() });
    }

    /// The series of this token is used until the batch has been added up.
    pub(crate) fn keep(&mut self, token: Arc<()>) {
        self.uses.push(token);
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
