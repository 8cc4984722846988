//! An answer of a policy server, in protobuf: nothing panics, and a good policy behind a bad one stays in force.
#![no_main]

use edge_policy::{PolicySet, Snapshot};
use libfuzzer_sys::fuzz_target;
use proto::{Message, Response};
use serde_json::json;

const GOOD: &str = "good \u{1f4a1}";

fuzz_target!(|data: &[u8]| {
    if Response::decode(data).is_err() {
        return;
    }
    let matcher = json!({"log_field": "LOG_FIELD_BODY", "contains": "health"});
    let good = json!({"policies": [{"id": GOOD, "enabled": true, "log": {"match": [matcher], "keep": "none"}}]});
    let good = proto::encode(Message::SyncResponse, &good).expect("a response");
    // Messages one behind the other are one message.
    let answer = Response::decode(&[data, &good].concat()).expect("two messages are one");
    let policies: Vec<_> = answer.policies.into_iter().filter_map(Result::ok).collect();
    let set = PolicySet::from_trees(&policies).expect("a list with a good policy");
    let snapshot = Snapshot::compile(&set, None);
    assert!(snapshot.ids().iter().any(|id| id == GOOD), "a bad policy switched off a good one");
});
