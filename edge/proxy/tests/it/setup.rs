//! A server under test and its intake.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use edge_policy::{PolicySet, Registry, Snapshot};
use edge_protocol::Protocol;
use edge_proxy::{Config, Server, UpstreamUrl, Upstreams};
use edge_testing::{Client, Intake, Response};
use telemetry::Telemetry;

use crate::lines::Lines;

/// What a deadline is set to when a test waits for it to pass.
pub(crate) const SOON: Duration = Duration::from_millis(80);

pub(crate) struct Edge {
    pub(crate) server: Server,
    pub(crate) intake: Intake,
    pub(crate) telemetry: Telemetry,
}

impl Edge {
    /// With a policy for logs, and an intake for everything.
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(adjust: impl FnOnce(&mut Config)) -> Self {
        Self::launch(&registry(LOG_POLICY), adjust)
    }

    /// Without any policy.
    pub(crate) fn without_policies() -> Self {
        Self::launch(&Arc::default(), |_| {})
    }

    pub(crate) fn launch(registry: &Arc<Registry>, adjust: impl FnOnce(&mut Config)) -> Self {
        let intake = Intake::start();
        let mut config = Config {
            workers: NonZeroUsize::MIN,
            upstreams: Upstreams::all(UpstreamUrl::parse(&intake.url()).unwrap()),
            ..Config::default()
        };
        adjust(&mut config);
        let telemetry = Telemetry::default();
        let server = Server::start(config, table(), Arc::clone(registry), &telemetry).unwrap();
        Self { server, intake, telemetry }
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.server.local_addr())
    }

    /// Sends one request on a connection of its own.
    pub(crate) fn send(&self, request: impl AsRef<[u8]>) -> Response {
        self.client().send(request).response()
    }

    pub(crate) fn sum(&self, metric: &str, attributes: &[(&str, &str)]) -> u64 {
        self.telemetry.collect().sum(metric, attributes)
    }

    pub(crate) fn fail_open(&self, reason: &str) -> u64 {
        self.sum("edge.fail_open", &[("signal", "log"), ("reason", reason)])
    }

    /// Shuts down and waits until every request has been counted.
    pub(crate) fn stop(self) -> (Intake, Telemetry) {
        self.server.shutdown();
        assert!(self.server.join(), "a worker panicked");
        (self.intake, self.telemetry)
    }
}

pub(crate) fn table() -> Vec<Box<dyn Protocol>> {
    vec![Box::new(Lines)]
}

/// Any policy for logs: the tests' protocol decides by itself, it only needs to be asked.
pub(crate) const LOG_POLICY: &str = r#"{"policies": [{"id": "any", "name": "any",
    "log": {"match": [{"log_field": "body", "regex": "drop"}], "keep": "none"}}]}"#;

pub(crate) fn registry(policies: &str) -> Arc<Registry> {
    let registry = Registry::default();
    let set = PolicySet::parse(policies.as_bytes()).unwrap();
    registry.publish(Snapshot::compile(&set, None));
    Arc::new(registry)
}

/// A POST with more headers, each ending in CRLF, and a body of a declared length.
pub(crate) fn post(target: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head = format!("POST {target} HTTP/1.1\r\nHost: edge\r\n{headers}Content-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// A POST in chunks of the given sizes.
pub(crate) fn post_chunked(target: &str, headers: &str, chunks: &[&str]) -> Vec<u8> {
    let head = format!("POST {target} HTTP/1.1\r\nHost: edge\r\n{headers}Transfer-Encoding: chunked\r\n\r\n");
    let chunks = chunks.iter().map(|chunk| format!("{:x}\r\n{chunk}\r\n", chunk.len()));
    std::iter::once(head).chain(chunks).chain(["0\r\n\r\n".to_owned()]).collect::<String>().into_bytes()
}

pub(crate) fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: edge\r\n\r\n").into_bytes()
}
