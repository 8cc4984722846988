//! Section 3 of the contract: more connections than there are slots.

use edge_testing::Client;

use crate::setup::{Edge, get, post};

#[test]
fn over_the_limit_only_what_is_answered_here_is_answered() {
    let edge = Edge::with(|config| config.limits.connections_max = 2);
    let mut taken: Vec<Client> = (0..2).map(|_| edge.client()).collect();
    for client in &mut taken {
        assert_eq!(client.send(get("/else")).response().status, 200);
    }
    for request in [get("/else"), post("/v1/logs", "", "kept\n")] {
        let mut client = edge.client();
        let response = client.send(request).response();
        assert_eq!((response.status, response.header("retry-after")), (503, Some("1")));
        assert_eq!(response.header("connection"), Some("close"));
        assert!(client.is_closed());
    }
    assert_eq!(edge.send(get("/_health")).text(), "healthy");
    assert_eq!(edge.intake.requests().len(), 2);
    assert_eq!(taken[0].send(get("/still")).response().status, 200);
    assert_eq!(edge.sum("edge.limit.hits", &[("limit", "connections")]), 3);
    drop(taken);
    // Slots come back, once the server has noticed.
    while edge.send(get("/again")).status != 200 {
        std::thread::yield_now();
    }
}

#[test]
fn beyond_the_reserve_there_is_no_slot_for_anything() {
    let edge = Edge::with(|config| config.limits.connections_max = 0);
    let mut reserved: Vec<Client> = (0..64).map(|_| edge.client()).collect();
    let mut client = edge.client();
    let response = client.send(get("/_health")).response();
    assert_eq!((response.status, response.header("retry-after")), (503, Some("1")));
    assert!(client.is_closed());
    assert_eq!(reserved[0].send(get("/_health")).response().status, 200);
    assert_eq!(edge.sum("edge.connections.refused", &[]), 1);
}

#[test]
fn bodies_that_find_no_room_are_turned_away_for_now() {
    let edge = Edge::with(|config| config.buffered_bytes_max = 10);
    let mut holder = edge.client();
    holder.send("POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\none\nt");
    let mut refused = edge.send(post("/v1/logs", "", "six66\n"));
    while refused.status == 200 {
        // The first body has not been seen yet.
        refused = edge.send(post("/v1/logs", "", "six66\n"));
    }
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    assert_eq!(edge.send(post("/else", "", "never held")).status, 200);
    assert_eq!(holder.send("wo\n").response().status, 200);
    assert_eq!(edge.send(post("/v1/logs", "", "six66\n")).status, 200);
    assert_eq!(edge.sum("edge.limit.hits", &[("limit", "buffered_bytes")]), 1);
}
