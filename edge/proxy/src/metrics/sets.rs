//! The declarations: every series of the proxy, with its unit and its meaning.

use telemetry::{AttributeValue, Counter, Histogram, UpDownCounter, attribute_set, metric_set};

/// Class of the response status: its first digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AttributeValue)]
#[attribute(key = "http.response.status_class")]
pub enum StatusClass {
    /// Success.
    #[attribute(value = "2xx")]
    Success,
    /// Redirection.
    #[attribute(value = "3xx")]
    Redirection,
    /// The sender's fault.
    #[attribute(value = "4xx")]
    ClientError,
    /// The server's fault.
    #[attribute(value = "5xx")]
    ServerError,
    /// The sender was gone before there was a response.
    #[attribute(value = "none")]
    Unanswered,
}

/// Which requests.
#[attribute_set(name = "edge.http.server")]
pub struct RequestAttributes {
    /// Route template.
    #[attribute(key = "http.route")]
    pub route: &'static str,
}

/// Requests of senders.
#[metric_set(name = "edge.http.server", attributes = RequestAttributes, varying = StatusClass)]
pub struct RequestMetrics {
    /// Requests whose response has ended.
    #[metric(unit = "{request}")]
    pub requests: Counter<u64>,
    /// From the end of a request's head to the end of its response.
    #[metric(unit = "s", range = "10us..60s")]
    pub request_duration: Histogram,
    /// Bytes of request bodies, as received.
    #[metric(unit = "By")]
    pub request_body: Counter<u64>,
    /// Bytes of response bodies, as sent.
    #[metric(unit = "By")]
    pub response_body: Counter<u64>,
}

/// Which violation of HTTP.
#[attribute_set(name = "edge.http.violation")]
pub struct ViolationAttributes {
    /// What was wrong.
    #[attribute(key = "reason")]
    pub reason: &'static str,
}

/// Requests that were refused before they were parsed.
#[metric_set(name = "edge.http.violation", attributes = ViolationAttributes)]
pub struct ViolationMetrics {
    /// Heads refused.
    #[metric(unit = "{request}")]
    pub refusals: Counter<u64>,
}

/// Which fail-open.
#[attribute_set(name = "edge")]
pub struct FailOpenAttributes {
    /// Kind of telemetry.
    #[attribute(key = "signal")]
    pub signal: &'static str,
    /// Why it went on unevaluated.
    #[attribute(key = "reason")]
    pub reason: &'static str,
}

/// Bodies that policy should have judged and could not.
#[metric_set(name = "edge", attributes = FailOpenAttributes)]
pub struct FailOpenMetrics {
    /// Bodies forwarded unchanged because they could not be evaluated.
    #[metric(unit = "{body}")]
    pub fail_open: Counter<u64>,
}

/// Which kind of telemetry.
#[attribute_set(name = "edge.signal")]
pub struct SignalAttributes {
    /// Kind of telemetry.
    #[attribute(key = "signal")]
    pub signal: &'static str,
}

/// Records by what was decided about them: log records, spans, data points of metrics.
#[metric_set(name = "edge.records", attributes = SignalAttributes)]
pub struct RecordMetrics {
    /// Records forwarded byte for byte.
    #[metric(unit = "{record}")]
    pub kept: Counter<u64>,
    /// Records not forwarded.
    #[metric(unit = "{record}")]
    pub dropped: Counter<u64>,
    /// Records forwarded with a change.
    #[metric(unit = "{record}")]
    pub rewritten: Counter<u64>,
}

/// Evaluation of bodies.
#[metric_set(name = "edge.policy.evaluation", attributes = SignalAttributes)]
pub struct EvaluationMetrics {
    /// Time to evaluate one decoded body.
    #[metric(unit = "s", range = "1us..10s")]
    pub duration: Histogram,
    /// Bodies in which nothing changed.
    #[metric(unit = "{body}")]
    pub unchanged: Counter<u64>,
    /// Bodies of which something else was forwarded.
    #[metric(unit = "{body}")]
    pub changed: Counter<u64>,
    /// Bodies of which nothing was forwarded.
    #[metric(unit = "{body}")]
    pub emptied: Counter<u64>,
    /// Bytes that intakes did not get, as encoded.
    #[metric(unit = "By")]
    pub saved: Counter<u64>,
}

/// Which policy.
#[attribute_set(name = "edge.policy.match")]
pub struct PolicyAttributes {
    /// Id of the policy.
    #[attribute(key = "policy.id")]
    pub id: String,
}

/// What one policy did.
#[metric_set(name = "edge.policy.match", attributes = PolicyAttributes)]
pub struct PolicyMetrics {
    /// Records it matched and had its way with.
    #[metric(unit = "{record}")]
    pub hits: Counter<u64>,
    /// Records it matched that another policy dropped.
    #[metric(unit = "{record}")]
    pub misses: Counter<u64>,
    /// Bytes of the records it dropped, as decoded.
    #[metric(unit = "By")]
    pub dropped: Counter<u64>,
    /// Bytes of the records it matched that were kept, as decoded.
    #[metric(unit = "By")]
    pub kept: Counter<u64>,
    /// Fields it was to remove and did.
    #[metric(unit = "{operation}")]
    pub remove_hits: Counter<u64>,
    /// Fields it was to remove and did not, because there was nothing to remove or no place for it.
    #[metric(unit = "{operation}")]
    pub remove_misses: Counter<u64>,
    /// Fields it was to redact and did.
    #[metric(unit = "{operation}")]
    pub redact_hits: Counter<u64>,
    /// Fields it was to redact and did not, because there was nothing to redact or no place for it.
    #[metric(unit = "{operation}")]
    pub redact_misses: Counter<u64>,
    /// Fields it was to rename and did.
    #[metric(unit = "{operation}")]
    pub rename_hits: Counter<u64>,
    /// Fields it was to rename and did not, because there was nothing to rename or no place for it.
    #[metric(unit = "{operation}")]
    pub rename_misses: Counter<u64>,
    /// Fields it was to add and did.
    #[metric(unit = "{operation}")]
    pub add_hits: Counter<u64>,
    /// Fields it was to add and did not, because there was nothing to add or no place for it.
    #[metric(unit = "{operation}")]
    pub add_misses: Counter<u64>,
}

/// Exchanges with intakes.
#[metric_set(name = "edge.upstream")]
pub struct UpstreamMetrics {
    /// Requests sent, retries included.
    #[metric(unit = "{request}")]
    pub attempts: Counter<u64>,
    /// Requests sent again because a pooled connection was stale.
    #[metric(unit = "{request}")]
    pub retries: Counter<u64>,
    /// Responses that broke off in the middle.
    #[metric(unit = "{response}")]
    pub broken_responses: Counter<u64>,
    /// From the first attempt to the head of the response.
    #[metric(unit = "s", range = "10us..60s")]
    pub answer_duration: Histogram,
    /// Requests taken by the embedded sink.
    #[metric(unit = "{request}")]
    pub sunk: Counter<u64>,
}

/// Which failure.
#[attribute_set(name = "edge.upstream.failure")]
pub struct FailureAttributes {
    /// Why.
    #[attribute(key = "reason")]
    pub reason: &'static str,
}

/// Requests that got no response of an intake.
#[metric_set(name = "edge.upstream", attributes = FailureAttributes)]
pub struct UpstreamFailureMetrics {
    /// Requests answered with a gateway error.
    #[metric(unit = "{request}")]
    pub failures: Counter<u64>,
}

/// Requests whose body could not be had.
#[metric_set(name = "edge.http.server.body", attributes = FailureAttributes)]
pub struct BodyFailureMetrics {
    /// Bodies given up.
    #[metric(unit = "{body}")]
    pub failures: Counter<u64>,
}

/// Connections of senders.
#[metric_set(name = "edge.connections")]
pub struct ConnectionMetrics {
    /// Connections open now.
    #[metric(unit = "{connection}")]
    pub open: UpDownCounter<i64>,
    /// Connections accepted.
    #[metric(unit = "{connection}")]
    pub accepted: Counter<u64>,
    /// Connections turned away because no slot was left.
    #[metric(unit = "{connection}")]
    pub refused: Counter<u64>,
    /// Connections whose TLS handshake failed.
    #[metric(unit = "{connection}")]
    pub handshake_failures: Counter<u64>,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AttributeValue)]
pub enum ConnectionEnd {
    /// In order.
    Done,
    /// Because of what was sent on it.
    Refused,
    /// Without an end.
    Broken,
    /// No request came.
    Idle,
    /// A head did not end in time.
    HeadDeadline,
    /// A response was not taken in time.
    WriteDeadline,
}

impl ConnectionEnd {
    /// Every one, in declaration order.
    pub(crate) const ALL: [Self; 6] =
        [Self::Done, Self::Refused, Self::Broken, Self::Idle, Self::HeadDeadline, Self::WriteDeadline];
}

/// Which connections.
#[attribute_set(name = "edge.connections.end")]
pub struct EndAttributes {
    /// How they ended.
    pub reason: ConnectionEnd,
}

/// Connections that were served.
#[metric_set(name = "edge.connections", attributes = EndAttributes)]
pub struct EndMetrics {
    /// Connections ended.
    #[metric(unit = "{connection}")]
    pub ended: Counter<u64>,
}

/// A limit at which something other than the usual happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AttributeValue)]
pub enum Limit {
    /// A connection is in the reserve, because all other slots are taken.
    Connections,
    /// Not even the reserve has a slot.
    ReservedConnections,
    /// The system gives no connection.
    Accept,
    /// A request body is larger than allowed.
    BodyBytes,
    /// Bodies that are held leave no room for another.
    BufferedBytes,
    /// An intake's connection did not find room among the idle ones.
    IdleConnections,
    /// Connections were still open at the end of the shutdown.
    DrainDeadline,
}

impl Limit {
    /// Every one, in declaration order.
    pub(crate) const ALL: [Self; 7] = [
        Self::Connections,
        Self::ReservedConnections,
        Self::Accept,
        Self::BodyBytes,
        Self::BufferedBytes,
        Self::IdleConnections,
        Self::DrainDeadline,
    ];
}

/// Which limit.
#[attribute_set(name = "edge.limit")]
pub struct LimitAttributes {
    /// The limit.
    #[attribute(key = "limit")]
    pub limit: Limit,
}

/// Limits met.
#[metric_set(name = "edge.limit", attributes = LimitAttributes)]
pub struct LimitMetrics {
    /// Times the limit was met.
    #[metric(unit = "{occurrence}")]
    pub hits: Counter<u64>,
}
