//! Policies from a server of each kind, and what the server is told of them.

use edge_testing::{Protocol, Reply, SyncServer};
use serde_json::json;

use crate::process::{Running, wait};

const JSON: &str = "content-type: application/json\r\n";

const LOGS: &[u8] = br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[
    {"body":{"stringValue":"noise"}},
    {"body":{"stringValue":"x"},"attributes":[{"key":"card","value":{"stringValue":"4111"}}]}]}]}]}"#;

/// Every kind of server, with what configures it.
fn each(test: impl Fn(&SyncServer, &str, Protocol)) {
    for protocol in [Protocol::Json, Protocol::Protobuf, Protocol::Grpc] {
        let server = SyncServer::start();
        let (http, grpc) = (server.sync_url(), server.url());
        let kind = match protocol {
            Protocol::Json => format!("type: http, encoding: json, url: '{http}'"),
            Protocol::Protobuf => format!("type: http, url: '{http}'"),
            Protocol::Grpc => format!("type: grpc, url: '{grpc}'"),
        };
        let config = format!(
            "workspace_id: w\nservice: {{labels: [{{name: team, value: x}}]}}\npolicy_providers: [{{id: s, {kind}, \
             poll_interval: POLL, cache_path: cache.json, headers: [{{name: authorization, value: Bearer t}}]}}]"
        );
        test(&server, &config, protocol);
    }
}

fn serve(server: &SyncServer) {
    let body = |text: &str| json!([{"log_field": "body", "equals": text}]);
    server.serve(json!({"hash": "1", "policies": [
        {"id": "drop", "name": "drop", "log": {"match": body("noise"), "keep": "none"}},
        {"id": "redact", "name": "redact", "log": {"match": body("x"), "transform": {
            "redact": [{"log_attribute": "card"}], "remove": [{"log_attribute": "none"}]}}},
        {"id": "wrong", "name": "wrong", "log": {"match": []}},
    ]}));
}

fn send(edge: &Running, times: usize) {
    for _ in 0..times {
        assert_eq!(edge.request("POST /v1/logs", JSON, LOGS).0, 200);
    }
}

#[test]
fn a_server_gives_policies_and_is_told_what_they_did_also_at_the_end() {
    each(|server, config, protocol| {
        serve(server);
        // So seldom that what is told is told at the end.
        let mut edge = Running::start(&config.replace("POLL", "1h"), &[]);
        wait("readiness", || edge.get("/_ready").0 == 200);
        send(&edge, 3);
        assert_eq!(server.totals().len(), 0);
        edge.signal("TERM");
        assert_eq!(edge.wait().code(), Some(0), "{}", edge.rest_of_stderr());
        let totals = server.totals();
        assert_eq!((totals["drop"].hits, totals["redact"].hits), (3, 3), "{protocol:?}");
        assert_eq!(totals["redact"].stages, [(0, 3), (3, 0), (0, 0), (0, 0)]);
        assert!(totals["wrong"].errors[0].starts_with("log: match"), "{totals:?}");
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        let first = &requests[0];
        assert_eq!((first.protocol, first.header("authorization")), (protocol, Some("Bearer t")));
        let metadata = &first.tree["client_metadata"];
        let has =
            |list: &str, key: &str| metadata[list].as_array().unwrap().iter().any(|it| it["key"] == key);
        assert!(has("labels", "workspace_id") && has("labels", "team"), "{metadata}");
        for key in ["service.instance.id", "service.name", "service.namespace", "service.version"] {
            assert!(has("resource_attributes", key), "{metadata}");
        }
    });
}

#[test]
fn what_a_failing_server_was_not_told_it_is_told_later() {
    each(|server, config, _| {
        serve(server);
        let mut edge = Running::start(&config.replace("POLL", "50ms"), &[]);
        wait("readiness", || edge.get("/_ready").0 == 200);
        send(&edge, 2);
        server.wait_for_totals("drop", |total| total.hits == 2);
        server.will(Reply::Status(503, None)).will(Reply::HangUp);
        send(&edge, 2);
        // The worker has a new snapshot from here on, and the counts of the old one are not lost with it.
        server.serve(json!({"hash": "2", "policies": []}));
        wait("the policies to go", || !edge.get("/_edge/policies?format=json").1.contains("\"drop\""));
        send(&edge, 1);
        edge.signal("TERM");
        assert_eq!(edge.wait().code(), Some(0));
        assert_eq!((server.totals()["drop"].hits, server.totals()["redact"].hits), (4, 4));
    });
}

#[test]
fn a_server_that_is_gone_does_not_hold_up_the_start_and_the_cache_serves() {
    let server = SyncServer::start();
    server.will(Reply::Status(500, None)).will(Reply::Status(500, None)).will(Reply::Status(500, None));
    let cache = json!({"policies": [
        {"id": "cached", "name": "c", "log": {"match": [{"log_field": "body", "exists": true}], "keep": "none"}}]});
    let config = format!(
        "policy_providers: [{{id: s, type: http, url: '{}', cache_path: FOLDER/cache.json}}]",
        server.sync_url()
    );
    let edge = Running::start(&config, &[("cache.json", &cache.to_string())]);
    wait("readiness", || edge.get("/_ready").0 == 200);
    assert!(edge.get("/_edge/policies?format=json").1.contains("\"cached\""));
}
