//! Answers from here that come as they are made.

use std::time::Instant;

use edge_testing::PATIENCE;

use crate::setup::{Edge, SOON, get, post};

#[test]
fn a_feed_comes_in_pieces_and_ends() {
    let edge = Edge::start();
    let mut client = edge.client();
    let response = client.send(get("/feed")).response();
    assert_eq!((response.status, response.text().as_str(), response.complete), (200, "got ", true));
    assert_eq!(response.header("transfer-encoding"), Some("chunked"));
    assert_eq!(client.send(get("/feed")).response().text(), "got ");
    assert_eq!(edge.intake.requests().len(), 0);
}

#[test]
fn before_http_1_1_a_feed_ends_with_its_connection() {
    let edge = Edge::start();
    let mut client = edge.client();
    let response =
        client.send("GET /feed HTTP/1.0\r\nHost: edge\r\nConnection: keep-alive\r\n\r\n").response();
    assert_eq!((response.text().as_str(), response.header("transfer-encoding")), ("got ", None));
    assert!(client.is_closed());
}

#[test]
fn a_feed_without_an_end_ends_when_edge_does() {
    let edge = Edge::start();
    let mut client = edge.client();
    client.send(post("/feed", "", "this"));
    // Answered on another connection of the one worker, and so after the feed has begun.
    assert_eq!(edge.send(get("/_health")).text(), "healthy");
    edge.server.shutdown();
    let response = client.response();
    assert_eq!((response.text().as_str(), response.complete), ("got this", true));
    edge.stop();
}

#[test]
fn a_feed_that_nobody_reads_does_not_hold_up_the_drain() {
    for version in ["1.0", "1.1"] {
        let edge = Edge::start();
        let mut client = edge.client();
        client.send(format!("GET /flood HTTP/{version}\r\nHost: edge\r\n\r\n"));
        assert_eq!(client.response_head().status, 200);
        // Nothing tells that the sockets' buffers are full.
        std::thread::sleep(SOON);
        let began = Instant::now();
        let (_, telemetry) = edge.stop();
        assert!(began.elapsed() < PATIENCE / 2, "{:?}", began.elapsed());
        assert_eq!(telemetry.collect().sum("edge.limit.hits", &[("limit", "drain_deadline")]), 0);
    }
}

#[test]
fn a_feed_is_nothing_for_the_reserve() {
    let edge = Edge::with(|config| config.limits.connections_max = 0);
    assert_eq!(edge.send(get("/feed")).status, 503);
}
