//! Section 2 of the contract: what becomes of bodies.

use edge_stream::encoding::{Codec, Codings};
use edge_testing::{Answer, in_two};

use crate::setup::{Edge, post, post_chunked};

const KEPT: &str = "one\ntwo\n";
const MIXED: &str = "one\ndrop this\nrewrite that\ntwo\n";
const LEFT: &str = "one\nREWRITTEN\ntwo\n";
const DROPPED: &str = "drop this\ndrop that\n";

fn codings(list: &str) -> Codings {
    Codings::parse([list.as_bytes()]).unwrap()
}

fn encode(list: &str, body: impl Into<Vec<u8>>) -> Vec<u8> {
    Codec::new().encode(&codings(list), body.into()).unwrap()
}

fn decode(list: &str, body: &[u8]) -> String {
    let decoded = Codec::new().decode(&codings(list), body, 1 << 20).unwrap().into_owned();
    String::from_utf8(decoded).unwrap()
}

#[test]
fn an_unchanged_body_goes_on_byte_for_byte() {
    let edge = Edge::start();
    for list in ["identity", "gzip", "x-gzip", "deflate", "zstd", "gzip, zstd", " GZIP "] {
        // Two members or frames, which no encoder would write again.
        let body = match list {
            "gzip" | "zstd" => [encode(list, "one\n"), encode(list, "two\n")].concat(),
            _ => encode(list, KEPT),
        };
        let response = edge.send(post("/v1/logs", &format!("Content-Encoding: {list}\r\n"), &body));
        assert_eq!((response.status, response.text().as_str()), (200, "ok"));
        let got = edge.intake.requests().pop().unwrap();
        assert_eq!(got.body, body, "{list}");
        assert_eq!(got.header("content-encoding"), Some(list.trim()));
        assert_eq!(got.header("content-length"), Some(body.len().to_string().as_str()));
    }
    let (_, telemetry) = edge.stop();
    assert_eq!(telemetry.collect().sum("edge.records.kept", &[("signal", "log")]), 14);
    assert_eq!(telemetry.collect().sum("edge.fail_open", &[]), 0);
}

#[test]
fn a_changed_body_goes_on_in_the_senders_own_encoding() {
    let edge = Edge::start();
    for list in ["identity", "gzip", "deflate", "zstd", "gzip, zstd"] {
        let body = encode(list, MIXED);
        edge.send(post("/v1/logs", &format!("Content-Encoding: {list}\r\nX-Other: kept\r\n"), &body));
        let got = edge.intake.requests().pop().unwrap();
        assert_eq!(decode(list, &got.body), LEFT, "{list}");
        assert_eq!(got.headers("content-encoding"), [list]);
        assert_eq!(got.headers("content-length"), [got.body.len().to_string()]);
        assert_eq!(got.header("x-other"), Some("kept"));
    }
    let (_, telemetry) = edge.stop();
    let collected = telemetry.collect();
    assert_eq!(collected.sum("edge.records.kept", &[("signal", "log")]), 10);
    assert_eq!(collected.sum("edge.records.dropped", &[("signal", "log")]), 5);
    assert_eq!(collected.sum("edge.records.rewritten", &[("signal", "log")]), 5);
    assert_eq!(collected.sum("edge.policy.evaluation.changed", &[("signal", "log")]), 5);
    assert_eq!(collected.sum("edge.policy.evaluation.duration", &[("signal", "log")]), 5);
}

#[test]
fn a_body_dropped_whole_is_answered_without_the_intake() {
    let edge = Edge::start();
    let response = edge.send(post("/v1/logs", "", DROPPED));
    assert_eq!((response.status, response.text().as_str()), (200, "all dropped"));
    assert_eq!(edge.intake.connections(), 0);
    assert_eq!(edge.sum("edge.policy.evaluation.saved", &[("signal", "log")]), DROPPED.len() as u64);
}

#[test]
fn an_empty_body_is_forwarded_as_it_is() {
    let edge = Edge::start();
    assert_eq!(edge.send(post("/v1/logs", "", "")).status, 200);
    let got = edge.intake.requests().pop().unwrap();
    assert_eq!((got.header("content-length"), got.body.len()), (Some("0"), 0));
}

#[test]
fn what_cannot_be_read_goes_on_unchanged_and_is_counted() {
    let edge = Edge::with(|config| config.limits.decoded_bytes_max = 1000);
    let whole = encode("gzip", MIXED);
    let bomb = encode("gzip", "drop\n".repeat(1000));
    let cases: [(&str, &str, Vec<u8>, &str); 8] = [
        ("/v1/logs", "br", MIXED.into(), "content_encoding"),
        ("/v1/logs", "gzip", whole[..whole.len() - 1].into(), "corrupt_encoding"),
        ("/v1/logs", "gzip", MIXED.into(), "corrupt_encoding"),
        ("/v1/logs", "zstd", b"".to_vec(), "corrupt_encoding"),
        ("/v1/logs", "gzip", bomb, "decoded_size"),
        ("/v1/logs", "identity", "malformed\ndrop\n".into(), "malformed"),
        ("/v1/logs", "identity", "panic\ndrop\n".into(), "panic"),
        ("/v1/other", "identity", MIXED.into(), "content_type"),
    ];
    for (target, encoding, body, reason) in cases {
        let before = edge.fail_open(reason);
        let response = edge.send(post(target, &format!("Content-Encoding: {encoding}\r\n"), &body));
        assert_eq!(response.status, 200, "{reason}");
        let got = edge.intake.requests().pop().unwrap();
        assert_eq!((got.body, got.complete), (body, true), "{reason}");
        assert_eq!(edge.fail_open(reason), before + 1, "{reason}");
    }
    assert_eq!(edge.sum("edge.records.dropped", &[]), 0);
    assert_eq!(edge.sum("edge.policy.evaluation.unchanged", &[]), 0);
    assert!(edge.telemetry.prometheus_text().contains("edge_fail_open_total{"));
}

#[test]
fn without_a_policy_the_body_is_not_decoded_and_streams() {
    let edge = Edge::without_policies();
    edge.intake.will(Answer::ok().early());
    let mut client = edge.client();
    // The intake answers before the body is there: it is not being waited for.
    client
        .send("POST /v1/logs HTTP/1.1\r\nHost: edge\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n");
    assert_eq!(client.response().status, 200);
    client.send("drop");
    let got = edge.intake.wait_for(1).remove(0);
    assert_eq!((got.text().as_str(), got.complete), ("drop", true));
    edge.send(post("/v1/other", "", "drop"));
    assert_eq!(edge.sum("edge.fail_open", &[]), 0);
}

#[test]
fn chunked_bodies_are_filtered_and_relayed() {
    let edge = Edge::start();
    assert_eq!(edge.send(post_chunked("/v1/logs", "", &["one\ndr", "op\ntw", "o\n"])).status, 200);
    assert_eq!(edge.send(post_chunked("/else", "", &["a", "bc"])).status, 200);
    let got = edge.intake.requests();
    assert_eq!((got[0].text().as_str(), got[0].header("content-length")), ("one\ntwo\n", Some("8")));
    assert_eq!(got[0].header("transfer-encoding"), None);
    assert_eq!((got[1].text().as_str(), got[1].header("content-length")), ("abc", None));
    assert_eq!(got[1].headers("transfer-encoding"), ["chunked"]);
}

#[test]
fn a_body_over_the_limit_is_refused_and_nothing_is_forwarded() {
    let edge = Edge::with(|config| config.limits.body_bytes_max = 10);
    let chunks: Vec<&str> = vec!["kept\n"; 3];
    for target in ["/v1/logs", "/v1/other"] {
        for request in [post(target, "", "kept\n".repeat(3)), post_chunked(target, "", &chunks)] {
            let mut client = edge.client();
            let response = client.send(&request).response();
            assert_eq!((response.status, response.header("connection")), (413, Some("close")));
            assert!(client.is_closed());
        }
    }
    assert!(edge.intake.requests().iter().all(|request| !request.complete));
    // The limit itself passes, and the passthrough has none.
    assert_eq!(edge.send(post("/v1/logs", "", "kept\nkept\n")).status, 200);
    assert_eq!(edge.send(post("/else", "", "kept\n".repeat(3))).status, 200);
    assert_eq!(edge.sum("edge.limit.hits", &[("limit", "body_bytes")]), 4);
}

#[test]
fn a_sender_that_is_refused_in_the_middle_of_its_body_can_read_why() {
    let edge = Edge::with(|config| config.limits.body_bytes_max = 10);
    let mut client = edge.client();
    client.send(post("/v1/logs", "", vec![b'x'; 4 << 20]));
    assert_eq!(client.response().status, 413);
}

#[test]
fn a_sender_that_vanishes_leaves_nothing_that_looks_complete() {
    for edge in [Edge::start(), Edge::without_policies()] {
        for request in [post("/v1/logs", "", KEPT), post_chunked("/v1/logs", "", &["one\n", "two\n"])] {
            for [sent, _] in in_two(&request).skip(request.len() - 25).take(25) {
                let mut client = edge.client();
                client.send(sent).finish();
                assert!(client.try_response().is_none_or(|response| response.status == 400));
            }
        }
        let (intake, _) = edge.stop();
        intake.wait_for_ends(intake.connections());
        assert!(intake.requests().iter().all(|request| !request.complete));
    }
}

#[test]
fn large_bodies_pass_both_ways() {
    for edge in [Edge::start(), Edge::without_policies()] {
        let body = "a line that is kept\n".repeat(100_000);
        edge.intake.will(Answer::new(200, body.clone()));
        let response = edge.send(post("/v1/logs", "", &body));
        assert!(response.complete && response.body == body.as_bytes());
        assert!(edge.intake.requests()[0].body == body.as_bytes());
    }
}

#[test]
fn what_policies_did_is_counted_by_policy() {
    let edge = Edge::start();
    edge.send(post("/v1/logs", "", KEPT));
    assert!(edge.telemetry.prometheus_text().contains("policy_id=\"any\""));
}
