//! Which of many literals a text holds: a look at every fourth position, whatever their number.
//!
//! A literal of eleven bytes covers eight bytes that begin at a multiple of four, wherever it stands. Its four
//! ways to do so are entered into a hash table, which is asked for every such place of the text; a literal of
//! seven bytes covers four bytes in the same way. Shorter ones are looked for at every position.

use std::collections::HashMap;

use regex_automata::util::prefilter::Prefilter;
use regex_automata::{MatchKind, Span};

use crate::pattern::{NEEDLE_BYTES_MIN, Needle};

/// Most bytes between two places looked at.
const STRIDE_MAX: usize = 4;

/// The least length of a literal found by eight bytes, and by four.
const LONG: usize = 8 + STRIDE_MAX - 1;
const MEDIUM: usize = 4 + STRIDE_MAX - 1;

/// Bits of a table for each of its entries: one look in so many is a false alarm.
const BITS_PER_ENTRY: usize = 64;

/// Setting this bit of every byte brings ASCII letters to lower case, and confuses few others.
const CASE: u64 = 0x2020_2020_2020_2020;

/// Up to so many literals of all lengths share one table: one walk over the text costs less than better aim.
const FEW: usize = 128;

/// Literals that one vectorised search can look for at once.
const FIRST_LOOK_MAX: usize = 64;

/// Shorter texts have no room for vectors: then the search is slower than the tables.
const FIRST_LOOK_TEXT_MIN: usize = 64;

/// A set of literals.
#[derive(Debug, Default)]
pub(crate) struct Needles {
    list: Vec<Needle>,
    tables: Vec<Grams>,
    /// A vectorised search for a few literals, which most long texts end at.
    first_look: Option<Prefilter>,
}

impl Needles {
    /// Literals are known by their position in the list.
    pub(crate) fn new(list: Vec<Needle>) -> Self {
        let bounds: &[usize] =
            if list.len() <= FEW { &[NEEDLE_BYTES_MIN] } else { &[NEEDLE_BYTES_MIN, MEDIUM, LONG] };
        let mut classes = vec![Vec::new(); bounds.len()];
        for (index, needle) in list.iter().enumerate() {
            let class = bounds.iter().rposition(|bound| *bound <= needle.bytes.len());
            classes[class.unwrap_or_default()].push((index, needle));
        }
        let tables =
            classes.iter().filter(|class| !class.is_empty()).map(|class| Grams::new(class)).collect();
        let first_look = first_look(&list);
        Self { list, tables, first_look }
    }

    /// Calls `found(literal, start, end)` for literals at places of `text`: at least once for every literal in it,
    /// and for some of the places of each.
    pub(crate) fn find(&self, text: &[u8], mut found: impl FnMut(usize, usize, usize)) {
        if self.has_none(text) {
            return;
        }
        for table in &self.tables {
            table.look(text, |gram, position| self.verify(table, gram, position, text, &mut found));
        }
    }

    /// Whether a first look says that there is nothing to find.
    fn has_none(&self, text: &[u8]) -> bool {
        let whole = Span { start: 0, end: text.len() };
        text.len() >= FIRST_LOOK_TEXT_MIN
            && self.first_look.as_ref().is_some_and(|literals| literals.find(text, whole).is_none())
    }

    #[cold]
    fn verify(
        &self,
        grams: &Grams,
        gram: u64,
        position: usize,
        text: &[u8],
        found: &mut impl FnMut(usize, usize, usize),
    ) {
        for entry in grams.of(gram) {
            let needle = &self.list[entry.needle as usize];
            if let Some(start) = position.checked_sub(entry.offset as usize)
                && text.get(start..start + needle.bytes.len()).is_some_and(|there| needle.is(there))
            {
                found(entry.needle as usize, start, start + needle.bytes.len());
            }
        }
    }
}

fn first_look(list: &[Needle]) -> Option<Prefilter> {
    if list.len() > FIRST_LOOK_MAX || list.iter().any(|needle| needle.folded) {
        return None;
    }
    let literals: Vec<&[u8]> = list.iter().map(|needle| &*needle.bytes).collect();
    Prefilter::new(MatchKind::All, &literals).filter(Prefilter::is_fast)
}

impl Needle {
    fn is(&self, text: &[u8]) -> bool {
        if self.folded { self.bytes.eq_ignore_ascii_case(text) } else { *self.bytes == *text }
    }
}

/// A few bytes of each literal, hashed.
#[derive(Debug)]
struct Grams {
    /// How many bytes of a text are looked at in one place: eight, or four.
    width: usize,
    /// Bytes from one place to the next.
    stride: usize,
    /// One bit for every hash that an entry has: most looks end here.
    bits: Box<[u64]>,
    /// Bits of the product that are no part of the hash.
    shift: u32,
    /// By the upper part of the hash: where its entries begin.
    starts: Box<[u32]>,
    entries: Box<[Entry]>,
}

/// Bytes that a literal holds, and where.
#[derive(Debug, Clone, Copy)]
struct Entry {
    gram: u64,
    needle: u32,
    offset: u32,
}

impl Grams {
    /// Enters grams in a row of each literal: those that the fewest of the others have.
    fn new(needles: &[(usize, &Needle)]) -> Self {
        let shortest = needles.iter().map(|(_, needle)| needle.bytes.len()).min().unwrap_or(NEEDLE_BYTES_MIN);
        let width = if shortest >= LONG { 8 } else { 4 };
        let stride = (shortest - width + 1).min(STRIDE_MAX);
        let mut uses: HashMap<u64, u32> = HashMap::new();
        for (_, needle) in needles {
            needle.bytes.windows(width).for_each(|window| *uses.entry(gram(window)).or_default() += 1);
        }
        let mut entries = Vec::with_capacity(needles.len() * stride);
        for (index, needle) in needles {
            let grams: Vec<u64> = needle.bytes.windows(width).map(gram).collect();
            let shared = |grams: &[u64]| grams.iter().map(|gram| uses[gram]).sum::<u32>();
            let rarest = grams.windows(stride).enumerate().min_by_key(|(_, grams)| shared(grams));
            let (first, grams) = rarest.expect("no literal is shorter than a gram and its stride");
            entries.extend(grams.iter().zip(first as u32..).map(|(gram, offset)| Entry {
                gram: *gram,
                needle: *index as u32,
                offset,
            }));
        }
        Self::of_entries(width, stride, entries)
    }

    fn of_entries(width: usize, stride: usize, mut entries: Vec<Entry>) -> Self {
        let size = (entries.len() * BITS_PER_ENTRY).next_power_of_two();
        let shift = u64::BITS - size.trailing_zeros();
        let mut bits = vec![0; size / 64];
        let mut starts = vec![0; size / BITS_PER_ENTRY + 1];
        entries.sort_by_key(|entry| (hash(entry.gram, shift), entry.gram));
        for entry in &entries {
            let hash = hash(entry.gram, shift);
            bits[hash / 64] |= 1 << (hash % 64);
            starts[hash / BITS_PER_ENTRY + 1] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self { width, stride, bits: bits.into(), shift, starts: starts.into(), entries: entries.into() }
    }

    /// Calls `verify(gram, position)` where the bytes of a text may be an entry's.
    #[inline]
    fn look(&self, text: &[u8], verify: impl FnMut(u64, usize)) {
        match (self.width, self.stride) {
            (8, STRIDE_MAX) => self.look_by::<8, STRIDE_MAX>(text, verify),
            (4, STRIDE_MAX) => self.look_by::<4, STRIDE_MAX>(text, verify),
            (4, 3) => self.look_by::<4, 3>(text, verify),
            (4, 2) => self.look_by::<4, 2>(text, verify),
            _ => self.look_by::<4, 1>(text, verify),
        }
    }

    #[inline]
    fn look_by<const WIDTH: usize, const STRIDE: usize>(
        &self,
        text: &[u8],
        mut verify: impl FnMut(u64, usize),
    ) {
        let mut position = 0;
        while let Some(bytes) = text.get(position..position + WIDTH) {
            let gram = gram(bytes);
            if self.may_have(gram) {
                verify(gram, position);
            }
            position += STRIDE;
        }
    }

    #[inline]
    fn may_have(&self, gram: u64) -> bool {
        let hash = hash(gram, self.shift);
        self.bits.get(hash / 64).is_some_and(|word| word >> (hash % 64) & 1 == 1)
    }

    fn of(&self, gram: u64) -> impl Iterator<Item = &Entry> {
        let bucket = hash(gram, self.shift) / BITS_PER_ENTRY;
        let (start, end) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
        self.entries[start..end].iter().filter(move |entry| entry.gram == gram)
    }
}

/// Four or eight bytes, without case.
#[inline]
fn gram(bytes: &[u8]) -> u64 {
    let gram = match (bytes.first_chunk::<8>(), bytes.first_chunk::<4>()) {
        (Some(bytes), _) => u64::from_le_bytes(*bytes),
        (None, Some(bytes)) => u32::from_le_bytes(*bytes).into(),
        (None, None) => 0,
    };
    gram | CASE
}

#[inline]
fn hash(gram: u64, shift: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (shift & 63)) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Needle, Needles};

    fn needle(bytes: &[u8], folded: bool) -> Needle {
        Needle { bytes: if folded { bytes.to_ascii_lowercase() } else { bytes.to_vec() }.into(), folded }
    }

    /// Literals and a text over a few letters, so that the text holds some of them by chance; some are cut from it.
    fn case() -> impl Strategy<Value = (Vec<Needle>, Vec<u8>)> {
        let letters = || prop::sample::select(&b"abAB\x00\xff"[..]);
        let text = prop::collection::vec(letters(), 0..80);
        let made = prop::collection::vec((prop::collection::vec(letters(), 4..20), any::<bool>()), 0..40);
        let cut = prop::collection::vec((0..80_usize, 4..30_usize, any::<bool>()), 0..10);
        (text, made, cut).prop_map(|(text, made, cut)| {
            let cut = cut.into_iter().filter_map(|(start, length, folded)| {
                text.get(start..start + length).map(|bytes| needle(bytes, folded))
            });
            (made.iter().map(|(bytes, folded)| needle(bytes, *folded)).chain(cut).collect(), text)
        })
    }

    proptest! {
        #[test]
        fn exactly_the_literals_that_are_there_are_found((list, text) in case()) {
            let holds = |needle: &Needle| text.windows(needle.bytes.len()).any(|window| needle.is(window));
            let expected: BTreeSet<usize> = (0..list.len()).filter(|index| holds(&list[*index])).collect();
            let mut found = BTreeSet::new();
            Needles::new(list.clone()).find(&text, |index, start, end| {
                assert!(list[index].is(&text[start..end]));
                found.insert(index);
            });
            prop_assert_eq!(found, expected);
        }
    }
}
