//! Answers from here that come as they are made.

use crate::setup::{Edge, get, post};

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
fn a_feed_is_nothing_for_the_reserve() {
    let edge = Edge::with(|config| config.limits.connections_max = 0);
    assert_eq!(edge.send(get("/feed")).status, 503);
}
