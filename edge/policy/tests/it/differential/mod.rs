//! The compiled engine against a slow and obvious one, on random policies and records of every signal: decisions,
//! trace states, hits and misses.

mod random;
mod reference;

use std::sync::Arc;

use edge_policy::{Decision, Level, Nanos, Signal, SpanDecision, Worker};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::record::{Part, Record, counts, worker};
use random::{log_policy, log_record, metric, metric_policy, span, span_policy};
use reference::{Counts, Reference};

/// Cases of each signal: with about 40 policies and 25 records in each, a million and more pairs are evaluated.
const CASES: u32 = 400;

/// What becomes of a record, in words, so that both engines say it alike.
type Fate = String;

fn number(policies: Vec<Value>) -> Vec<Value> {
    let number = |(index, mut policy): (usize, Value)| {
        policy["id"] = json!(format!("{index:03}"));
        policy
    };
    policies.into_iter().enumerate().map(number).collect()
}

/// Compares fates and counts over a batch in which each record has a resource and scope of its own.
fn check<R: std::fmt::Debug>(
    policies: Vec<Value>,
    records: &[R],
    mut ours: impl FnMut(&mut Worker, &R, u64) -> Fate,
    mut theirs: impl FnMut(&mut Reference, &R, u64) -> Fate,
) -> Result<(), TestCaseError> {
    let policies = number(policies);
    let mut worker = worker(&json!(policies));
    prop_assert_eq!(worker.snapshot().ids().len(), policies.len());
    let mut reference = Reference::new(&policies);
    for (time, record) in (0..).zip(records) {
        let now = time * 300_000_000;
        let (found, expected) = (ours(&mut worker, record, now), theirs(&mut reference, record, now));
        prop_assert_eq!(found, expected, "{:?}", record);
    }
    let expected: Counts = reference.counts;
    let found: Counts =
        counts(&mut worker).into_iter().map(|(id, hits, misses)| (id, (hits, misses))).collect();
    prop_assert_eq!(found, expected);
    Ok(())
}

fn log(worker: &mut Worker, record: &Record, now: u64) -> Fate {
    let mut session = worker.session(Signal::Log, Nanos(now)).expect("log policies");
    match crate::record::run(&mut session, record) {
        Decision::Drop => "drop".into(),
        Decision::Keep | Decision::Rewrite => "keep".into(),
    }
}

fn points(worker: &mut Worker, (record, points): &(Record, Vec<Part>), now: u64) -> Fate {
    let mut session = worker.session(Signal::Metric, Nanos(now)).expect("metric policies");
    session.resource(&&record.parts[Level::Resource as usize]);
    session.scope(&&record.parts[Level::Scope as usize]);
    if session.metric(&&record.parts[Level::Record as usize]) == Decision::Drop {
        return "drop".into();
    }
    let mut left: Vec<bool> = Vec::new();
    for point in points {
        left.push(!session.wants_points() || session.point(&point) == Decision::Keep);
    }
    session.metric_done(left.is_empty() || left.contains(&true));
    format!("{left:?}")
}

fn sampled(worker: &mut Worker, record: &Record, now: u64) -> Fate {
    let mut session = worker.session(Signal::Trace, Nanos(now)).expect("trace policies");
    session.resource(&&record.parts[Level::Resource as usize]);
    session.scope(&&record.parts[Level::Scope as usize]);
    match session.span(&&record.parts[Level::Record as usize]) {
        SpanDecision::Drop => "drop".into(),
        SpanDecision::Keep => "keep".into(),
        SpanDecision::TraceState => String::from_utf8(session.trace_state().into()).expect("text"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, ..ProptestConfig::default() })]

    #[test]
    fn logs_are_decided_as_the_specification_says(
        policies in prop::collection::vec(log_policy(), 1..80),
        records in prop::collection::vec(log_record(), 1..50),
    ) {
        check(policies, &records, log, Reference::log)?;
    }

    #[test]
    fn metrics_are_decided_as_the_specification_says(
        policies in prop::collection::vec(metric_policy(), 1..80),
        records in prop::collection::vec(metric(), 1..50),
    ) {
        check(policies, &records, points, |reference, (record, points), _| reference.metric(record, points))?;
    }

    #[test]
    fn spans_are_decided_as_the_specification_says(
        policies in prop::collection::vec(span_policy(), 1..80),
        records in prop::collection::vec(span(), 1..50),
    ) {
        check(policies, &records, sampled, |reference, record, _| reference.span(record))?;
    }

    #[test]
    fn shared_levels_are_evaluated_once_and_seen_by_all(
        policies in prop::collection::vec(log_policy(), 1..40),
        record in log_record(),
        count in 1..20_usize,
    ) {
        // Many records under one resource and scope, against each of them alone.
        let policies = number(policies);
        let mut together = worker(&json!(policies));
        let mut session = together.session(Signal::Log, Nanos(0)).expect("log policies");
        session.resource(&&record.parts[Level::Resource as usize]);
        session.scope(&&record.parts[Level::Scope as usize]);
        let mut reference = Reference::new(&policies);
        for _ in 0..count {
            let dropped = session.record(&&record.parts[Level::Record as usize]) == Decision::Drop;
            prop_assert_eq!(if dropped { "drop" } else { "keep" }, reference.log(&record, 0));
        }
        let snapshot = Arc::clone(together.snapshot());
        prop_assert_eq!(snapshot.ids().len(), policies.len());
    }
}
