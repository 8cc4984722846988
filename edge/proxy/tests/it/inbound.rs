//! Section 3 of the contract: what senders may send.

use edge_testing::{Answer, Framing, in_two, one_by_one};

use crate::setup::{Edge, SOON, get, post, post_chunked};

fn refused(request: &[u8], status: u16) {
    let edge = Edge::start();
    let mut client = edge.client();
    let response = client.send(request).response();
    assert_eq!(response.status, status, "{}", request.escape_ascii());
    assert_eq!(response.header("connection"), Some("close"));
    assert!(client.is_closed());
    assert!(edge.intake.requests().iter().all(|request| !request.complete));
}

#[test]
fn an_old_sender_is_not_promised_a_connection_whose_end_ends_the_response() {
    let edge = Edge::start();
    for (framing, keeps) in [(Framing::Length, true), (Framing::Chunked, false), (Framing::Close, false)] {
        edge.intake.will(Answer::new(200, "body").framed(framing));
        let mut client = edge.client();
        client.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        let response = client.response();
        assert_eq!(response.text(), "body", "{framing:?}");
        assert_eq!(response.header("connection") == Some("keep-alive"), keeps, "{framing:?}");
    }
}

#[test]
fn malformed_heads_are_refused() {
    for request in [
        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Length: three\r\n\r\nabc",
        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc",
        "GET /v1/logs HTTP/1.1\r\nX: a\nHost: a\r\n\r\n",
        "GET /v1/logs HTTP/1.1\nHost: a\n\n",
        "GET /v1/logs HTTP/1.1\r\nX: a\rb\r\n\r\n",
        "GET /v1/logs HTTP/1.1\r\nX: a\r\n folded\r\n\r\n",
        "GET /v1/logs HTTP/1.1\r\nX : a\r\n\r\n",
        "GET /v1/logs HTTP/1.1\r\nno colon\r\n\r\n",
        "GET /v1/logs HTTP/1.1\r\nX: a\0b\r\n\r\n",
        "GET /v1 /logs HTTP/1.1\r\n\r\n",
        "GET /v1/logs#fragment HTTP/1.1\r\nHost: a\r\n\r\n",
        "no request at all\r\n\r\n",
        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST /v1/logs HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ] {
        refused(request.as_bytes(), 400);
    }
}

#[test]
fn lengths_beyond_counting_are_too_large() {
    for length in [u64::MAX.to_string(), format!("{}0", u64::MAX), (u64::MAX - 2).to_string()] {
        let head = format!("POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
        refused(head.as_bytes(), 413);
    }
}

#[test]
fn what_only_the_parser_refuses_is_counted_too() {
    let edge = Edge::start();
    assert_eq!(edge.send("GET / HTTP/1.1\r\nX : a\r\n\r\n").status, 400);
    let (_, telemetry) = edge.stop();
    assert_eq!(telemetry.collect().sum("edge.http.violation.refusals", &[("reason", "malformed")]), 1);
}

#[test]
fn bad_chunks_are_refused() {
    for chunk in ["x\r\n", "-1\r\n", "10000000000000000\r\nabc", "1\nx", "1\r\nxyz", "5\r\nabcde\n0\r\n\r\n"]
    {
        for target in ["/v1/logs", "/else"] {
            let head = format!("POST {target} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            refused(format!("{head}3\r\nabc\r\n{chunk}").as_bytes(), 400);
            refused(format!("{head}{chunk}").as_bytes(), 400);
        }
    }
}

#[test]
fn heads_over_the_limits_are_refused_with_their_own_status() {
    refused(format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(129)).as_bytes(), 431);
    refused(format!("GET / HTTP/1.1\r\na: {}\r\n\r\n", "b".repeat(64 << 10)).as_bytes(), 431);
    refused(format!("GET /{} HTTP/1.1\r\n\r\n", "b".repeat(64 << 10)).as_bytes(), 431);
    let edge = Edge::start();
    let most = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(128));
    assert_eq!(edge.send(most).status, 200);
    assert_eq!(edge.intake.requests()[0].headers("a").len(), 128);
    let longest = format!("GET / HTTP/1.1\r\na: {}\r\n\r\n", "b".repeat((64 << 10) - 23));
    assert_eq!(edge.send(longest).status, 200);
}

#[test]
fn what_stands_in_front_of_a_bad_request_is_answered_first() {
    let edge = Edge::start();
    let mut client = edge.client();
    client.send(
        [get("/first"), get("/second"), b"GET / HTTP/1.1\nX: y\r\n\r\n".to_vec(), get("/third")].concat(),
    );
    let statuses: Vec<u16> = (0..3).map(|_| client.response().status).collect();
    assert_eq!(statuses, [200, 200, 400]);
    assert!(client.is_closed());
    let targets: Vec<String> = edge.intake.requests().into_iter().map(|request| request.target).collect();
    assert_eq!(targets, ["/first", "/second"]);
    assert_eq!(edge.sum("edge.http.violation.refusals", &[("reason", "bare_lf")]), 1);
}

#[test]
fn requests_are_understood_however_they_are_cut() {
    let edge = Edge::start();
    let request =
        [post_chunked("/v1/logs", "", &["one\n", "drop\n"]), post("/v1/logs", "", "two\n")].concat();
    let mut sent = 0;
    let mut check = |pieces: &[&[u8]]| {
        let mut client = edge.client();
        client.send_pieces(pieces);
        assert_eq!([client.response().status, client.response().status], [200, 200]);
        let got = edge.intake.requests().split_off(sent);
        assert_eq!([got[0].text(), got[1].text()], ["one\n", "two\n"]);
        sent += 2;
    };
    check(&one_by_one(&request));
    for pieces in in_two(&request) {
        check(&pieces);
    }
}

#[test]
fn a_head_that_does_not_end_is_a_timeout_and_silence_is_not() {
    let edge = Edge::with(|config| {
        config.deadlines.head = SOON;
        config.deadlines.idle = SOON;
    });
    let mut client = edge.client();
    assert_eq!(client.send("POST /v1/logs HTTP/1.1\r\nHost: a\r\n").response().status, 408);
    assert!(client.is_closed());
    let mut dripping = edge.client();
    for byte in one_by_one(b"GET / HTTP/1.1\r\nX: ") {
        dripping.send(byte);
    }
    assert_eq!(dripping.response().status, 408);
    let mut silent = edge.client();
    assert!(silent.is_closed());
    let mut idle = edge.client();
    assert_eq!(idle.send(get("/once")).response().status, 200);
    assert!(idle.is_closed());
}

#[test]
fn a_body_that_does_not_end_is_a_timeout() {
    let edge = Edge::with(|config| config.deadlines.body = SOON);
    for target in ["/v1/logs", "/v1/other", "/else"] {
        let mut client = edge.client();
        let head = format!("POST {target} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
        let response = client.send(head).response();
        assert_eq!((response.status, response.header("connection")), (408, Some("close")), "{target}");
        assert!(client.is_closed());
    }
    let (intake, _) = edge.stop();
    intake.wait_for_ends(intake.connections());
    assert!(intake.requests().iter().all(|request| !request.complete));
}

#[test]
fn an_expectation_is_met_only_where_the_body_is_wanted() {
    let edge = Edge::with(|config| config.limits.body_bytes_max = 10);
    let head = |length: usize| {
        format!(
            "POST /v1/logs HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let mut client = edge.client();
    assert_eq!(client.send(head(5)).response_head().status, 100);
    assert_eq!(client.send("kept\n").response().status, 200);
    assert_eq!(edge.intake.requests()[0].text(), "kept\n");
    let mut client = edge.client();
    assert_eq!(client.send(head(11)).response().status, 413);
    assert!(client.is_closed());
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let edge = Edge::start();
    for body in ["first", "second", "third"] {
        edge.intake.will(Answer::new(200, body));
    }
    let mut client = edge.client();
    client.send([get("/1"), post("/v1/logs", "", "kept\n"), get("/3")].concat());
    let bodies: Vec<String> = (0..3).map(|_| client.response().text()).collect();
    assert_eq!(bodies, ["first", "second", "third"]);
}

#[test]
fn a_sender_may_close_its_side_behind_a_full_request() {
    let edge = Edge::start();
    for request in [get("/get"), post("/v1/logs", "", "kept\n"), post_chunked("/else", "", &["a"])] {
        let mut client = edge.client();
        assert_eq!(client.send(request).finish().response().text(), "ok");
        assert!(client.is_closed());
    }
}

#[test]
fn http_1_0_is_spoken() {
    let edge = Edge::start();
    let mut client = edge.client();
    let response = client.send("GET /old HTTP/1.0\r\n\r\n").response();
    assert_eq!((response.status, response.text().as_str(), response.complete), (200, "ok", true));
    assert!(client.is_closed());
    let mut client = edge.client();
    client.send("POST /v1/logs HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nkept\n");
    assert_eq!(client.response().status, 200);
    assert_eq!(client.send("GET /again HTTP/1.0\r\n\r\n").response().status, 200);
    let hosts: Vec<_> = edge.intake.requests().iter().map(|r| r.header("host").map(str::to_owned)).collect();
    assert_eq!(hosts, vec![Some(edge.intake.address().to_string()); 3]);
}

#[test]
fn absolute_targets_are_routed_by_their_path() {
    let edge = Edge::start();
    assert_eq!(edge.send("GET http://other:99/_health HTTP/1.1\r\nHost: other\r\n\r\n").text(), "healthy");
    edge.send("GET http://other:99/a%20b?c=d%2F HTTP/1.1\r\nHost: other\r\n\r\n");
    edge.send("GET http://other HTTP/1.1\r\nHost: other\r\n\r\n");
    let got = edge.intake.requests();
    assert_eq!([got[0].target.as_str(), got[1].target.as_str()], ["/a%20b?c=d%2F", "/"]);
    assert_eq!(got[0].headers("host"), [edge.intake.address().to_string()]);
}

#[test]
fn head_has_no_body_and_keeps_the_connection() {
    let edge = Edge::start();
    edge.intake.will(Answer::new(200, "a body that is not sent").header("x-from", "intake"));
    let mut client = edge.client();
    let response = client.send("HEAD /relayed HTTP/1.1\r\nHost: a\r\n\r\n").response_head();
    assert_eq!((response.status, response.header("content-length")), (200, Some("23")));
    assert_eq!(response.header("x-from"), Some("intake"));
    let response = client.send("HEAD /_health HTTP/1.1\r\nHost: a\r\n\r\n").response_head();
    assert_eq!((response.status, response.header("content-length")), (200, Some("7")));
    assert_eq!(client.send(get("/_health")).response().text(), "healthy");
}

#[test]
fn an_upgrade_that_is_not_granted_leaves_the_connection_as_it_was() {
    let edge = Edge::start();
    let mut client = edge.client();
    let upgrade = "Connection: upgrade, http2-settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
    for _ in 0..2 {
        assert_eq!(client.send(post("/v1/logs", upgrade, "kept\n")).response().text(), "ok");
    }
    assert!(edge.intake.requests().iter().all(|request| request.header("http2-settings").is_none()));
}

#[test]
fn a_sender_that_does_not_take_its_response_is_hung_up_on() {
    let edge = Edge::with(|config| config.deadlines.body = SOON);
    edge.intake.will(Answer::new(200, vec![b'x'; 64 << 20]));
    let mut client = edge.client();
    client.send(get("/large"));
    while edge.sum("edge.connections.ended", &[("edge.connections.end.reason", "write_deadline")]) == 0 {
        std::thread::yield_now();
    }
    assert!(client.try_response().is_none_or(|response| !response.complete));
}

#[test]
fn tunnels_are_refused_and_unclaimed_requests_are_not_found() {
    refused(b"CONNECT other:443 HTTP/1.1\r\nHost: other\r\n\r\n", 405);
    assert_eq!(Edge::start().send(get("/nowhere")).status, 404);
}
