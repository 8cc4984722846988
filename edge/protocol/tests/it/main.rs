//! OTLP through the filter, in both spellings, against what OpenTelemetry's own types make of it.

mod cases;
mod damage;
mod generate;
mod metrics_properties;
mod oracle;
mod properties;
mod request;
mod spelling;
mod traces_properties;
mod watching;
mod wire;
mod wire_metrics;
mod wire_traces;

use std::sync::Arc;

use edge_policy::{Nanos, PolicySet, Snapshot, Worker};
use edge_protocol::{BodyFilter, Filtered};

/// A worker over a policy document.
fn worker(policies: &[u8]) -> Worker {
    let set = PolicySet::parse(policies).expect("a policy document");
    Worker::new(Arc::new(Snapshot::compile(&set, None)), 1)
}

fn filter(filter: &dyn BodyFilter, body: &[u8], worker: &mut Worker) -> Filtered {
    filter.filter(body, worker, Nanos(1))
}
