//! What travels from owners to the aggregator: sparse changes since the last flush.

/// Changes of some set instances. Cleared and used again, so that steady flushing allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    entries: Vec<Entry>,
    changes: Vec<Change>,
}

/// One instance in a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// Index of its series.
    pub(crate) series: usize,
    /// Which instance of the series, for what must not be added up over time.
    pub(crate) source: u64,
    /// These are its last changes.
    pub(crate) retired: bool,
    end: usize,
}

/// One cell that changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Change {
    pub(crate) cell: usize,
    pub(crate) amount: Amount,
}

/// How a cell changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Amount {
    /// To be added, wrapping: `u64` sums, and `i64` sums in two's complement.
    Integer(u64),
    /// To be added.
    Float(f64),
    /// The bits of a gauge, replacing those of the same source.
    Level(u64),
}

impl Batch {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How much memory it needs, in units of a change; an entry is as large as two.
    pub(crate) fn weight(&self) -> usize {
        self.changes.len() + 2 * self.entries.len()
    }

    pub(crate) fn change(&mut self, cell: usize, amount: Amount) {
        self.changes.push(Change { cell, amount });
    }

    /// Ends an entry: it owns the changes pushed since the one before.
    pub(crate) fn end_entry(&mut self, series: usize, source: u64, retired: bool) {
        self.entries.push(Entry { series, source, retired, end: self.changes.len() });
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
    }
}
