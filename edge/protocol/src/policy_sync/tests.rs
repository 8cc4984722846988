use std::sync::Mutex;

use edge_policy::{StageTally, Tally};
use http::Uri;
use proto::Message;
use serde_json::json;

use super::*;

#[derive(Debug, Default)]
struct Source {
    has_policies: bool,
    told: Mutex<Vec<PolicyStatus>>,
}

impl PolicySource for Source {
    fn response(&self, encoding: SyncEncoding) -> Option<Bytes> {
        self.has_policies.then(|| encoding.content_type().into())
    }

    fn told(&self, statuses: &[PolicyStatus]) {
        self.told.lock().unwrap().extend_from_slice(statuses);
    }
}

fn ask(source: &Arc<Source>, content_type: &'static str, body: &[u8]) -> Response<Bytes> {
    let sync = PolicySync::new(Some(Arc::clone(source) as _));
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
    let uri = Uri::from_static("/v1/policy/sync?x");
    match sync.plan(&Head { method: &Method::POST, uri: &uri, headers: &headers }) {
        Some(Plan::Answer { route: ROUTE, answerer }) => answerer.answer(&headers, body),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_client_gets_the_encoding_it_speaks_and_is_heard() {
    let request = json!({"clientMetadata": {}, "policyStatuses": [
        {"id": "a", "matchHits": "3", "matchMisses": 1, "redact": {"hits": "2"}}, {"id": "b", "errors": ["wrong"]}]});
    let protobuf = proto::encode(Message::SyncRequest, &request).unwrap();
    let json = request.to_string();
    for (content_type, body) in [
        ("application/json", json.as_bytes()),
        ("Application/JSON; charset=utf-8", json.as_bytes()),
        ("application/x-protobuf", &protobuf),
    ] {
        let source = Arc::new(Source { has_policies: true, ..Source::default() });
        let answer = ask(&source, content_type, body);
        assert_eq!(
            (answer.status(), answer.headers()[CONTENT_TYPE] == **answer.body()),
            (StatusCode::OK, true)
        );
        let mut tally = Tally { hits: 3, misses: 1, ..Tally::default() };
        tally.stages[1] = StageTally { hits: 2, misses: 0 };
        let a = PolicyStatus { id: "a".into(), tally, errors: Vec::new() };
        let b = PolicyStatus { id: "b".into(), errors: vec!["wrong".into()], ..PolicyStatus::default() };
        assert_eq!(*source.told.lock().unwrap(), [a, b]);
    }
}

#[test]
fn nobody_is_given_an_empty_set_before_policies_are_loaded() {
    let source = Arc::default();
    let answer = ask(&source, "application/json", br#"{"policy_statuses": [{"id": "a", "match_hits": 1}]}"#);
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()[RETRY_AFTER], "5");
    assert!(source.told.lock().unwrap().is_empty(), "the client will say it again");
}

#[test]
fn what_is_no_request_is_refused() {
    let source = Arc::new(Source { has_policies: true, ..Source::default() });
    let check = |content_type, body: &[u8], status: u16| {
        assert_eq!(ask(&source, content_type, body).status().as_u16(), status, "{content_type}");
    };
    check("text/plain", b"", 415);
    check("application/json", b"{", 400);
    check("application/json", b"[]", 400);
    check("application/x-protobuf", b"\xff", 400);
    check("application/x-protobuf", b"", 200);
}

#[test]
fn only_the_one_route_is_its_own() {
    let sync = PolicySync::new(Some(Arc::new(Source::default())));
    let headers = HeaderMap::new();
    let plan = |method: &Method, path: &'static str| {
        sync.plan(&Head { method, uri: &Uri::from_static(path), headers: &headers })
    };
    assert!(plan(&Method::POST, "/v1/policy/sync/x").is_none());
    assert!(plan(&Method::POST, "/v1/policy").is_none());
    let head = Head { method: &Method::POST, uri: &Uri::from_static(ROUTE), headers: &headers };
    assert!(PolicySync::new(None).plan(&head).is_none());
    match plan(&Method::GET, "/v1/policy/sync") {
        Some(Plan::Respond { response, .. }) => assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED),
        other => panic!("{other:?}"),
    }
}
