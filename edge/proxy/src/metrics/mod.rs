//! What the proxy counts. One worker's sets are registered when it starts, so that requests only add.

mod routes;
mod sets;

use std::time::Duration;

use edge_policy::Signal;
use edge_protocol::{FailOpen, Outcome, RecordCounts};
use edge_stream::http1::Violation;
use http::StatusCode;
use telemetry::{Set, Worker};

use crate::error::{BodyFailure, Failure, UpstreamFailure};
use crate::events::UpstreamFailed;
use routes::Routes;

pub use sets::{
    BodyFailureMetrics, ConnectionEnd, ConnectionMetrics, EndAttributes, EndMetrics, EvaluationMetrics,
    FailOpenAttributes, FailOpenMetrics, FailureAttributes, Limit, LimitAttributes, LimitMetrics,
    PolicyAttributes, PolicyMetrics, RecordMetrics, RequestAttributes, RequestMetrics, SignalAttributes,
    StatusClass, UpstreamFailureMetrics, UpstreamMetrics, ViolationAttributes, ViolationMetrics,
};

/// Why a request was refused that the guard let pass: names, values, versions and request lines.
const MALFORMED: &str = "malformed";

/// What is known of a request at its end.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) route: &'static str,
    pub(crate) status: Option<StatusCode>,
    pub(crate) duration: Duration,
    pub(crate) received_bytes: u64,
    pub(crate) sent_bytes: u64,
}

/// One worker's sets. Arrays are indexed by the declaration order of their enum.
pub(crate) struct Metrics {
    worker: Worker,
    routes: Routes,
    violations: [Set<ViolationMetrics>; Violation::ALL.len()],
    malformed: Set<ViolationMetrics>,
    fail_open: [[Set<FailOpenMetrics>; FailOpen::ALL.len()]; Signal::ALL.len()],
    records: [Set<RecordMetrics>; Signal::ALL.len()],
    evaluations: [Set<EvaluationMetrics>; Signal::ALL.len()],
    upstream: Set<UpstreamMetrics>,
    upstream_failures: [Set<UpstreamFailureMetrics>; UpstreamFailure::NAMES.len()],
    body_failures: [Set<BodyFailureMetrics>; BodyFailure::ALL.len()],
    connections: Set<ConnectionMetrics>,
    ends: [Set<EndMetrics>; ConnectionEnd::ALL.len()],
    limits: [Set<LimitMetrics>; Limit::ALL.len()],
}

impl Metrics {
    pub(crate) fn register(worker: Worker) -> Self {
        let signal = |signal: Signal| SignalAttributes { signal: signal.name() };
        Self {
            routes: Routes::default(),
            violations: Violation::ALL
                .map(|violation| worker.register(ViolationAttributes { reason: violation.name() })),
            malformed: worker.register(ViolationAttributes { reason: MALFORMED }),
            fail_open: Signal::ALL.map(|signal| fail_open(&worker, signal)),
            records: Signal::ALL.map(|of| worker.register(signal(of))),
            evaluations: Signal::ALL.map(|of| worker.register(signal(of))),
            upstream: worker.register(()),
            upstream_failures: UpstreamFailure::NAMES
                .map(|reason| worker.register(FailureAttributes { reason })),
            body_failures: BodyFailure::ALL
                .map(|failure| worker.register(FailureAttributes { reason: failure.name() })),
            connections: worker.register(()),
            ends: ConnectionEnd::ALL.map(|reason| worker.register(EndAttributes { reason })),
            limits: Limit::ALL.map(|limit| worker.register(LimitAttributes { limit })),
            worker,
        }
    }

    /// Sets for the policies of a snapshot, by their index in it.
    pub(crate) fn policies(&self, ids: &[String]) -> Vec<Set<PolicyMetrics>> {
        ids.iter().map(|id| self.worker.register(PolicyAttributes { id: id.clone() })).collect()
    }

    /// Hands on what was counted.
    pub(crate) fn flush(&self) {
        self.worker.flush();
    }

    pub(crate) fn request_ended(&self, ended: &Ended) {
        self.routes.with(&self.worker, ended.route, ended.status, |set| {
            set.requests.inc();
            set.request_duration.record_duration(ended.duration);
            set.request_body.add(ended.received_bytes);
            set.response_body.add(ended.sent_bytes);
        });
    }

    pub(crate) fn failed_open(&self, signal: Signal, reason: FailOpen) {
        self.fail_open[signal as usize][reason as usize].fail_open.inc();
    }

    /// A body has been judged, and is about to go on as the outcome says.
    pub(crate) fn evaluated(&self, signal: Signal, duration: Duration, outcome: &Outcome) {
        let set = &self.evaluations[signal as usize];
        set.duration.record_duration(duration);
        match outcome {
            Outcome::Unchanged => set.unchanged.inc(),
            Outcome::Replaced(_) => set.changed.inc(),
            Outcome::Emptied => set.emptied.inc(),
            // Counted with its reason.
            Outcome::FailOpen(_) => {}
        }
    }

    pub(crate) fn decided(&self, signal: Signal, records: RecordCounts) {
        let set = &self.records[signal as usize];
        set.kept.add(records.kept);
        set.dropped.add(records.dropped);
        set.rewritten.add(records.rewritten);
    }

    /// A rewritten body can be larger than the original; it saves nothing then.
    pub(crate) fn saved(&self, signal: Signal, received_bytes: usize, forwarded_bytes: usize) {
        self.evaluations[signal as usize].saved.add(received_bytes.saturating_sub(forwarded_bytes) as u64);
    }

    pub(crate) fn upstream_attempted(&self) {
        self.upstream.attempts.inc();
    }

    pub(crate) fn upstream_retried(&self) {
        self.upstream.retries.inc();
    }

    pub(crate) fn upstream_answered(&self, duration: Duration) {
        self.upstream.answer_duration.record_duration(duration);
    }

    pub(crate) fn response_broke_off(&self) {
        self.upstream.broken_responses.inc();
    }

    pub(crate) fn sunk(&self) {
        self.upstream.sunk.inc();
    }

    /// A dead intake fails every request: each of them is for whoever debugs, the counters are for everybody.
    pub(crate) fn failed(&self, failure: &Failure) {
        match failure {
            Failure::Body(failure) => self.body_failed(*failure),
            Failure::Upstream(failure) => {
                self.upstream_failures[failure.index()].failures.inc();
                UpstreamFailed { error: failure }.emit();
            }
            // Told by the status of the response, and by the slots.
            Failure::Busy | Failure::Connect | Failure::Unrouted => {}
        }
    }

    pub(crate) fn head_refused(&self, violation: Violation) {
        self.violations[violation as usize].refusals.inc();
    }

    /// The guard found nothing wrong with it and the parser did.
    pub(crate) fn parser_refused(&self) {
        self.malformed.refusals.inc();
    }

    pub(crate) fn limit_hit(&self, limit: Limit) {
        self.limits[limit as usize].hits.inc();
    }

    pub(crate) fn surplus_connections(&self, count: u64) {
        self.limits[Limit::IdleConnections as usize].hits.add(count);
    }

    pub(crate) fn connection_accepted(&self) {
        self.connections.accepted.inc();
        self.connections.open.inc();
    }

    pub(crate) fn connection_closed(&self) {
        self.connections.open.dec();
    }

    pub(crate) fn connection_refused(&self) {
        self.connections.refused.inc();
    }

    pub(crate) fn handshake_failed(&self) {
        self.connections.handshake_failures.inc();
    }

    pub(crate) fn connection_ended(&self, end: ConnectionEnd) {
        self.ends[end as usize].ended.inc();
    }

    fn body_failed(&self, failure: BodyFailure) {
        self.body_failures[failure as usize].failures.inc();
        match failure {
            BodyFailure::TooLarge => self.limit_hit(Limit::BodyBytes),
            BodyFailure::NoRoom => self.limit_hit(Limit::BufferedBytes),
            BodyFailure::Deadline | BodyFailure::Vanished | BodyFailure::Malformed => {}
        }
    }
}

fn fail_open(worker: &Worker, signal: Signal) -> [Set<FailOpenMetrics>; FailOpen::ALL.len()] {
    FailOpen::ALL
        .map(|reason| worker.register(FailOpenAttributes { signal: signal.name(), reason: reason.name() }))
}
