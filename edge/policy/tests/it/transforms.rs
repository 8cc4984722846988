//! Which operations run, in which order, and how they are counted; what they do to bytes is the protocols' test.

use edge_policy::{Decision, Edit, Field, Level, Nanos, Signal, StageTally, Value};
use serde_json::json;

use crate::record::{Record, worker};

/// Writes down what it is asked to do. Every field is there, with the text `secret 42`.
#[derive(Default)]
struct Log(Vec<String>);

fn name(field: &Field) -> String {
    match field {
        Field::Simple(simple) => format!("{simple:?}"),
        Field::Attribute(level, path) => format!("{level:?} {}", path.join("/")),
        Field::EventAttribute(path) => format!("Event {}", path.join("/")),
    }
}

impl Edit for Log {
    fn get(&self, _: &Field) -> Option<Value<'_>> {
        Some(Value::Text(b"secret 42"))
    }
    fn update(&mut self, field: &Field, change: &mut dyn FnMut(Value<'_>) -> Option<Vec<u8>>) -> bool {
        change(Value::Text(b"secret 42")).is_some_and(|text| self.set(field, &text))
    }
    fn remove(&mut self, field: &Field) -> bool {
        self.0.push(format!("remove {}", name(field)));
        true
    }
    fn set(&mut self, field: &Field, text: &[u8]) -> bool {
        self.0.push(format!("set {} {}", name(field), String::from_utf8_lossy(text)));
        true
    }
    fn rename(&mut self, from: &Field, to: &str) -> bool {
        self.0.push(format!("rename {} {to}", name(from)));
        true
    }
    fn has_key(&self, key: &str) -> bool {
        key == "taken"
    }
}

fn policy(id: &str, transform: &serde_json::Value) -> serde_json::Value {
    json!({"id": id, "log": {"match": [{"log_field": "body", "exists": true}], "transform": transform}})
}

#[test]
fn policies_run_in_id_order_and_stages_in_theirs() {
    let mut worker = worker(&json!([
        policy("b", &json!({"remove": [{"log_attribute": "second"}]})),
        policy(
            "a",
            &json!({
                "add": [{"log_attribute": "x", "value": "v", "upsert": true}, {"log_attribute": "y", "value": "v"}],
                "rename": [{"from_log_attribute": "m", "to": "n"}, {"from_log_attribute": "m", "to": "taken"}],
                "redact": [{"log_field": "body", "regex": "(\\d)\\d", "replacement": "<$1>"}, {"log_attribute": ["p", "q"]}],
                "remove": [{"log_attribute": "r"}],
            })
        ),
    ]));
    let record = Record::body("x");
    let mut session = worker.session(Signal::Log, Nanos(0)).expect("policies");
    assert_eq!(crate::record::run(&mut session, &record), Decision::Rewrite);
    let mut log = Log::default();
    session.edit_record(&mut log);
    assert_eq!(
        log.0,
        [
            "remove Record r",
            "set Body secret <4>",
            "set Record p/q [REDACTED]",
            "rename Record m n",
            "set Record x v",
            "remove Record second",
        ]
    );
    let mut stages = Vec::new();
    worker.drain_tallies(|_, tally| stages.push(tally.stages));
    let tally = |hits, misses| StageTally { hits, misses };
    assert!(stages.contains(&[tally(1, 0), tally(2, 0), tally(1, 1), tally(1, 1)]), "{stages:?}");
}

#[test]
fn a_shared_level_changes_once_and_only_for_kept_records() {
    let mut worker = worker(&json!([
        policy("a", &json!({"add": [{"resource_attribute": "x", "value": "v", "upsert": true}], "remove": [{"scope_attribute": "s"}]})),
        {"id": "b", "log": {"match": [{"log_field": "body", "exact": "drop"}], "keep": "none"}},
    ]));
    let (drop, keep) = (Record::body("drop"), Record::body("keep"));
    let mut session = worker.session(Signal::Log, Nanos(0)).expect("policies");
    session.resource(&());
    session.scope(&());
    assert_eq!(session.record(&&drop.parts[2]), Decision::Drop);
    assert!(!session.edits(Level::Scope) && !session.edits(Level::Resource));
    for _ in 0..3 {
        assert_eq!(session.record(&&keep.parts[2]), Decision::Keep);
    }
    let mut log = Log::default();
    session.edit(Level::Scope, &mut log);
    session.scope(&());
    assert!(!session.edits(Level::Scope));
    session.edit(Level::Resource, &mut log);
    assert_eq!(log.0, ["remove Scope s", "set Resource x v"]);
}
