//! What the server says of itself: of its life, of connections, and of intakes.

use std::fmt::Display;

use telemetry::event;

/// Connections are accepted.
#[event(name = "edge.server.listening", severity = "info")]
pub(crate) struct ServerListening<'a> {
    /// Address of the listener.
    #[attribute(key = "server.address")]
    pub(crate) address: &'a dyn Display,
    /// Port of the listener.
    #[attribute(key = "server.port")]
    pub(crate) port: u16,
}

/// No more connections are accepted, and those that are idle are closed.
#[event(name = "edge.server.drain.begun", severity = "info")]
pub(crate) struct DrainBegun;

/// Workers were left behind, with what they were still serving.
#[event(name = "edge.server.drain.gave_up", severity = "error")]
pub(crate) struct DrainGaveUp {
    /// How many.
    #[attribute(key = "worker.count")]
    pub(crate) workers: u64,
}

/// Nothing is in flight any more, or nobody waits for it.
#[event(name = "edge.server.drain.ended", severity = "info")]
pub(crate) struct DrainEnded;

/// A worker could not start to serve.
#[event(name = "edge.worker.failed", severity = "error")]
pub(crate) struct WorkerFailed<'a> {
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a dyn Display,
}

/// A connection could not be accepted; the next attempt is made a little later.
#[event(name = "edge.connection.accept.failed", severity = "debug")]
pub(crate) struct AcceptFailed<'a> {
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a dyn Display,
}

/// A connection ended with an error.
#[event(name = "edge.connection.failed", severity = "debug")]
pub(crate) struct ConnectionFailed<'a> {
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a dyn Display,
}

/// A request got no response of its intake.
#[event(name = "edge.upstream.failed", severity = "debug")]
pub(crate) struct UpstreamFailed<'a> {
    /// Why.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a dyn Display,
}

/// An intake fails; told once in a while, however many requests it fails.
#[event(name = "edge.upstream.failing", severity = "warn")]
pub(crate) struct UpstreamFailing<'a> {
    /// Address of the intake.
    #[attribute(key = "server.address")]
    pub(crate) address: &'a str,
    /// Why the last of the requests failed.
    #[attribute(key = "error.message")]
    pub(crate) error: &'a dyn Display,
    /// How many requests failed since it was told last.
    #[attribute(key = "failure.count")]
    pub(crate) failures: u64,
}
