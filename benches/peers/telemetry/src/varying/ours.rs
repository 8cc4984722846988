//! Our side: a set that varies by both enums, whose combinations are a dense array.

use telemetry::{Counter, Set, Telemetry, metric_set};

use super::{Outcome, Pair, Signal, pass, threads};
use crate::side::{Side, THREADS, Totals};

const RECORDS: &str = "bench.varying.records";

/// What is counted.
#[metric_set(name = "bench.varying", varying = (Outcome, Signal))]
struct Records {
    /// Records.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
}

pub fn side(stream: &[Pair]) -> Side<'_> {
    let telemetry = Telemetry::default();
    let mut set = telemetry.worker().register::<Records>(());
    Side::new("ours", move || pass(stream, &mut set, count), move || Totals::counted(total(&telemetry)))
}

pub fn on_threads(stream: &[Pair]) -> Side<'_> {
    let telemetry = Telemetry::default();
    let sets = [(); THREADS].map(|()| telemetry.worker().register::<Records>(()));
    threads("ours on 2 threads", stream, sets, count, move |_| total(&telemetry))
}

fn count(set: &mut Set<Records>, pair: Pair) {
    set.with(pair).records.inc();
}

fn total(telemetry: &Telemetry) -> u64 {
    telemetry.collect().sum(RECORDS, &[])
}
