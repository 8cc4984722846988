//! Changes to a buffer, collected first and applied in one copy: what is not changed stays byte for byte.

use std::ops::Range;

/// Changes to one buffer. They must not overlap.
#[derive(Debug, Default)]
pub struct Splice {
    edits: Vec<Edit>,
    /// New bytes of all replacements, one after the other.
    new: Vec<u8>,
}

#[derive(Debug)]
struct Edit {
    old: Range<usize>,
    new: Range<usize>,
}

/// A moment in the collection of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(usize);

impl Splice {
    /// The present moment.
    pub fn mark(&self) -> Mark {
        Mark(self.edits.len())
    }

    /// Whether nothing was changed since.
    pub fn is_unchanged_since(&self, mark: Mark) -> bool {
        self.edits.len() == mark.0
    }

    /// Takes a part of the buffer out.
    pub fn cut(&mut self, old: Range<usize>) {
        self.replace(old, &[]);
    }

    /// Puts `new` in the place of a part of the buffer; at an empty range it is inserted.
    pub fn replace(&mut self, old: Range<usize>, new: &[u8]) {
        self.write(old, |buffer| buffer.extend_from_slice(new));
    }

    /// As `replace`, with what `write` appends.
    pub fn write(&mut self, old: Range<usize>, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.new.len();
        write(&mut self.new);
        self.edits.push(Edit { old, new: start..self.new.len() });
    }

    /// Takes back what was changed since.
    pub fn rewind(&mut self, mark: Mark) {
        self.edits.truncate(mark.0);
    }

    /// What `length` bytes around the changes made since become.
    pub fn length_since(&self, mark: Mark, length: usize) -> usize {
        let edits = &self.edits[mark.0..];
        let added: usize = edits.iter().map(|edit| edit.new.len()).sum();
        let removed: usize = edits.iter().map(|edit| edit.old.len()).sum();
        length + added - removed
    }

    /// The changed buffer; `None` if nothing was changed.
    pub fn apply(mut self, buffer: &[u8]) -> Option<Vec<u8>> {
        if self.edits.is_empty() {
            return None;
        }
        self.edits.sort_by_key(|edit| (edit.old.start, edit.old.end));
        let mut output = Vec::with_capacity(self.length_since(Mark(0), buffer.len()));
        let mut copied = 0;
        for edit in &self.edits {
            output.extend_from_slice(&buffer[copied..edit.old.start]);
            output.extend_from_slice(&self.new[edit.new.clone()]);
            copied = edit.old.end;
        }
        output.extend_from_slice(&buffer[copied..]);
        Some(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_applied_wherever_they_stand() {
        let mut splice = Splice::default();
        splice.replace(4..5, b"EE");
        splice.cut(1..3);
        splice.write(0..0, |new| new.push(b'<'));
        assert_eq!(splice.length_since(Mark(0), 6), 6);
        assert_eq!(splice.apply(b"abcdef"), Some(b"<adEEf".to_vec()));
    }

    #[test]
    fn an_insertion_stands_before_what_replaces_its_place() {
        let mut splice = Splice::default();
        splice.cut(1..2);
        splice.replace(1..1, b"-");
        assert_eq!(splice.apply(b"abc"), Some(b"a-c".to_vec()));
    }

    #[test]
    fn what_is_taken_back_leaves_no_trace() {
        let mut splice = Splice::default();
        let mark = splice.mark();
        splice.cut(0..2);
        assert!(!splice.is_unchanged_since(mark));
        splice.rewind(mark);
        assert!(splice.is_unchanged_since(mark));
        assert_eq!(splice.apply(b"abc"), None);
    }
}
