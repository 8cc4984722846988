//! What whoever looks on is told.

use std::sync::{Arc, Mutex};

use edge_policy::{
    Attached, Decision, Evidence, Flaw, Level, Nanos, PolicySet, Registry, Signal, Simple, Snapshot, Value,
    Viewer, Watch,
};
use serde_json::json;

use crate::record::{Record, run, worker};

/// Writes down what it is told.
#[derive(Debug, Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Watch for Notes {
    fn decided(&mut self, evidence: &Evidence<'_>) {
        let failed: Vec<_> = (0..4)
            .map(|policy| {
                evidence.first_failed(policy).map(|failed| (failed.matcher, failed.values.first().copied()))
            })
            .collect();
        assert_eq!(failed[0], None);
        assert_eq!(failed[1], Some((1, Some(Value::Text(b"INFO")))));
        assert_eq!(failed[2], Some((0, None)));
        assert_eq!(failed[3], None);
        let record = String::from_utf8(evidence.record()).expect("text");
        let (decision, by) = (evidence.decision(), evidence.dropped_by());
        let line = format!(
            "{record}: {decision:?} by {by:?} of {:?}, {} bytes",
            evidence.matched(),
            evidence.bytes()
        );
        self.0.lock().expect("no panic before").push(line);
    }

    fn batch_ended(&mut self, failed: bool) {
        self.0.lock().expect("no panic before").push(format!("failed: {failed}"));
    }
}

#[test]
fn each_decision_comes_with_who_matched_and_what_failed() {
    let mut worker = worker(&json!([
        {"id": "a", "log": {"match": [{"log_field": "body", "contains": "health"}]}},
        {"id": "b", "log": {"match": [
            {"log_field": "body", "contains": "health"},
            {"log_field": "severity_text", "exact": "ERROR"},
        ]}},
        {"id": "c", "log": {"match": [
            {"resource_attribute": "service.name", "exact": "x"},
            {"log_field": "severity_text", "exact": "ERROR"},
        ]}},
        {"id": "d", "log": {"match": [
            {"scope_attribute": "none", "exists": false},
            {"log_field": "body", "regex": "^GET"},
        ], "keep": "none"}},
    ]));
    let notes = Notes::default();
    assert!(worker.watch(Some(Box::new(notes.clone()))).is_none());
    let record =
        Record::body("GET /health").with(Simple::SeverityText, "INFO").attribute(Level::Record, "k", 1);
    let mut session = worker.session(Signal::Log, Nanos(0)).expect("log policies");
    assert!(session.is_watched());
    assert_eq!(run(&mut session, &record), Decision::Drop);
    session.tell(&|| b"the record".to_vec());
    session.finish();
    assert!(worker.watch(None).is_some());
    let told = notes.0.lock().expect("no panic before").clone();
    assert_eq!(told, ["the record: Drop by Some(3) of [0, 3], 100 bytes", "failed: false"]);
}

#[test]
fn an_audience_comes_and_goes_between_batches() {
    struct Reader(Notes);
    impl Viewer for Reader {
        fn watch(&self, _: &Arc<Snapshot>) -> Option<Box<dyn Watch>> {
            Some(Box::new(self.0.clone()))
        }
    }
    let registry = Registry::default();
    let mut worker = worker(&json!([{"id": "a", "log": {"match": [{"log_field": "body", "exists": true}]}}]));
    let (one, other) = (Notes::default(), Notes::default());
    let mut batch = || {
        worker.admit(registry.audience());
        worker.session(Signal::Log, Nanos(0)).expect("log policies").finish();
        [&one, &other].map(|notes| notes.0.lock().expect("no panic before").len())
    };
    assert_eq!(batch(), [0, 0]);
    let first = registry.audience().join(Arc::new(Reader(one.clone())));
    assert_eq!(batch(), [1, 0]);
    let second = registry.audience().join(Arc::new(Reader(other.clone())));
    assert_eq!(batch(), [2, 1]);
    drop(first);
    assert_eq!(batch(), [2, 2]);
    drop(second);
    assert_eq!(batch(), [2, 2]);
}

#[test]
fn a_snapshot_knows_the_extensions_of_its_policies_and_viewers_what_is_wrong_with_them() {
    struct Refusing;
    impl Viewer for Refusing {
        fn watch(&self, _: &Arc<Snapshot>) -> Option<Box<dyn Watch>> {
            None
        }

        fn flaws(&self, snapshot: &Snapshot) -> Vec<Flaw> {
            let flaw = |it: &Attached| Flaw {
                policy: snapshot.ids()[it.policy].clone(),
                error: format!("extensions[{}]: {} of {:?}", it.index, it.extension.kind, it.signal),
            };
            snapshot.extensions().iter().rev().map(flaw).collect()
        }
    }
    let body = json!([{"log_field": "body", "exists": true}]);
    let extensions = |kinds: &[&str]| kinds.iter().map(|kind| json!({"type": kind})).collect::<Vec<_>>();
    let policies = json!([
        {"id": "b", "log": {"match": body}, "extensions": extensions(&["x", "y"])},
        {"id": "a", "metric": {"match": [{"metric_type": "gauge"}], "keep": true}, "extensions": extensions(&["z"])},
        {"id": "off", "enabled": false, "log": {"match": body}, "extensions": extensions(&["x"])},
        {"id": "none", "log": {"match": body}},
    ]);
    let registry = Registry::default();
    let parsed = PolicySet::parse(policies.to_string().as_bytes()).expect("a document");
    registry.publish(Snapshot::compile(&parsed, None));
    assert_eq!(registry.flaws(), []);
    let seat = registry.audience().join(Arc::new(Refusing));
    let flaw = |policy: &str, error: &str| Flaw { policy: policy.into(), error: error.into() };
    let expected = [
        flaw("a", "extensions[0]: z of Metric"),
        flaw("b", "extensions[0]: x of Log"),
        flaw("b", "extensions[1]: y of Log"),
    ];
    assert_eq!(registry.flaws(), expected);
    drop(seat);
    assert_eq!(registry.flaws(), []);
}

#[test]
fn a_seat_that_is_renewed_is_asked_anew() {
    struct Counting(Mutex<u32>);
    impl Viewer for Counting {
        fn watch(&self, _: &Arc<Snapshot>) -> Option<Box<dyn Watch>> {
            *self.0.lock().expect("no panic before") += 1;
            None
        }
    }
    let registry = Registry::default();
    let mut worker = worker(&json!([{"id": "a", "log": {"match": [{"log_field": "body", "exists": true}]}}]));
    let counting = Arc::new(Counting(Mutex::new(0)));
    let seat = registry.audience().join(Arc::clone(&counting) as _);
    let mut asked = || {
        worker.admit(registry.audience());
        *counting.0.lock().expect("no panic before")
    };
    assert_eq!((asked(), asked()), (1, 1));
    seat.renew();
    assert_eq!((asked(), asked()), (2, 2));
}
