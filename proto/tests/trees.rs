//! Messages on the wire beside the trees that they are.

use proto::{Message, Response, canonical, decode, encode};
use serde_json::{Value, json};

#[track_caller]
fn check(tree: &Value, bytes: &[u8]) {
    assert_eq!(encode(Message::Policy, tree).expect("a policy"), bytes, "{tree}");
    assert_eq!(decode(Message::Policy, bytes).expect("a policy"), *tree);
}

/// A field that has a length.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let tag = u16::from(number) << 3 | 2;
    let tag = if tag < 128 { vec![tag as u8] } else { vec![tag as u8 | 0x80, (tag >> 7) as u8] };
    [&tag[..], &[u8::try_from(content.len()).expect("short")], content].concat()
}

#[test]
fn fields_have_the_numbers_of_the_protocol() {
    let path = field(1, b"a.b");
    let matcher = [field(2, &path), vec![0xa0, 1, 1], field(22, &[0x10, 7])].concat();
    let redact = [field(4, &path), field(10, b"")].concat();
    let log = [field(1, &matcher), field(2, b"10/s"), field(3, &field(2, &redact))].concat();
    let policy = [field(1, b"p"), vec![0x20, 1], field(10, &log)].concat();
    let tree = json!({"id": "p", "enabled": true, "log": {
        "match": [{"log_attribute": {"path": ["a.b"]}, "equals": {"int_value": 7}, "negate": true}],
        "keep": "10/s",
        "transform": {"redact": [{"scope_attribute": {"path": ["a.b"]}, "replacement": ""}]},
    }});
    check(&tree, &policy);
}

#[test]
fn a_default_is_told_where_the_protocol_tells_it_from_an_absent_field() {
    let sampling = [vec![0x0d], 12.5_f32.to_le_bytes().to_vec(), vec![0x10, 0, 0x28, 0]].concat();
    let matcher = [vec![0x28, 0], field(11, b"")].concat();
    let trace = [field(1, &matcher), field(2, &sampling)].concat();
    let tree = json!({"enabled": false, "trace": {
        "match": [{"span_kind": 0, "regex": ""}],
        "keep": {"percentage": 12.5, "mode": 0, "fail_closed": false},
    }});
    check(&tree, &field(12, &trace));
}

#[test]
fn a_policy_is_enabled_unless_it_says_otherwise_in_json_and_only_if_it_says_so_in_protobuf() {
    assert_eq!(encode(Message::Policy, &json!({"id": "p"})).expect("a policy"), b"\x0a\x01p\x20\x01");
    assert_eq!(
        decode(Message::Policy, b"\x0a\x01p").expect("a policy"),
        json!({"id": "p", "enabled": false})
    );
}

#[test]
fn a_percentage_is_the_one_that_was_written() {
    let percentage = |number: f32| {
        let keep = [&[0x0d][..], &number.to_le_bytes()].concat();
        let policy = field(12, &field(2, &keep));
        decode(Message::Policy, &policy).expect("a policy")["trace"]["keep"]["percentage"].clone()
    };
    assert_eq!(percentage(0.1), json!(0.1));
    assert_eq!(percentage(33.333), json!(33.333));
    assert_eq!(percentage(f32::NAN), json!("NaN"));
}

#[test]
fn every_spelling_is_the_same_message() {
    let policy = |matcher: Value| json!({"id": "p", "metric": {"match": [matcher], "keep": true}});
    let expected = encode(
        Message::Policy,
        &policy(json!({"metric_type": 3, "equals": {"int_value": 9_007_199_254_740_993_i64}})),
    );
    for spelling in [
        json!({"metricType": "METRIC_TYPE_HISTOGRAM", "equals": {"intValue": "9007199254740993"}}),
        json!({"metric_type": "HISTOGRAM", "equals": 9_007_199_254_740_993_i64}),
        json!({"metricType": "histogram", "equals": {"int_value": "9007199254740993"}, "unknown": [1]}),
    ] {
        assert_eq!(encode(Message::Policy, &policy(spelling.clone())), expected, "{spelling}");
    }
    let paths = [json!("a"), json!(["a"]), json!({"path": ["a"]})]
        .map(|path| encode(Message::Policy, &policy(json!({"datapoint_attribute": path, "exists": true}))));
    assert!(paths[0].is_ok() && paths.iter().all(|path| *path == paths[0]));
    let statuses = ["UNSET", "unset", "UNSPECIFIED", "SPAN_STATUS_CODE_UNSPECIFIED"].map(|status| {
        encode(Message::Policy, &json!({"trace": {"match": [{"span_status": status}], "keep": {}}}))
    });
    assert!(statuses[0].is_ok() && statuses.iter().all(|status| *status == statuses[0]));
}

#[test]
fn what_is_no_message_is_told_with_its_field() {
    let error = |tree: Value| encode(Message::Policy, &tree).expect_err("no policy").to_string();
    assert_eq!(error(json!({"id": 7})), "tero.policy.v1.Policy.id: 7 is not a string");
    assert_eq!(error(json!([])), "tero.policy.v1.Policy: [] is not an object");
    assert_eq!(
        error(json!({"log": {"match": [{"log_field": "bod"}]}})),
        "tero.policy.v1.LogMatcher.log_field: \"bod\" is not an enumerator"
    );
    assert!(decode(Message::Policy, b"\x0a\x05p").is_err());
}

#[test]
fn the_canonical_spelling_is_that_of_the_json_mapping() {
    let request = json!({
        "client_metadata": {"supported_policy_stages": [1, "log_transform"],
            "labels": [{"key": "k", "value": {"string_value": "v"}}]},
        "full_sync": true, "last_sync_timestamp_unix_nano": 5,
        "policy_statuses": [{"id": "p", "match_hits": 7, "remove": {"hits": 1}}],
    });
    let expected = json!({
        "clientMetadata": {"supportedPolicyStages": ["POLICY_STAGE_LOG_FILTER", "POLICY_STAGE_LOG_TRANSFORM"],
            "labels": [{"key": "k", "value": {"stringValue": "v"}}]},
        "fullSync": true, "lastSyncTimestampUnixNano": "5",
        "policyStatuses": [{"id": "p", "matchHits": "7", "remove": {"hits": "1"}}],
    });
    assert_eq!(canonical(Message::SyncRequest, &request).expect("a request"), expected);
}

#[test]
fn a_policy_that_cannot_be_read_takes_no_other_with_it() {
    let good = |id: &[u8]| [field(1, id), vec![0x20, 1]].concat();
    let bad = [field(1, b"bad"), field(2, b"\xff")].concat();
    let unknown = field(29, b"volume");
    let bytes =
        [field(1, &good(b"a")), unknown, field(1, &bad), field(2, b"hash"), field(1, &good(b"b"))].concat();
    let response = Response::decode(&bytes).expect("a response");
    let ids: Vec<_> = response
        .policies
        .iter()
        .map(|policy| match policy {
            Ok(tree) => tree["id"].as_str().map(str::to_owned),
            Err(unreadable) => unreadable.id.clone().map(|id| format!("unreadable {id}")),
        })
        .collect();
    assert_eq!(ids.iter().flatten().collect::<Vec<_>>(), ["a", "unreadable bad", "b"]);
    assert_eq!(response.rest, json!({"hash": "hash"}));
}

#[test]
fn a_message_that_is_cut_off_is_none() {
    let bytes = encode(
        Message::SyncResponse,
        &json!({"policies": [{"id": "a"}], "hash": "h", "sync_timestamp_unix_nano": "9"}),
    )
    .expect("a response");
    let whole = Response::decode(&bytes).expect("a response");
    assert_eq!((whole.policies.len(), &whole.rest["sync_timestamp_unix_nano"]), (1, &json!(9)));
    // Between two fields a shorter message is as good as any.
    let ends: Vec<_> = (0..bytes.len()).filter(|end| Response::decode(&bytes[..*end]).is_ok()).collect();
    assert_eq!(ends, [0, 7, 10]);
}

#[test]
fn labels_are_on_the_wire_what_opentelemetry_has() {
    let label = [field(1, b"k"), field(2, &field(1, b"v"))].concat();
    let policy = [field(1, b"p"), vec![0x20, 1], field(7, &label)].concat();
    check(
        &json!({"id": "p", "enabled": true, "labels": [{"key": "k", "value": {"string_value": "v"}}]}),
        &policy,
    );
}

#[test]
fn the_configuration_of_an_extension_is_written_as_people_write_it() {
    let config = |config: Value| {
        let tree = json!({"id": "p", "extensions": [{"type": "x", "config": config}]});
        decode(Message::Policy, &encode(Message::Policy, &tree).expect("a policy")).expect("a policy")
    };
    let expected = config(json!("eyJhIjoxfQ=="));
    assert_eq!(expected["extensions"][0]["config"], "eyJhIjoxfQ==");
    assert_eq!(config(json!({"a": 1})), expected);
    assert_eq!(config(json!("{\"a\":1}")), expected);
}
