//! Bytes that nobody would send.

use proptest::prelude::*;
use proto::{Message, Response, canonical, decode, encode};
use serde_json::{Value, json};

/// A response with something of everything.
fn response() -> Value {
    let condition = |field: Value| {
        let mut matcher = json!({"equals": {"bytes_value": "AAEC"}, "negate": true});
        matcher.as_object_mut().expect("an object").extend(field.as_object().expect("an object").clone());
        matcher
    };
    json!({
        "policies": [
            {"id": "log", "labels": [{"key": "k", "value": {"kvlist_value": {"values": [{"key": "n"}]}}}],
                "log": {"match": [condition(json!({"log_field": 1}))], "keep": "5/s", "transform": {
                    "rename": [{"from_log_attribute": {"path": ["a", "b"]}, "to": "c"}]}}},
            {"id": "metric", "metric": {"match": [condition(json!({"metric_type": 2}))], "keep": true}},
            {"id": "trace", "trace": {"match": [{"span_kind": 3, "gt": {"double_value": 1.5}}],
                "keep": {"percentage": 0.1, "mode": 2, "hash_seed": 7}}},
            {"id": "extension", "extensions": [{"type": "t", "version": "1.0.0", "config": "AA==", "mode": 5}]},
        ],
        "hash": "h", "sync_timestamp_unix_nano": 5, "extension_configs": [{"type": "t", "config": ["AA=="]}],
    })
}

#[test]
fn a_message_is_the_same_after_every_way_round() {
    let bytes = encode(Message::SyncResponse, &response()).expect("a response");
    let tree = decode(Message::SyncResponse, &bytes).expect("a response");
    assert_eq!(encode(Message::SyncResponse, &tree).expect("a response"), bytes);
    let canonical = canonical(Message::SyncResponse, &tree).expect("a response");
    assert_eq!(encode(Message::SyncResponse, &canonical).expect("a response"), bytes);
    let apart = Response::decode(&bytes).expect("a response");
    let policies: Vec<_> = apart.policies.into_iter().map(|policy| policy.expect("a policy")).collect();
    assert_eq!(Value::from(policies), tree["policies"]);
}

proptest! {
    #[test]
    fn damage_is_told_or_read_and_never_panics(
        noise in proptest::collection::vec(any::<u8>(), 0..64),
        at in any::<proptest::sample::Index>(),
        bit in 0..8_u8,
        is_cut in any::<bool>(),
    ) {
        let mut damaged = encode(Message::SyncResponse, &response()).expect("a response");
        let place = at.index(damaged.len());
        if is_cut { damaged.truncate(place) } else { damaged[place] ^= 1 << bit }
        for bytes in [&noise, &damaged] {
            let Ok(response) = Response::decode(bytes) else { continue };
            // What was read is a message.
            for policy in response.policies.into_iter().flatten() {
                prop_assert!(encode(Message::Policy, &policy).is_ok(), "{policy}");
            }
            prop_assert!(encode(Message::SyncResponse, &response.rest).is_ok());
        }
    }
}
