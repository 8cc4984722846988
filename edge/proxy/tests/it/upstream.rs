//! Section 4 of the contract: intakes that fail.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use edge_proxy::{UpstreamUrl, Upstreams};
use edge_testing::{Answer, Framing, PATIENCE};
use telemetry::logs::{self, Capture, LogConfig, Provider};

use crate::setup::{Edge, SOON, get, post, post_chunked};

#[test]
fn connections_are_used_again() {
    let edge = Edge::start();
    let mut client = edge.client();
    for _ in 0..5 {
        assert_eq!(client.send(post("/v1/logs", "", "kept\n")).response().status, 200);
        assert_eq!(client.send(get("/else")).response().status, 200);
        edge.intake.will(Answer::ok().framed(Framing::Chunked));
        assert_eq!(client.send(get("/chunked")).response().status, 200);
    }
    assert_eq!(edge.intake.connections(), 1);
}

#[test]
fn a_stale_connection_costs_one_retry_and_no_request() {
    let edge = Edge::start();
    let requests = [
        get("/get"),
        post("/v1/logs", "", "kept\n"),
        post("/v1/logs", "", "one\ndrop\n"),
        post("/else", "", "streamed"),
        post_chunked("/else", "", &["in ", "chunks"]),
    ];
    for (index, request) in requests.iter().enumerate() {
        // The intake answers and closes without a word, or when the next request is there.
        edge.intake.will(Answer::ok()).will(Answer::hang_up());
        assert_eq!(edge.send(get("/warm")).status, 200);
        assert_eq!(edge.send(request).status, 200, "{}", request.escape_ascii());
        let got = edge.intake.requests();
        let [.., stale, fresh] = got.as_slice() else { panic!("{got:?}") };
        assert_eq!((&stale.target, &stale.body), (&fresh.target, &fresh.body));
        assert!(fresh.complete && stale.connection != fresh.connection);
        assert_eq!(edge.sum("edge.upstream.retries", &[]), index as u64 + 1);
        edge.intake.close_connections();
        edge.intake.wait_for_ends(edge.intake.connections());
    }
}

#[test]
fn connections_closed_while_idle_are_not_noticed_by_senders() {
    let edge = Edge::start();
    for round in 1..=5 {
        assert_eq!(edge.send(post("/v1/logs", "", "kept\n")).status, 200);
        edge.intake.close_connections();
        edge.intake.wait_for_ends(round);
    }
    assert_eq!(edge.intake.requests().len(), 5);
}

#[test]
fn a_fresh_connection_is_tried_once() {
    let edge = Edge::start();
    edge.intake.will(Answer::hang_up());
    assert_eq!(edge.send(post("/v1/logs", "", "kept\n")).status, 502);
    edge.intake.will(Answer::ok()).will(Answer::hang_up()).will(Answer::hang_up());
    assert_eq!(edge.send(get("/warm")).status, 200);
    assert_eq!(edge.send(post("/v1/logs", "", "kept\n")).status, 502);
    assert_eq!(edge.intake.requests().len(), 4);
    assert_eq!(edge.sum("edge.upstream.failures", &[("reason", "closed")]), 2);
}

#[test]
fn an_intake_that_may_have_acted_on_a_request_does_not_get_it_twice() {
    let edge = Edge::start();
    let unsure = [Answer::hang_up().after(SOON * 6), Answer::stammer()];
    for (round, answer) in unsure.into_iter().enumerate() {
        for (index, target) in ["/v1/logs", "/else"].into_iter().enumerate() {
            edge.intake.will(Answer::ok()).will(answer.clone());
            assert_eq!(edge.send(get("/warm")).status, 200);
            assert_eq!(edge.send(post(target, "", "kept\n")).status, 502, "{answer:?}");
            assert_eq!(edge.intake.requests().len(), 4 * round + 2 * (index + 1));
        }
    }
    assert_eq!(edge.sum("edge.upstream.retries", &[]), 0);
}

#[test]
fn nobody_there_is_a_bad_gateway() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for url in [format!("http://{gone}"), "http://no-such-host.invalid".to_owned()] {
        let url = UpstreamUrl::parse(&url).unwrap();
        let edge = Edge::with(|config| config.upstreams = Upstreams::all(url));
        let mut client = edge.client();
        for _ in 0..2 {
            assert_eq!(client.send(post("/v1/logs", "", "kept\n")).response().status, 502);
        }
        assert_eq!(edge.sum("edge.upstream.failures", &[("reason", "dial")]), 2);
    }
}

#[test]
fn an_intake_that_does_not_answer_is_a_timeout() {
    let edge = Edge::with(|config| config.deadlines.answer = SOON);
    for target in ["/v1/logs", "/else"] {
        edge.intake.will(Answer::ok().after(SOON * 4));
        assert_eq!(edge.send(post(target, "", "kept\n")).status, 504);
    }
    assert_eq!(edge.sum("edge.upstream.failures", &[("reason", "answer_deadline")]), 2);
}

#[test]
fn a_dead_intake_is_told_of_once() {
    let capture = Capture::default();
    logs::init(LogConfig { provider: Provider::Capture(capture.clone()), ..LogConfig::default() });
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = UpstreamUrl::parse(&format!("http://{gone}")).unwrap();
    let edge = Edge::with(|config| config.upstreams = Upstreams::all(url));
    for _ in 0..5 {
        assert_eq!(edge.send(get("/else")).status, 502);
    }
    let told: Vec<_> = capture
        .named("edge.upstream.failing")
        .into_iter()
        .filter(|event| event.field("server.address") == Some(&gone.to_string()))
        .collect();
    let [event] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(event.field("failure.count"), Some("1"));
    assert!(event.field("error.message").unwrap().starts_with("cannot connect"));
}

/// More than the system buffers on the way.
const LARGE: usize = 15 << 20;

#[test]
fn a_slow_link_is_not_a_slow_answer() {
    let second = Duration::from_secs(1);
    let edge = Edge::with(|config| config.deadlines.answer = second);
    for target in ["/v1/logs", "/else"] {
        edge.intake.will(Answer::ok().sipping(second / 100));
        let began = Instant::now();
        assert_eq!(edge.send(post(target, "", vec![b'x'; LARGE])).status, 200);
        assert!(began.elapsed() > second, "no test of anything");
    }
}

#[test]
fn an_intake_that_does_not_take_a_request_is_a_timeout() {
    let edge = Edge::with(|config| config.deadlines.body = SOON);
    for target in ["/v1/logs", "/else"] {
        edge.intake.will(Answer::ok().sipping(PATIENCE));
        let began = Instant::now();
        assert_eq!(edge.send(post(target, "", vec![b'x'; LARGE])).status, 504);
        assert!(began.elapsed() < PATIENCE / 2, "its connection goes, and with it what it held");
    }
    assert_eq!(edge.sum("edge.upstream.failures", &[("reason", "write_deadline")]), 2);
}

#[test]
fn an_intake_that_is_not_reached_in_time_is_a_timeout() {
    let edge = Edge::with(|config| {
        // An address for documentation (RFC 5737), which no route leads to.
        config.upstreams = Upstreams::all(UpstreamUrl::parse("http://192.0.2.1:81").unwrap());
        config.deadlines.dial = SOON;
    });
    // Where the network says at once that there is no way, that is what the sender hears.
    assert!(matches!(edge.send(get("/far")).status, 502 | 504));
}

#[test]
fn a_slow_sender_is_not_the_intakes_fault() {
    let edge = Edge::with(|config| config.deadlines.answer = SOON);
    let mut client = edge.client();
    client.send("POST /else HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n");
    for piece in ["on", "e ", "by", "ne"] {
        std::thread::sleep(SOON / 2);
        client.send(piece);
    }
    assert_eq!(client.response().status, 200);
}

#[test]
fn a_response_that_breaks_off_never_looks_complete() {
    let edge = Edge::start();
    let body = "x".repeat(5000);
    for framing in [Framing::Length, Framing::Chunked] {
        for version in ["1.1", "1.0"] {
            edge.intake.will(Answer::new(200, body.clone()).framed(framing).cut_at(3000));
            let mut client = edge.client();
            client.send(format!("GET /broken HTTP/{version}\r\nHost: a\r\n\r\n"));
            // A reset may overtake the head, which cannot look complete either.
            let response = client.try_response();
            assert!(response.is_none_or(|response| !response.complete), "{framing:?} {version}");
        }
    }
    let (_, telemetry) = edge.stop();
    assert_eq!(telemetry.collect().sum("edge.upstream.broken_responses", &[]), 4);
}

#[test]
fn an_intake_that_falls_silent_in_its_response_is_given_up() {
    let edge = Edge::with(|config| config.deadlines.idle = SOON);
    // It says that there is more, and keeps the connection.
    edge.intake.will(Answer::new(200, "half").header("Content-Length", "100").framed(Framing::Open));
    let response = edge.send(post("/v1/logs", "", "kept\n"));
    assert_eq!((response.text().as_str(), response.complete), ("half", false));
}

#[test]
fn a_stream_of_events_may_be_silent() {
    let edge = Edge::with(|config| config.deadlines.idle = SOON);
    edge.intake.will(Answer::new(200, "an event").framed(Framing::Chunked).pausing(SOON * 4));
    let response = edge.send(get("/events"));
    assert_eq!((response.text().as_str(), response.complete), ("an event", true));
}

#[test]
fn a_response_streams_while_the_request_does() {
    let edge = Edge::start();
    edge.intake.will(Answer::new(200, "early").early());
    let mut client = edge.client();
    client.send("POST /else HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
    assert_eq!(client.response().text(), "early");
    client.send("2\r\ncd\r\n0\r\n\r\n");
    assert_eq!(edge.intake.wait_for(1)[0].text(), "abcd");
}

#[test]
fn what_is_not_http_is_a_bad_gateway() {
    let edge = Edge::start();
    edge.intake.will(Answer::new(101, ""));
    assert_eq!(edge.send(get("/switch")).status, 502);
    edge.intake.will(Answer::new(99, ""));
    assert_eq!(edge.send(get("/status")).status, 502);
}
