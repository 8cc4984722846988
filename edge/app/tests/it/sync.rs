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

#[test]
fn an_edge_gives_its_policies_to_others_and_their_counts_reach_the_server() {
    let server = SyncServer::start();
    serve(&server);
    let source =
        format!("policy_providers: [{{id: s, type: grpc, url: '{}', poll_interval: 1h}}]", server.url());
    let mut middle = Running::start(&format!("policy_server: {{enabled: true}}\n{source}"), &[]);
    wait("readiness", || middle.get("/_ready").0 == 200);
    let mut others: Vec<Running> = ["json", "protobuf"]
        .map(|encoding| {
            let url = format!("http://127.0.0.1:{}/v1/policy/sync", middle.port);
            let source =
                format!("{{id: m, type: http, encoding: {encoding}, url: '{url}', poll_interval: 1h}}");
            Running::start(&format!("policy_providers: [{source}]"), &[])
        })
        .into();
    for edge in &mut others {
        wait("readiness", || edge.get("/_ready").0 == 200);
        send(edge, 2);
        edge.signal("TERM");
        assert_eq!(edge.wait().code(), Some(0), "{}", edge.rest_of_stderr());
    }
    send(&middle, 1);
    let (_, metrics) = middle.get("/_edge/metrics");
    assert!(metrics.contains("edge_policy_downstream_hits_total{policy_id=\"drop\"} 4\n"), "{metrics}");
    assert!(metrics.contains("edge_policy_match_hits_total{policy_id=\"drop\"} 1\n"), "{metrics}");
    middle.signal("TERM");
    assert_eq!(middle.wait().code(), Some(0));
    let totals = server.totals();
    assert_eq!((totals["drop"].hits, totals["redact"].stages[1]), (5, (5, 0)));
}

#[test]
fn an_edge_that_is_not_to_give_its_policies_does_not() {
    let edge = Running::start("", &[]);
    let (status, body) = edge.request("POST /v1/policy/sync", JSON, b"{}");
    // As everything that nobody claims: it went to the sink.
    assert_eq!((status, body.contains("policies")), (200, false));
    let edge = Running::start("policy_server: {enabled: true}", &[]);
    assert_eq!(edge.request("POST /v1/policy/sync", JSON, b"{}").0, 503);
    assert_eq!(edge.get("/v1/policy/sync").0, 405);
}

#[test]
fn counts_of_others_that_nobody_can_have_are_left_out() {
    let server = SyncServer::start();
    serve(&server);
    let source =
        format!("policy_providers: [{{id: s, type: http, url: '{}', poll_interval: 1h}}]", server.sync_url());
    let mut middle = Running::start(&format!("policy_server: {{enabled: true}}\n{source}"), &[]);
    wait("readiness", || middle.get("/_ready").0 == 200);
    let most = i64::MAX.to_string();
    let told = json!({"policy_statuses": [{"id": "drop", "match_hits": most, "redact": {"hits": most}}]});
    for _ in 0..3 {
        assert_eq!(middle.request("POST /v1/policy/sync", JSON, told.to_string().as_bytes()).0, 200);
    }
    send(&middle, 1);
    let (_, metrics) = middle.get("/_edge/metrics");
    assert!(metrics.contains(&format!("edge_policy_downstream_hits_total{{policy_id=\"drop\"}} {most}\n")));
    middle.signal("TERM");
    assert_eq!(middle.wait().code(), Some(0));
    assert!(middle.rest_of_stderr().contains("edge.policy.downstream.overflowed"));
    assert_eq!(server.totals()["drop"].hits, i64::MAX);
}
