//! Section 10 of the contract: start, shutdown, and what is counted between them.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use edge_policy::{PolicySet, Snapshot};
use edge_proxy::{Config, Deadlines, Server, StartError};
use edge_testing::{Answer, PATIENCE};
use telemetry::Telemetry;

use crate::setup::{Edge, LOG_POLICY, SOON, get, post, registry, table};

#[test]
fn every_worker_listens_on_one_port() {
    let edge = Edge::with(|config| config.workers = NonZeroUsize::new(3).unwrap());
    for _ in 0..20 {
        assert_eq!(edge.send(get("/else")).status, 200);
    }
    let (intake, telemetry) = edge.stop();
    assert_eq!(intake.requests().len(), 20);
    assert_eq!(telemetry.collect().sum("edge.http.server.requests", &[("http.route", "*")]), 20);
}

#[test]
fn a_taken_address_is_a_start_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let config = Config { listen: listener.local_addr().unwrap(), ..Config::default() };
    let start = Server::start(config, table(), Arc::default(), &Telemetry::default());
    assert!(matches!(start, Err(StartError::Bind { .. })));
}

#[test]
fn shutdown_finishes_what_is_in_flight_and_closes_what_is_idle() {
    let edge = Edge::start();
    let mut idle = edge.client();
    assert_eq!(idle.send(get("/else")).response().status, 200);
    edge.intake.will(Answer::new(200, "late").after(SOON));
    let mut busy = edge.client();
    busy.send(post("/v1/logs", "", "kept\n"));
    edge.intake.wait_for(2);
    edge.server.shutdown();
    assert!(idle.is_closed());
    let response = busy.response();
    assert_eq!((response.text().as_str(), response.complete), ("late", true));
    assert!(busy.is_closed());
    let address = edge.server.local_addr();
    edge.stop();
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn a_request_that_came_before_the_shutdown_is_answered() {
    for _ in 0..20 {
        let edge = Edge::start();
        let mut client = edge.client();
        client.send(get("/_health"));
        edge.server.shutdown();
        assert_eq!(client.response().text(), "healthy");
        edge.stop();
    }
}

#[test]
fn shutdown_ends_at_its_deadline() {
    let edge = Edge::with(|config| config.deadlines.drain = SOON);
    let mut stuck = edge.client();
    stuck.send("POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhalf");
    // Its slot is known to be taken once a later request has been answered.
    edge.send(get("/else"));
    let (_, telemetry) = edge.stop();
    assert!(stuck.try_response().is_none());
    assert_eq!(telemetry.collect().sum("edge.limit.hits", &[("limit", "drain_deadline")]), 1);
}

#[test]
fn a_worker_that_computes_without_end_is_left_behind() {
    let edge = Edge::with(|config| config.deadlines.drain = SOON);
    let mut client = edge.client();
    client.send(post("/v1/logs", "", "endless\n"));
    // Nothing tells that the evaluation has begun.
    std::thread::sleep(SOON);
    let began = Instant::now();
    edge.server.shutdown();
    assert!(!edge.server.join());
    assert!(began.elapsed() < PATIENCE / 2);
}

#[test]
fn deadlines_may_lie_beyond_the_clock() {
    let never = Duration::MAX;
    let edge = Edge::with(|config| {
        config.deadlines =
            Deadlines { head: never, body: never, answer: never, drain: never, dial: never, idle: never };
    });
    let mut client = edge.client();
    for target in ["/v1/logs", "/else"] {
        client.send(format!("POST {target} HTTP/1.1\r\nHost: a\r\nContent-Le"));
        std::thread::sleep(SOON / 4);
        client.send("ngth: 9\r\n\r\none\n");
        std::thread::sleep(SOON / 4);
        assert_eq!(client.send("drop\n").response().status, 200);
    }
    drop(client);
    edge.stop();
}

#[test]
fn a_dropped_server_stops() {
    let edge = Edge::start();
    let address = edge.server.local_addr();
    let mut client = edge.client();
    assert_eq!(client.send(get("/else")).response().status, 200);
    drop(edge);
    assert!(client.is_closed());
    while std::net::TcpStream::connect(address).is_ok() {
        std::thread::yield_now();
    }
}

#[test]
fn new_policies_are_in_force_with_the_next_request() {
    let registry = registry(r#"{"policies": []}"#);
    let edge = Edge::launch(&registry, |_| {});
    let mut client = edge.client();
    client.send(post("/v1/logs", "", "drop\n"));
    assert_eq!(client.response().text(), "ok");
    let set = PolicySet::parse(LOG_POLICY.as_bytes()).unwrap();
    registry.publish(Snapshot::compile(&set, Some(&registry.load())));
    client.send(post("/v1/logs", "", "drop\n"));
    assert_eq!(client.response().text(), "all dropped");
}

#[test]
fn requests_are_counted_by_route_and_outcome() {
    let edge = Edge::start();
    let mut client = edge.client();
    client.send(post("/v1/logs", "", "kept\n")).response();
    edge.intake.will(Answer::new(500, "no"));
    client.send(post("/v1/logs", "", "kept\n")).response();
    client.send(get("/_health")).response();
    drop(client);
    let (_, telemetry) = edge.stop();
    let collected = telemetry.collect();
    let requests = |route, class| {
        let attributes = [("http.route", route), ("http.response.status_class", class)];
        collected.sum("edge.http.server.requests", &attributes)
    };
    assert_eq!(
        [requests("/v1/logs", "2xx"), requests("/v1/logs", "5xx"), requests("/_health", "2xx")],
        [1, 1, 1]
    );
    assert_eq!(collected.sum("edge.http.server.request_body", &[]), 10);
    assert_eq!(collected.sum("edge.http.server.response_body", &[]), 2 + 2 + 7);
    assert_eq!(collected.sum("edge.http.server.request_duration", &[]), 3);
    assert_eq!(collected.sum("edge.upstream.attempts", &[]), 2);
    assert_eq!(collected.sum("edge.connections.accepted", &[]), 1);
    assert_eq!(collected.sum("edge.connections.open", &[]), 0);
}
