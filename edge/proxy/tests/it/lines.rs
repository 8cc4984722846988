//! A protocol in two dozen lines: records are lines, and their first word says what becomes of them.

use std::task::{Context, Poll};

use bytes::Bytes;
use edge_policy::{Nanos, Signal, Worker};
use edge_protocol::{
    BodyFilter, FailOpen, Feed, Feeder, Filtered, Head, Outcome, Plan, Protocol, RecordCounts, Upstream,
};
use edge_testing::PATIENCE;
use http::{HeaderMap, Response};

/// `/_health` is answered, `/v1/logs` filtered, `/v1/other` relayed because it cannot be, everything else relayed.
pub(crate) struct Lines;

impl Protocol for Lines {
    fn name(&self) -> &'static str {
        "lines"
    }

    fn plan(&self, head: &Head<'_>) -> Option<Plan> {
        Some(match head.uri.path() {
            "/_health" => Plan::Respond { route: "/_health", response: Response::new("healthy".into()) },
            "/v1/logs" => Plan::Filter {
                route: "/v1/logs",
                upstream: Upstream::Logs,
                signal: Signal::Log,
                filter: &LineFilter,
                emptied: || Response::new(Bytes::from_static(b"all dropped")),
            },
            "/v1/other" => Plan::Relay {
                route: "/v1/other",
                upstream: Upstream::Logs,
                fail_open: Some((Signal::Log, FailOpen::ContentType)),
                limited: true,
            },
            "/flood" => Plan::Feed { route: "/flood", feeder: Box::new(Flood) },
            "/feed" => Plan::Feed { route: "/feed", feeder: Box::new(Echo) },
            "/nowhere" => return None,
            _ => Plan::Relay { route: "*", upstream: Upstream::Default, fail_open: None, limited: false },
        })
    }
}

/// Says what it got in two pieces, and then nothing more: it never ends by itself, unless it got nothing.
#[derive(Debug)]
struct Echo;

impl Feeder for Echo {
    fn feed(&self, _: &HeaderMap, body: &[u8]) -> Response<Box<dyn Feed>> {
        Response::new(Box::new(Pieces(vec![body.to_vec(), b"got ".to_vec()], body.is_empty())))
    }
}

struct Pieces(Vec<Vec<u8>>, bool);

impl Feed for Pieces {
    fn poll_piece(&mut self, _: &mut Context<'_>) -> Poll<Option<Bytes>> {
        match self.0.pop() {
            Some(piece) => Poll::Ready(Some(piece.into())),
            None if self.1 => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

/// Says more than anybody reads.
#[derive(Debug)]
struct Flood;

impl Feeder for Flood {
    fn feed(&self, _: &HeaderMap, _: &[u8]) -> Response<Box<dyn Feed>> {
        Response::new(Box::new(Self))
    }
}

impl Feed for Flood {
    fn poll_piece(&mut self, _: &mut Context<'_>) -> Poll<Option<Bytes>> {
        Poll::Ready(Some(Bytes::from_static(&[b'x'; 1 << 14])))
    }
}

#[derive(Debug)]
struct LineFilter;

impl BodyFilter for LineFilter {
    fn filter(&self, body: &[u8], _worker: &mut Worker, _now: Nanos) -> Filtered {
        if body.starts_with(b"malformed") {
            return Filtered { outcome: Outcome::FailOpen(FailOpen::Malformed), ..Filtered::default() };
        }
        assert!(!body.starts_with(b"panic"), "a defect");
        if body.starts_with(b"endless") {
            std::thread::sleep(PATIENCE);
        }
        let (mut records, mut left) = (RecordCounts::default(), Vec::new());
        for line in body.split_inclusive(|&byte| byte == b'\n') {
            if line.starts_with(b"drop") {
                records.dropped += 1;
                records.dropped_bytes += line.len() as u64;
            } else if line.starts_with(b"rewrite") {
                records.rewritten += 1;
                left.extend_from_slice(b"REWRITTEN\n");
            } else {
                records.kept += 1;
                left.extend_from_slice(line);
            }
        }
        let outcome = match (records.dropped + records.rewritten, left.is_empty()) {
            (0, _) => Outcome::Unchanged,
            (_, true) => Outcome::Emptied,
            (_, false) => Outcome::Replaced(left),
        };
        Filtered { outcome, records }
    }
}
