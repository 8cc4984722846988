//! Exponential buckets whose scale follows the values: as fine as a fixed number of buckets allows.
//!
//! The cells of the counts: how much coarser than the finest scale they are, the index of the first bucket, then the
//! counts. All zero is an empty histogram of the finest scale.

use crate::exponential::{BUCKETS_MAX, INDEX_SCALE};

/// Cells in front of the counts.
pub(crate) const GRID_CELLS: usize = 2;
/// Cells of a grid with its counts.
pub(crate) const CELLS: usize = GRID_CELLS + BUCKETS_MAX;

/// Which buckets the counts are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    /// How much coarser than the finest scale.
    pub(crate) coarseness: u32,
    /// Index of the first bucket.
    pub(crate) start: i32,
}

impl Grid {
    /// The grid in front of counts.
    pub(crate) fn read(cells: &[u64]) -> Self {
        Self { coarseness: cells[0] as u32, start: cells[1] as i32 }
    }

    /// The exponential scale, of which `2^scale` buckets make a power of two.
    pub(crate) fn scale(self) -> i32 {
        INDEX_SCALE - self.coarseness as i32
    }

    fn write(self, cells: &mut [u64]) {
        cells[0] = u64::from(self.coarseness);
        cells[1] = i64::from(self.start).cast_unsigned();
    }

    /// Where the bucket `index` of this coarseness or a finer one lies, if it is inside.
    fn place(self, coarseness: u32, index: i32) -> Option<usize> {
        let place = (index >> (self.coarseness - coarseness)) - self.start;
        usize::try_from(place).ok().filter(|place| *place < BUCKETS_MAX)
    }
}

/// Adds `n` to the bucket `index` of a grid of `coarseness`, making room for it if need be.
pub(crate) fn add(cells: &mut [u64], coarseness: u32, index: i32, n: u64) {
    let grid = Grid::read(cells);
    let place = (coarseness <= grid.coarseness).then(|| grid.place(coarseness, index)).flatten();
    let place = place.unwrap_or_else(|| {
        let roomier = make_room(cells, coarseness, index);
        roomier.place(coarseness, index).expect("room was made for it")
    });
    let count = &mut cells[GRID_CELLS + place];
    *count = count.wrapping_add(n);
}

/// The buckets of `now` less those of `last`, an earlier state of it; by index, without the empty ones.
pub(crate) fn differences(now: &[u64], last: &[u64], mut each: impl FnMut(u32, i32, u64)) {
    let grid = Grid::read(now);
    let mut before = [0_u64; BUCKETS_MAX];
    let earlier = Grid::read(last);
    for (place, count) in used(last) {
        let place = grid.place(earlier.coarseness, earlier.start + place as i32);
        before[place.expect("buckets only grow coarser and keep what they held")] += count;
    }
    for (place, before) in before.iter().enumerate() {
        let more = now[GRID_CELLS + place].wrapping_sub(*before);
        if more != 0 {
            each(grid.coarseness, grid.start + place as i32, more);
        }
    }
}

/// The places of buckets that are not empty.
pub(crate) fn used(cells: &[u64]) -> impl DoubleEndedIterator<Item = (usize, u64)> {
    let counts = cells[GRID_CELLS..].iter().copied().enumerate();
    counts.filter(|(_, count)| *count != 0)
}

/// Moves and joins buckets until there is one for `index`; leaves as much room on either side.
fn make_room(cells: &mut [u64], coarseness: u32, index: i32) -> Grid {
    let old = Grid::read(cells);
    let ends = used(cells).next().zip(used(cells).next_back());
    let ends = ends.map(|(first, last)| (old.start + first.0 as i32, old.start + last.0 as i32));
    let mut new = Grid { coarseness: old.coarseness.max(coarseness), start: 0 };
    let (low, high) = loop {
        let index = index >> (new.coarseness - coarseness);
        let joined = |end: i32| end >> (new.coarseness - old.coarseness);
        let (low, high) =
            ends.map_or((index, index), |(low, high)| (joined(low).min(index), joined(high).max(index)));
        if high - low < BUCKETS_MAX as i32 {
            break (low, high);
        }
        new.coarseness += 1;
    };
    new.start = low - (BUCKETS_MAX as i32 - (high - low + 1)) / 2;
    let mut counts = [0; BUCKETS_MAX];
    for (place, count) in used(cells) {
        let place = new.place(old.coarseness, old.start + place as i32);
        counts[place.expect("the ends are inside")] += count;
    }
    new.write(cells);
    cells[GRID_CELLS..].copy_from_slice(&counts);
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exponential;

    fn recorded(values: &[f64]) -> Vec<u64> {
        let mut cells = vec![0; CELLS];
        for value in values {
            add(&mut cells, 0, exponential::index(*value), 1);
        }
        cells
    }

    fn check_holds(values: &[f64]) {
        let cells = recorded(values);
        let grid = Grid::read(&cells);
        assert_eq!(used(&cells).map(|(_, count)| count).sum::<u64>(), values.len() as u64);
        for value in values {
            let place = grid.place(0, exponential::index(*value)).expect("it has a bucket");
            assert!(cells[GRID_CELLS + place] > 0, "{value}");
            assert!(*value <= exponential::upper(grid.start + place as i32, grid.scale()));
        }
    }

    #[test]
    fn every_value_has_a_bucket_whatever_the_range() {
        check_holds(&[1.0]);
        check_holds(&[1e-9, 1.0, 1e9]);
        check_holds(&[f64::MAX, f64::MIN_POSITIVE, 5e-324]);
        check_holds(&[5e-324, f64::MAX]);
        check_holds(&[3.0, 2.0, 1.0, 0.5, 100.0, 1e-3, 1e6]);
    }

    #[test]
    fn the_scale_is_as_fine_as_the_range_allows() {
        assert_eq!(Grid::read(&recorded(&[1.0, 30.0])).scale(), INDEX_SCALE);
        assert!(Grid::read(&recorded(&[1e-5, 60.0])).scale() >= 2);
        assert!(Grid::read(&recorded(&[5e-324, f64::MAX])).scale() >= -4);
    }

    #[test]
    fn differences_add_up_to_the_later_state() {
        let (first, later) = ([0.5, 0.7, 3.0], [0.5, 0.7, 3.0, 1e-6, 1e6, 0.6]);
        let (last, now) = (recorded(&first), recorded(&later));
        let mut sum = last.clone();
        let mut more = 0;
        differences(&now, &last, |coarseness, index, n| {
            add(&mut sum, coarseness, index, n);
            more += n;
        });
        assert_eq!(more, 3);
        assert_eq!(Grid::read(&sum).coarseness, Grid::read(&now).coarseness);
        let count = |cells: &[u64]| used(cells).map(|(_, count)| count).collect::<Vec<_>>();
        assert_eq!(count(&sum), count(&now));
    }
}
