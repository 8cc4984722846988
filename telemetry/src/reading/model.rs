//! Every interleaving of an owner that records and somebody who reads, and every order in which memory may show the
//! stores, over the few cells of one histogram: small enough for a verdict within seconds.
//!
//! Run by `scripts/model-check.sh`. It has been seen to find, within a second each, what breaks `Sequence::during`: the
//! odd number left out, the fence after it left out, the last store not a release; and what breaks `Reading::take`: the
//! fence between the copy and the second look left out, a head loaded without acquire, an odd number taken for settled.

use loom::model::Builder;
use loom::thread;

use super::Reading;
use crate::cells::{self, Block};
use crate::descriptor::{HistogramLayout, MetricsDescriptor};
use crate::instrument::{Slot, sealed::Attach};
use crate::{Histogram, MetricSet, metric_set};

/// What is measured.
#[metric_set(name = "test.reading.model")]
struct Sizes {
    /// Size of a request.
    #[metric(unit = "By", buckets = [8])]
    #[expect(dead_code, reason = "the model puts a histogram of its own onto the cells")]
    size: Histogram,
}

const DESCRIPTOR: &MetricsDescriptor = Sizes::DESCRIPTOR;

/// What each recording adds to the sum.
const SIZE: f64 = 4.0;

/// One stop in the middle of a recording, and a reader that goes from end to end meanwhile, is what there is to find; a
/// second stop takes minutes.
const PREEMPTIONS_MAX: usize = 1;

/// Reads once while the owner, who has recorded once before, records so many times more.
fn check(recordings: usize) {
    let mut model = Builder::new();
    model.preemption_bound = Some(PREEMPTIONS_MAX);
    model.check(move || {
        let block = &cells::take(DESCRIPTOR.cells())[..DESCRIPTOR.cells()];
        let histogram = Histogram::attach(Slot::new(DESCRIPTOR, block, 0));
        histogram.record(SIZE);
        let reader = thread::spawn(move || read(block));
        (0..recordings).for_each(|_| histogram.record(SIZE));
        let during = reader.join().expect("what it found is said by the checker");
        let after = read(block);
        assert!(during <= after && after == recordings as u64 + 1, "{during} {after}");
    });
}

/// How many recordings there are, all of them whole.
fn read(block: Block) -> u64 {
    let mut reading = Reading::default();
    let read = reading.take(DESCRIPTOR, block, &vec![0; block.len()]);
    let body = &read[DESCRIPTOR.body(0)];
    let (sums, counts) = body.split_at(HistogramLayout::SUMS);
    let sum: f64 = sums.iter().map(|sum| f64::from_bits(*sum)).sum();
    let count = counts.iter().sum::<u64>();
    assert_eq!(sum, SIZE * count as f64, "{read:?}");
    count
}

#[test]
fn a_recording_is_read_whole_or_not_at_all() {
    check(1);
}

#[test]
fn one_of_two_recordings_is_read_whole_or_not_at_all() {
    check(2);
}
