//! What evaluation must not spend.

use std::cell::Cell;
use std::sync::Arc;

use edge_policy::{Level, Nanos, PolicySet, Signal, Simple, Slots, Snapshot, Source, Value, Wanted, Worker};
use serde_json::json;

use crate::record::{Owned, Record};

/// Each kind of condition, on records and what they share, with patterns for every way of looking for them.
fn worker() -> Worker {
    let mut policies = vec![
        json!({ "id": "equal", "log": { "match": [{ "log_field": "severity_text", "exact": "INFO" },
            { "resource_attribute": ["service.name"], "exact": "api" }], "keep": "25%" } }),
        json!({ "id": "hex", "log": { "match": [{ "log_field": "trace_id", "starts_with": "aa" }], "keep": "all" } }),
        json!({ "id": "bytes", "log": { "match": [{ "log_field": "span_id", "exact": "abcd" }], "keep": "all" } }),
        json!({ "id": "number", "log": { "match": [{ "log_attribute": ["size"], "gt": 3 }], "keep": "5/s" } }),
        json!({ "id": "class", "log": { "match": [{ "log_attribute": ["user"], "regex": "^[a-z]+$" }] } }),
        json!({ "id": "none", "log": { "match": [{ "log_attribute": ["absent"], "exists": false },
            { "log_field": "body", "regex": "failed .* after [0-9]+" }], "keep": "none" } }),
    ];
    policies.extend((0..40).map(|index| {
        let regex = format!("word{index} [0-9]+ done");
        json!({ "id": format!("word-{index}"), "log": { "match": [{ "log_field": "body", "regex": regex }] } })
    }));
    for policy in &mut policies {
        policy["name"] = json!("");
    }
    let set = PolicySet::parse(json!({ "policies": policies }).to_string().as_bytes()).expect("a document");
    assert!(set.rejected.is_empty(), "{:?}", set.rejected);
    Worker::new(Arc::new(Snapshot::compile(&set, None)), 1)
}

fn records() -> Vec<Record> {
    ["word7 12 done", "failed to load after 30", "nothing", "word9 word8 1 done"]
        .into_iter()
        .map(|body| {
            Record::default()
                .with(Simple::Body, body)
                .with(Simple::SeverityText, "INFO")
                .with(Simple::TraceId, Owned::Bytes(vec![0xaa; 16]))
                .with(Simple::SpanId, Owned::Bytes(vec![0xab, 0xcd]))
                .attribute(Level::Record, "size", 5)
                .attribute(Level::Record, "user", "somebody")
        })
        .collect()
}

struct Shared(Cell<usize>);

impl<'a> Source<'a> for Shared {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        self.0.set(self.0.get() + 1);
        if let Some(slot) = wanted.attribute(b"service.name").and_then(edge_policy::WantedKey::slot) {
            slots.attribute(slot, Value::Text(b"api"));
        }
    }
}

#[test]
fn what_records_share_is_looked_at_once() {
    let (mut worker, records) = (worker(), records());
    let (resource, scope) = (Shared(Cell::new(0)), Shared(Cell::new(0)));
    let mut session = worker.session(Signal::Log, Nanos(0)).expect("there are policies");
    session.resource(&resource);
    session.scope(&scope);
    let matched: usize = records
        .iter()
        .map(|record| {
            session.record(&&record.parts[Level::Record as usize]);
            session.matched().len()
        })
        .sum();
    assert!(matched >= 4 * records.len(), "{matched}");
    assert_eq!((resource.0.get(), scope.0.get()), (1, 1));
}

#[test]
fn a_record_allocates_nothing() {
    let (mut worker, records) = (worker(), records());
    let mut session = worker.session(Signal::Log, Nanos(0)).expect("there are policies");
    let mut all = || {
        session.resource(&Shared(Cell::new(0)));
        session.scope(&());
        for record in &records {
            session.record(&&record.parts[Level::Record as usize]);
        }
    };
    // The first time buffers grow to what they need.
    all();
    assert_eq!(allocation_counter::measure(all).count_total, 0);
}
