use std::task::{Context, Poll, Waker};

use edge_policy::Rejected;
use http::{HeaderMap, Uri};

use super::*;
use crate::plan::{Feed, Whole};

struct Fixed;

impl AdminSource for Fixed {
    fn metrics(&self, format: MetricsFormat) -> Option<String> {
        Some(format!("{format:?}"))
    }

    fn policies(&self) -> PolicyReport {
        PolicyReport {
            policies: vec![
                PolicyRow {
                    id: "drop-debug".into(),
                    hits: 3,
                    misses: 1,
                    bytes_kept: 90,
                    bytes_saved: 700,
                    ..Default::default()
                },
                PolicyRow {
                    id: "flawed".into(),
                    errors: vec!["extensions[0]: no".into()],
                    ..Default::default()
                },
            ],
            rejected: vec![Rejected { id: "bad".into(), errors: vec!["log: match: is empty".into()] }],
        }
    }

    fn schema(&self, format: SchemaFormat) -> String {
        format!("{format:?}")
    }
}

impl LiveSource for Fixed {
    fn tail(&self, wanted: Tail) -> Result<Box<dyn Feed>, Refusal> {
        Ok(Box::new(Whole::new(format!("{wanted:?}").into())))
    }

    fn simulate(&self, policies: &[u8], seconds: u64) -> Result<Box<dyn Feed>, Refusal> {
        match policies {
            b"busy" => Err(Refusal::Busy),
            b"closed" => Err(Refusal::Forbidden("not here")),
            policies => Ok(Box::new(Whole::new(format!("{} {seconds}", policies.len()).into()))),
        }
    }
}

/// Status, content type and body of the answer to a request about traffic.
fn fed(method: &Method, path: &str, body: &str) -> (u16, String, String) {
    let (uri, headers): (Uri, _) = (path.parse().unwrap(), HeaderMap::new());
    let plan =
        Admin::new(Arc::new(Fixed), Arc::new(Fixed)).plan(&Head { method, uri: &uri, headers: &headers });
    let Some(Plan::Feed { feeder, .. }) = plan else { panic!("{plan:?}") };
    let (head, mut feed) = feeder.feed(&headers, body.as_bytes()).into_parts();
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Some(piece)) = feed.poll_piece(&mut context) else { panic!("no piece") };
    assert_eq!(feed.poll_piece(&mut context), Poll::Ready(None));
    let content_type = head.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    (head.status.as_u16(), content_type, String::from_utf8(piece.to_vec()).unwrap())
}

#[test]
fn traffic_is_looked_at_as_the_query_says() {
    let (status, content_type, body) = fed(&Method::GET, "/_edge/tail?decision=dropped&policy=a%20b", "");
    assert_eq!((status, &*content_type), (200, "application/x-ndjson"));
    assert_eq!(body, "Tail { decision: Some(Dropped), policy: Some(\"a b\") }");
    assert_eq!(fed(&Method::GET, "/_edge/tail?decision=lost", "").0, 400);
    let (status, content_type, body) = fed(&Method::POST, "/_edge/simulate?seconds=3", "[]");
    assert_eq!((status, &*content_type, &*body), (200, "application/json", "2 3"));
    assert_eq!(fed(&Method::POST, "/_edge/simulate?seconds=0", "[]").0, 400);
    assert_eq!(fed(&Method::POST, "/_edge/simulate", "busy").0, 503);
    assert_eq!(fed(&Method::POST, "/_edge/simulate", "closed").0, 403);
}

#[test]
fn traffic_is_looked_at_by_one_method_each() {
    for (method, path, allowed) in
        [(Method::POST, "/_edge/tail", "GET"), (Method::GET, "/_edge/simulate", "POST")]
    {
        let response = answer_to(&method, path, None).unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()[header::ALLOW]),
            (405, &HeaderValue::from_static(allowed))
        );
    }
}

/// The answer to `method path` with this Accept header.
fn answer_to(method: &Method, path: &str, accept: Option<&str>) -> Option<Response<Bytes>> {
    let uri: Uri = path.parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.extend(accept.map(|accept| (header::ACCEPT, accept.parse().unwrap())));
    match Admin::new(Arc::new(Fixed), Arc::new(Fixed)).plan(&Head { method, uri: &uri, headers: &headers })? {
        Plan::Respond { response, .. } => Some(response),
        other => panic!("{other:?}"),
    }
}

fn body(path: &str, accept: Option<&str>) -> String {
    let response = answer_to(&Method::GET, path, accept).unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    String::from_utf8(response.body().to_vec()).unwrap()
}

#[test]
fn metrics_are_openmetrics_for_those_who_ask_for_it() {
    let check = |accept, expected| assert_eq!(body("/_edge/metrics", accept), expected, "{accept:?}");
    check(None, "Prometheus");
    check(Some("*/*"), "Prometheus");
    check(Some("application/openmetrics-text; version=1.0.0"), "OpenMetrics");
    check(Some("application/openmetrics-text;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"), "OpenMetrics");
    check(Some("application/openmetrics-text;q=0.1, text/plain"), "Prometheus");
    check(Some("application/openmetrics-text;q=0"), "Prometheus");
}

#[test]
fn content_types_name_the_format_and_its_version() {
    let content_type = |path, accept| {
        let response = answer_to(&Method::GET, path, accept).unwrap();
        response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned()
    };
    assert_eq!(content_type("/_edge/metrics", None), "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(
        content_type("/_edge/metrics", Some("application/openmetrics-text")),
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    assert_eq!(content_type("/_edge/policies", Some("application/json")), "application/json");
    assert_eq!(content_type("/_edge/schema", None), "application/yaml");
    assert_eq!(content_type("/_edge/schema", Some("application/json")), "application/json");
}

#[test]
fn policies_are_json_by_accept_or_by_query() {
    let json = r#"{"policies":[{"id":"drop-debug","hits":3,"misses":1,"bytes_saved":700,"bytes_kept":90},{"id":"flawed","hits":0,"misses":0,"bytes_saved":0,"bytes_kept":0,"errors":["extensions[0]: no"]}],"rejected":[{"id":"bad","errors":["log: match: is empty"]}]}"#;
    assert_eq!(body("/_edge/policies", Some("application/json")), json);
    assert_eq!(body("/_edge/policies?format=json", None), json);
    assert_eq!(body("/_edge/policies?a=b&format=json", Some("text/plain")), json);
}

#[test]
fn policies_are_a_table_for_people() {
    let text = "\
policy             hits       misses    bytes saved     bytes kept
drop-debug            3            1            700             90
flawed                0            0              0              0
  extensions[0]: no

rejected bad
  log: match: is empty
";
    assert_eq!(body("/_edge/policies", Some("*/*")), text);
    assert_eq!(body("/_edge/policies?format=text", Some("application/json")), text);
}

#[test]
fn the_schema_is_yaml_unless_json_is_asked_for() {
    assert_eq!(body("/_edge/schema", None), "Yaml");
    assert_eq!(body("/_edge/schema", Some("*/*")), "Yaml");
    assert_eq!(body("/_edge/schema", Some("application/json")), "Json");
    assert_eq!(body("/_edge/schema?format=json", None), "Json");
}

#[test]
fn only_reading_is_allowed() {
    for (method, path) in [(Method::POST, "/_edge/metrics"), (Method::PUT, "/_edge/none")] {
        let response = answer_to(&method, path, None).unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()[header::ALLOW], "GET, HEAD");
    }
    let response = answer_to(&Method::HEAD, "/_edge/policies", Some("application/json")).unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], JSON);
}

#[test]
fn what_is_not_there_is_not_asked_of_an_intake_either() {
    let check = |path, expected: &str| {
        let response = answer_to(&Method::GET, path, None).unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.body(), expected, "{path}");
    };
    for path in ["/_edge", "/_edge/", "/_edge/metric", "/_edge/metrics/", "/_edge//policies?format=json"] {
        check(
            path,
            "there is nothing here; /_edge/metrics, /_edge/policies, /_edge/schema, /_edge/tail and /_edge/simulate answer\n",
        );
    }
    for path in ["/", "/_edges", "/x/_edge/metrics", "/_edgemetrics"] {
        assert!(answer_to(&Method::GET, path, None).is_none(), "{path}");
    }
}
