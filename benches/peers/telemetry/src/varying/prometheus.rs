//! prometheus: a look-up by the words of both enums.

use otel_arrow_dfe_telemetry::attributes::AttributeEnum;
use prometheus::{IntCounterVec, Opts};

use super::{Outcome, Pair, Signal, pairs, pass, threads};
use crate::side::{Side, THREADS, Totals};

pub fn side(stream: &[Pair]) -> Side<'_> {
    let mut family = family();
    let read = family.clone();
    Side::new("prometheus", move || pass(stream, &mut family, count), move || Totals::counted(total(&read)))
}

pub fn on_threads(stream: &[Pair]) -> Side<'_> {
    let family = family();
    let families = [(); THREADS].map(|()| family.clone());
    threads("prometheus on 2 threads", stream, families, count, move |_| total(&family))
}

fn family() -> IntCounterVec {
    IntCounterVec::new(Opts::new("records", "Records."), &["outcome", "signal"]).expect("names are valid")
}

fn count(family: &mut IntCounterVec, pair: Pair) {
    family.with_label_values(&words(pair)).inc();
}

fn words((outcome, signal): Pair) -> [&'static str; 2] {
    [Outcome::VARIANTS[outcome as usize], Signal::VARIANTS[signal as usize]]
}

fn total(family: &IntCounterVec) -> u64 {
    pairs().map(|pair| family.with_label_values(&words(pair)).get()).sum()
}
