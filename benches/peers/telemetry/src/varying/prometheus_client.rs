//! prometheus-client: a look-up by a label set of both enums.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use super::{Outcome, Pair, Signal, pairs, pass, threads};
use crate::side::{Side, THREADS, Totals};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    outcome: Outcome,
    signal: Signal,
}

type Records = Family<Labels, Counter>;

pub fn side(stream: &[Pair]) -> Side<'_> {
    let mut family = Records::default();
    let read = family.clone();
    Side::new(
        "prometheus-client",
        move || pass(stream, &mut family, count),
        move || Totals::counted(total(&read)),
    )
}

pub fn on_threads(stream: &[Pair]) -> Side<'_> {
    let family = Records::default();
    let families = [(); THREADS].map(|()| family.clone());
    threads("prometheus-client on 2 threads", stream, families, count, move |_| total(&family))
}

fn count(family: &mut Records, (outcome, signal): Pair) {
    family.get_or_create(&Labels { outcome, signal }).inc();
}

fn total(family: &Records) -> u64 {
    pairs().map(|(outcome, signal)| family.get_or_create(&Labels { outcome, signal }).get()).sum()
}
