//! A policy file: whatever it says, nothing panics, and a good policy beside a bad one stays in force.
#![no_main]

use std::sync::Arc;

use edge_policy::{Nanos, PolicySet, Signal, Simple, Slots, Snapshot, Source, Value, Wanted, Worker};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value as Json, json};

/// A record that has every well-known field.
struct Record;

impl<'a> Source<'a> for Record {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        for (simple, value) in [
            (Simple::Body, Value::Text(b"GET /health 200")),
            (Simple::SeverityNumber, Value::Int(9)),
            (Simple::TraceId, Value::Bytes(&[7; 16])),
            (Simple::MetricName, Value::Text("größe".as_bytes())),
            (Simple::SpanName, Value::Text(b"\xff")),
            (Simple::SpanStatus, Value::Int(0)),
            (Simple::TraceState, Value::Text(b"ot=th:8;rv:00000000000001")),
        ] {
            if let Some(slot) = wanted.simple(simple) {
                slots.field(slot, value);
            }
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Ok(set) = PolicySet::parse(data) else { return };
    evaluate(&set);
    if let Ok(tree) = serde_json::from_slice::<Json>(data) {
        beside_a_good_one(&tree);
    }
});

fn evaluate(set: &PolicySet) {
    let snapshot = Snapshot::compile(set, None);
    // Once more upon itself, as a reload does.
    let mut worker = Worker::new(Arc::new(Snapshot::compile(set, Some(&snapshot))), 1);
    for signal in Signal::ALL {
        let Some(mut session) = worker.session(signal, Nanos(5)) else { continue };
        session.resource(&());
        session.scope(&());
        match signal {
            Signal::Log => drop(session.record(&Record)),
            Signal::Trace => drop(session.span(&Record)),
            Signal::Metric => {
                session.metric(&Record);
                session.point(&Record);
                session.metric_done(true);
            }
        }
        session.finish();
    }
}

fn beside_a_good_one(tree: &Json) {
    let list = tree.get("policies").unwrap_or(tree);
    let Json::Array(policies) = list else { return };
    let good = json!({"id": "good \u{1f4a1}", "log": {"match": [{"log_field": "body", "contains": "health"}], "keep": "none"}});
    let mut policies = policies.clone();
    policies.push(good);
    let set = PolicySet::parse(Json::Array(policies).to_string().as_bytes()).expect("a list with a good policy");
    let snapshot = Snapshot::compile(&set, None);
    assert!(snapshot.ids().iter().any(|id| id == "good \u{1f4a1}"), "a bad policy switched off a good one");
}
