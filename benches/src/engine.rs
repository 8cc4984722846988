//! Our policy engine as the bars call it, over records in memory.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use benches_measure::cpu;
use edge_policy::{Decision, Nanos, PolicySet, Signal, Snapshot, Worker};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;

use crate::findings::Finding;
use crate::record::{Record, Resource, Scope};
use crate::{corpus, mix};

const SEED: u64 = 1;

/// A worker over the policies of a file.
pub fn worker(policies: &[u8]) -> Result<Worker, String> {
    let set = PolicySet::parse(policies).map_err(|error| error.to_string())?;
    let snapshot = Snapshot::compile(&set, None);
    match set.rejected.iter().chain(snapshot.rejected()).next() {
        Some(rejected) => Err(format!("{}: {}", rejected.id, rejected.errors.join("; "))),
        None => Ok(Worker::new(Arc::new(snapshot), SEED)),
    }
}

/// Our engine with policies of the mix compiled and records at hand.
#[derive(Debug)]
pub struct Engine<'a> {
    worker: Worker,
    requests: &'a [ExportLogsServiceRequest],
    start: Instant,
}

impl<'a> Engine<'a> {
    /// Compiles `policies` of the mix.
    pub fn new(policies: &[u8], requests: &'a [ExportLogsServiceRequest]) -> Result<Self, String> {
        Ok(Self { worker: worker(policies)?, requests, start: Instant::now() })
    }

    /// Evaluates every record once and gives the CPU nanoseconds of one. As in a proxy, records are fresh: they are
    /// copied just before, untimed, or how fast the machine's memory happens to be would be measured with it.
    pub fn pass(&mut self) -> f64 {
        let requests = self.requests.iter();
        let cpu: Duration = requests.map(|request| self.time(&request.clone())).sum();
        cpu.as_nanos() as f64 / corpus::RECORDS as f64
    }

    fn time(&mut self, request: &ExportLogsServiceRequest) -> Duration {
        let ((), cpu) = cpu::time(|| self.evaluate(request));
        cpu
    }

    /// As the proxy would: a session and a look at the clock per request.
    fn evaluate(&mut self, request: &ExportLogsServiceRequest) {
        let now = Nanos(self.start.elapsed().as_nanos() as u64);
        let Some(mut session) = self.worker.session(Signal::Log, now) else { return };
        for resource in &request.resource_logs {
            session.resource(&Resource(resource));
            for scope in &resource.scope_logs {
                session.scope(&Scope(scope));
                for record in &scope.log_records {
                    black_box(session.record(black_box(&Record(record))));
                }
            }
        }
    }

    /// What is found in each record; an error if a decision contradicts what was found.
    pub fn findings(&mut self) -> Result<Vec<Finding>, String> {
        let mut findings = Vec::new();
        for resource in self.requests.iter().flat_map(|request| &request.resource_logs) {
            for scope in &resource.scope_logs {
                for record in &scope.log_records {
                    let (decision, matched) =
                        self.decide(&Resource(resource), &Scope(scope), &Record(record));
                    findings.push(finding(decision, &matched, self.dropped_by())?);
                }
            }
        }
        Ok(findings)
    }

    fn decide(
        &mut self,
        resource: &Resource<'_>,
        scope: &Scope<'_>,
        record: &Record<'_>,
    ) -> (Decision, Vec<usize>) {
        let Some(mut session) = self.worker.session(Signal::Log, Nanos(0)) else {
            return (Decision::Keep, Vec::new());
        };
        session.resource(resource);
        session.scope(scope);
        let decision = session.record(record);
        (decision, session.matched().collect())
    }

    /// The policy that had its way with the last record, if it was dropped: the only one with a hit.
    fn dropped_by(&mut self) -> Option<usize> {
        let mut hit = None;
        self.worker.drain_tallies(|policy, tally| {
            if tally.hits > 0 {
                hit = Some(policy);
            }
        });
        hit
    }
}

/// The finding of a record with `matched` policies, of which `hit` was counted a hit.
fn finding(decision: Decision, matched: &[usize], hit: Option<usize>) -> Result<Finding, String> {
    let Some(winner) = mix::winner(matched) else {
        return Ok(Finding::default());
    };
    let agrees = match mix::keep(winner) {
        "none" => decision == Decision::Drop && hit == Some(winner),
        "all" => decision == Decision::Keep,
        // Draws and rates: only policies that may drop can have dropped it.
        _ => decision == Decision::Keep || hit.is_some_and(|hit| mix::keep(hit) != "all"),
    };
    if agrees {
        Ok(Finding {
            winner: mix::id(winner),
            matched: matched.iter().map(|index| mix::id(*index)).collect(),
        })
    } else {
        Err(format!("{decision:?} by {hit:?}, though {matched:?} matched and {winner} decides"))
    }
}
