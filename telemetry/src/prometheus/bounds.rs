//! The bounds of histograms that divide their values as declared.

use super::number;
use super::sample::last_label;
use crate::histogram_value::{Division, HistogramValue};

/// The exported buckets of a division, written once for all series of a declaration.
#[derive(Debug)]
pub(super) struct Bounds {
    division: Division,
    exported: Vec<Bound>,
}

/// An exported bucket.
#[derive(Debug)]
pub(super) struct Bound {
    /// Its place among all buckets.
    pub(super) index: usize,
    pub(super) upper: f64,
    /// Its `le` label.
    pub(super) label: Box<str>,
}

impl Bounds {
    /// Those of any value of a declaration.
    pub(super) fn of(value: &HistogramValue<'_>) -> Self {
        let exported = (0..value.counts().len()).filter(|index| value.is_exported(*index));
        let bound = |index| {
            let upper = value.upper(index);
            Bound { index, upper, label: last_label("le", &number::bound(upper)) }
        };
        Self { division: value.division(), exported: exported.map(bound).collect() }
    }

    /// The bounds of this division. Declarations of one name may divide differently, most do not.
    pub(super) fn find(all: &[Self], division: Division) -> &[Bound] {
        let found = all.iter().find(|bounds| all.len() == 1 || bounds.division == division);
        found.map_or(&[], |bounds| &bounds.exported)
    }
}
