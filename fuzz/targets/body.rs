//! An OTLP body of any signal: nothing panics, what is left of it is still understood, and judging it again drops
//! nothing more.
#![no_main]

use std::cell::RefCell;
use std::sync::Arc;

use edge_policy::{Nanos, PolicySet, Snapshot, Worker};
use edge_protocol::{
    BodyFilter, LogsJson, LogsProtobuf, MetricsJson, MetricsProtobuf, Outcome, TracesJson, TracesProtobuf,
};
use libfuzzer_sys::fuzz_target;

const POLICIES: &str = include_str!("../policies.json");

thread_local! {
    static WORKER: RefCell<Worker> = {
        let set = PolicySet::parse(POLICIES.as_bytes()).expect("a policy document");
        assert_eq!(set.rejected, []);
        RefCell::new(Worker::new(Arc::new(Snapshot::compile(&set, None)), 1))
    };
}

const FILTERS: [&dyn BodyFilter; 6] =
    [&LogsJson, &LogsProtobuf, &MetricsJson, &MetricsProtobuf, &TracesJson, &TracesProtobuf];

fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else { return };
    let filter = FILTERS[usize::from(*first) % FILTERS.len()];
    WORKER.with_borrow_mut(|worker| {
        let once = filter.filter(body, worker, Nanos(0));
        let Outcome::Replaced(left) = once.outcome else { return };
        let again = filter.filter(&left, worker, Nanos(0));
        assert!(!matches!(again.outcome, Outcome::FailOpen(_) | Outcome::Emptied), "{again:?}");
        assert_eq!(again.records.dropped, 0, "what was kept once is kept again");
    });
});
