use http::{HeaderMap, Uri};

use super::*;

struct Fixed(bool);

impl Ready for Fixed {
    fn is_ready(&self) -> bool {
        self.0
    }
}

/// Status, body and `Allow` of the answer to `method path`.
fn check(ready: bool, method: &Method, path: &'static str, expected: (u16, &str, Option<&str>)) {
    let health = Health::new(Arc::new(Fixed(ready)));
    let head = Head { method, uri: &Uri::from_static(path), headers: &HeaderMap::new() };
    let Some(Plan::Respond { response, .. }) = health.plan(&head) else { panic!("no answer to {path}") };
    let body = std::str::from_utf8(response.body()).unwrap();
    let allow = response.headers().get(header::ALLOW).map(|value| value.to_str().unwrap());
    assert_eq!((response.status().as_u16(), body, allow), expected, "{method} {path}");
}

#[test]
fn health_answers_whatever_else_is_going_on() {
    check(false, &Method::GET, "/_health", (200, r#"{"status":"ok"}"#, None));
    check(false, &Method::HEAD, "/_health?x=1", (200, r#"{"status":"ok"}"#, None));
    check(true, &Method::POST, "/_health", (405, r#"{"status":"method not allowed"}"#, Some("GET, HEAD")));
}

#[test]
fn ready_waits_for_the_policies() {
    check(false, &Method::GET, "/_ready", (503, r#"{"status":"waiting for policies"}"#, None));
    check(true, &Method::GET, "/_ready", (200, r#"{"status":"ready"}"#, None));
    check(true, &Method::DELETE, "/_ready", (405, r#"{"status":"method not allowed"}"#, Some("GET, HEAD")));
}

#[test]
fn what_is_below_a_probe_is_not_asked_of_an_intake() {
    for path in ["/_health/", "/_health/live", "/_ready/x?y"] {
        check(true, &Method::GET, path, (404, r#"{"status":"not found"}"#, None));
    }
}

#[test]
fn other_paths_are_somebody_elses() {
    let health = Health::new(Arc::new(Fixed(true)));
    for path in ["/", "/_healthy", "/_ready.html", "/x/_ready"] {
        let head = Head { method: &Method::GET, uri: &Uri::from_static(path), headers: &HeaderMap::new() };
        assert!(health.plan(&head).is_none(), "{path}");
    }
}
