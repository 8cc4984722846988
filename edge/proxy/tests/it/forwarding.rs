//! Section 4 of the contract: what goes on, in both directions.

use edge_proxy::{UpstreamUrl, Upstreams};
use edge_testing::{Answer, Framing, Intake};

use crate::setup::{Edge, get, post, post_chunked};

#[test]
fn headers_go_on_but_those_of_the_connection() {
    let edge = Edge::start();
    let headers = "Connection: keep-alive, X-Private\r\nKeep-Alive: timeout=5\r\nX-Private: 1\r\nTE: trailers\r\n\
         Upgrade: h2c\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: secret\r\nTrailer: x\r\n\
         X-Multi: one\r\nDD-API-KEY: key\r\nAuthorization: Bearer t\r\nX-Multi: two\r\nX-Multi: one\r\n\
         User-Agent: test\r\nCookie: a=b\r\nX-Empty:\r\n";
    for target in ["/v1/logs", "/else"] {
        assert_eq!(edge.send(post(target, headers, "kept\n")).status, 200);
        let got = edge.intake.requests().pop().unwrap();
        let mut names: Vec<&str> = got.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let expected = [
            "authorization",
            "content-length",
            "cookie",
            "dd-api-key",
            "host",
            "user-agent",
            "x-empty",
            "x-multi",
        ];
        assert_eq!(names, expected);
        assert_eq!(got.headers("x-multi"), ["one", "two", "one"]);
        assert_eq!(got.headers("host"), [edge.intake.address().to_string()]);
    }
}

#[test]
fn targets_go_on_byte_for_byte_behind_the_base_path() {
    let edge = Edge::start();
    for target in ["/a//b/../c;d=e?f=%2f&g=+&&h", "/%7Euser?", "/*", "/a?b=http://c/d?e"] {
        edge.send(get(target));
        assert_eq!(edge.intake.requests().pop().unwrap().target, target);
    }
    let intake = Intake::start();
    let url = UpstreamUrl::parse(&format!("{}/base/", intake.url())).unwrap();
    let edge = Edge::with(|config| config.upstreams.logs = Some(url));
    edge.send(post("/v1/logs?a=b", "", "kept\n"));
    assert_eq!(intake.requests()[0].target, "/base/v1/logs?a=b");
    // Only the role that has a URL of its own goes there.
    edge.send(get("/else"));
    assert_eq!(edge.intake.requests()[0].target, "/else");
}

#[test]
fn a_response_comes_back_whole() {
    let edge = Edge::start();
    for framing in [Framing::Length, Framing::Chunked, Framing::Close] {
        let answer = Answer::new(429, "slow down")
            .framed(framing)
            .header("Retry-After", "7")
            .header("Set-Cookie", "a=1")
            .header("Set-Cookie", "b=2")
            .header("Connection", "X-Hop")
            .header("X-Hop", "1")
            .header("Keep-Alive", "timeout=1")
            .header("Server", "intake");
        edge.intake.will(answer);
        let response = edge.send(post("/v1/logs", "", "kept\n"));
        assert_eq!((response.status, response.text().as_str()), (429, "slow down"), "{framing:?}");
        assert!(response.complete);
        assert_eq!(response.header("retry-after"), Some("7"));
        assert_eq!(response.headers("set-cookie"), ["a=1", "b=2"]);
        assert_eq!(response.header("server"), Some("intake"));
        assert_eq!((response.header("x-hop"), response.header("keep-alive")), (None, None));
    }
}

#[test]
fn redirects_and_refusals_are_relayed_not_followed() {
    let edge = Edge::start();
    for status in [301, 307, 400, 401, 403, 404, 413, 500, 503] {
        edge.intake.will(Answer::new(status, "").header("Location", "http://elsewhere/"));
        let response = edge.send(post("/v1/logs", "", "kept\n"));
        assert_eq!((response.status, response.header("location")), (status, Some("http://elsewhere/")));
    }
    assert_eq!(edge.intake.requests().len(), 9);
}

#[test]
fn no_encoding_is_asked_for_that_the_sender_did_not_ask_for() {
    let edge = Edge::start();
    edge.send(get("/plain"));
    edge.send("GET /asked HTTP/1.1\r\nHost: a\r\nAccept-Encoding: zstd;q=0.5, br\r\n\r\n");
    let got = edge.intake.requests();
    assert_eq!(got[0].header("accept-encoding"), None);
    assert_eq!(got[1].header("accept-encoding"), Some("zstd;q=0.5, br"));
}

#[test]
fn any_method_is_relayed() {
    let edge = Edge::start();
    for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
        assert_eq!(edge.send(format!("{method} /any HTTP/1.1\r\nHost: a\r\n\r\n")).status, 200);
        assert_eq!(edge.intake.requests().pop().unwrap().method, method);
    }
    let body = "GET /with HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n";
    edge.send(body);
    assert_eq!(edge.intake.requests().pop().unwrap().text(), "body");
}

#[test]
fn an_empty_body_says_so() {
    let edge = Edge::start();
    for request in [post_chunked("/v1/logs", "", &[]), post("/v1/logs", "", ""), post("/else", "", "")] {
        assert_eq!(edge.send(request).status, 200);
        assert_eq!(edge.intake.requests().pop().unwrap().headers("content-length"), ["0"]);
    }
    edge.send(get("/else"));
    assert_eq!(edge.intake.requests().pop().unwrap().header("content-length"), None);
}

#[test]
fn checksums_go_on_only_with_the_body_they_are_of() {
    let edge = Edge::start();
    let names = ["content-md5", "digest", "content-digest", "repr-digest"];
    let headers: String = names.map(|name| format!("{name}: sum\r\n")).concat();
    for (body, sums) in [("kept\n", 4), ("one\ndrop\n", 0)] {
        edge.send(post("/v1/logs", &headers, body));
        let got = edge.intake.requests().pop().unwrap();
        assert_eq!(names.iter().filter(|name| got.header(name).is_some()).count(), sums, "{body}");
    }
}

#[test]
fn the_embedded_sink_takes_everything() {
    let edge = Edge::with(|config| config.upstreams = Upstreams::default());
    let json = edge.send(post("/v1/logs", "Content-Type: application/json; charset=utf-8\r\n", "kept\n"));
    assert_eq!((json.status, json.text().as_str()), (200, "{}"));
    assert_eq!(json.header("content-type"), Some("application/json; charset=utf-8"));
    let protobuf = edge.send(post("/else", "Content-Type: application/x-protobuf\r\n", "kept\n"));
    assert_eq!((protobuf.status, protobuf.text().as_str()), (200, ""));
    assert_eq!(protobuf.header("content-type"), Some("application/x-protobuf"));
    assert_eq!(edge.sum("edge.upstream.sunk", &[]), 2);
    assert_eq!(edge.intake.connections(), 0);
}
