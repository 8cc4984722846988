//! Extensions of policies that come from a server, with what the server broadcasts for them.

use data_encoding::BASE64;
use edge_testing::{Answer, Intake, SyncServer};
use serde_json::{Value, json};

use crate::process::{Running, wait};

const DUMP: &str = "com.usetero/s3-dump";

const LOGS: &[u8] =
    br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a"}},{"body":{"stringValue":"b"}}]}]}]}"#;

/// Nobody here is to be asked who we are.
const UNSIGNED: [(&str, &str); 2] = [("AWS_SKIP_SIGNATURE", "true"), ("AWS_REGION", "here")];

fn bytes(tree: &Value) -> Value {
    BASE64.encode(tree.to_string().as_bytes()).into()
}

/// A policy that sends everything to a target of that name.
fn policy(id: &str, target: &str) -> Value {
    let config = bytes(&json!({"target": {"kind": "s3", "name": target}}));
    json!({
        "id": id,
        "name": id,
        "log": {"match": [{"log_field": "body", "exact": "a"}], "keep": "none"},
        "extensions": [{"type": DUMP, "version": "1.0.0", "mode": "all", "config": config}],
    })
}

#[test]
fn records_go_where_the_server_says_and_it_is_told_what_cannot() {
    let (store, server) = (Intake::start(), SyncServer::start());
    store.will(Answer::ok().header("etag", "\"1\""));
    let config = json!({"bucket": "far", "endpoint": store.url(), "prefix": "p/", "max_object_age": 3600});
    let target = bytes(&json!({"kind": "s3", "name": "far", "config": bytes(&config)}));
    server.serve(json!({
        "hash": "1",
        "policies": [policy("good", "far"), policy("lost", "elsewhere")],
        "extension_configs": [{"type": DUMP, "config": [target]}],
    }));
    let config = format!(
        "policy_providers: [{{id: s, type: http, url: '{}', poll_interval: 50ms}}]",
        server.sync_url()
    );
    let mut edge = Running::start_with(&UNSIGNED, &config, &[]);
    wait("readiness", || edge.get("/_ready").0 == 200);
    let capability = &server.requests()[0].tree["client_metadata"]["supported_extensions"][0];
    assert_eq!((&capability["type"], &capability["min_version"]), (&json!(DUMP), &json!("1.0.0")));
    let headers = "content-type: application/json\r\n";
    assert_eq!(edge.request("POST /v1/logs", headers, LOGS).0, 200);
    let lost = server.wait_for_totals("lost", |total| !total.errors.is_empty());
    let error = "extensions[0]: config: unknown target \"elsewhere\" of kind \"s3\"";
    assert_eq!(lost.errors[0], error);
    let (_, report) = edge.get("/_edge/policies");
    assert!(report.contains(error), "{report}");
    assert_eq!(store.requests().len(), 0, "the object has room for more");
    edge.signal("TERM");
    assert_eq!(edge.wait().code(), Some(0));
    let [put] = &store.requests()[..] else { panic!("one object") };
    assert!(put.target.starts_with("/far/p/logs/") && put.target.ends_with(".ndjson"), "{}", put.target);
    assert_eq!(put.text().lines().count(), 2, "{}", put.text());
}
