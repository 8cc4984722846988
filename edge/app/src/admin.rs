//! What edge counted, as the admin routes and the demo show it.

use std::collections::HashMap;
use std::sync::Arc;

use edge_policy::Registry;
use edge_protocol::{AdminSource, MetricsFormat, PolicyReport, PolicyRow};
use telemetry::{Collected, CollectedSet, Telemetry, Value};

/// Metrics of other crates that are read here. Names belong to declarations: a test holds these to theirs.
pub(crate) mod names {
    pub(crate) const RECORDS_KEPT: &str = "edge.records.kept";
    pub(crate) const RECORDS_DROPPED: &str = "edge.records.dropped";
    pub(crate) const RECORDS_REWRITTEN: &str = "edge.records.rewritten";
    pub(crate) const EVALUATION_DURATION: &str = "edge.policy.evaluation.duration";
    pub(crate) const REQUEST_DURATION: &str = "edge.http.server.request_duration";
    pub(crate) const ROUTE: &str = "http.route";
    pub(super) const POLICY_ID: &str = "policy.id";
    pub(super) const POLICY_HITS: &str = "edge.policy.match.hits";
    pub(super) const POLICY_MISSES: &str = "edge.policy.match.misses";
    pub(super) const POLICY_BYTES: &str = "edge.policy.match.dropped";
}

/// Reads what the process counts.
#[derive(Debug)]
pub(crate) struct AdminView {
    pub(crate) telemetry: Telemetry,
    pub(crate) registry: Arc<Registry>,
    /// Whether metrics are shown.
    pub(crate) prometheus: bool,
}

impl AdminSource for AdminView {
    fn metrics(&self, format: MetricsFormat) -> Option<String> {
        self.prometheus.then(|| match format {
            MetricsFormat::Prometheus => self.telemetry.collect().prometheus_text(),
            MetricsFormat::OpenMetrics => self.telemetry.collect().open_metrics_text(),
        })
    }

    fn policies(&self) -> PolicyReport {
        let snapshot = self.registry.load();
        let mut counted = rows(&self.telemetry.collect());
        let row = |id: &String| {
            counted.remove(id).unwrap_or_else(|| PolicyRow { id: id.clone(), ..PolicyRow::default() })
        };
        let policies = snapshot.ids().iter().map(row).collect();
        PolicyReport { policies, rejected: snapshot.rejected().to_vec() }
    }
}

/// What every policy that ever counted something did. One pass: there may be thousands of policies.
fn rows(collected: &Collected) -> HashMap<String, PolicyRow> {
    let mut rows = HashMap::new();
    for set in collected.sets() {
        let Some(id) = set.attribute(names::POLICY_ID) else { continue };
        let id = id.to_text().into_owned();
        let row = rows.entry(id.clone()).or_insert_with(|| PolicyRow { id, ..PolicyRow::default() });
        row.hits += sum(set, names::POLICY_HITS);
        row.misses += sum(set, names::POLICY_MISSES);
        row.bytes_saved += sum(set, names::POLICY_BYTES);
    }
    rows
}

fn sum(set: &CollectedSet, metric: &str) -> u64 {
    set.value(metric).as_ref().map_or(0, Value::as_u64)
}
