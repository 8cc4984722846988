//! What edge counted, as the admin routes and the demo show it.

use std::collections::HashMap;
use std::sync::Arc;

use edge_policy::{Flaw, Registry};
use edge_protocol::{AdminSource, MetricsFormat, PolicyReport, PolicyRow, SchemaFormat};
use telemetry::logs::{self, Aspect};
use telemetry::{Collected, CollectedSet, Telemetry, Value};

use crate::schema;

/// Metrics of other crates that are read here. Names belong to declarations: a test sees that each is exported.
pub(crate) mod names {
    pub(crate) const RECORDS_KEPT: &str = "edge.records.kept";
    pub(crate) const RECORDS_DROPPED: &str = "edge.records.dropped";
    pub(crate) const RECORDS_REWRITTEN: &str = "edge.records.rewritten";
    pub(crate) const FAIL_OPEN: &str = "edge.fail_open";
    pub(crate) const SNAPSHOTS: &str = "edge.policy.snapshots";
    pub(crate) const EVALUATION_DURATION: &str = "edge.policy.evaluation.duration";
    pub(crate) const REQUEST_DURATION: &str = "edge.http.server.request_duration";
    pub(crate) const ROUTE: &str = "http.route";
    pub(crate) const POLICY_ID: &str = "policy.id";
    pub(crate) const DOWNSTREAM_HITS: &str = "edge.policy.downstream.hits";
    pub(crate) const DOWNSTREAM_MISSES: &str = "edge.policy.downstream.misses";
    /// As [`POLICY_STAGES`].
    pub(crate) const DOWNSTREAM_STAGES: [[&str; 2]; 4] = [
        ["edge.policy.downstream.remove_hits", "edge.policy.downstream.remove_misses"],
        ["edge.policy.downstream.redact_hits", "edge.policy.downstream.redact_misses"],
        ["edge.policy.downstream.rename_hits", "edge.policy.downstream.rename_misses"],
        ["edge.policy.downstream.add_hits", "edge.policy.downstream.add_misses"],
    ];
    pub(crate) const POLICY_HITS: &str = "edge.policy.match.hits";
    pub(crate) const POLICY_MISSES: &str = "edge.policy.match.misses";
    /// Hits and misses of the transform stages, in the order in which a tally has them.
    pub(crate) const POLICY_STAGES: [[&str; 2]; 4] = [
        ["edge.policy.match.remove_hits", "edge.policy.match.remove_misses"],
        ["edge.policy.match.redact_hits", "edge.policy.match.redact_misses"],
        ["edge.policy.match.rename_hits", "edge.policy.match.rename_misses"],
        ["edge.policy.match.add_hits", "edge.policy.match.add_misses"],
    ];
    pub(super) const POLICY_BYTES_DROPPED: &str = "edge.policy.match.dropped";
    pub(super) const POLICY_BYTES_KEPT: &str = "edge.policy.match.kept";

    /// Every one of them.
    #[cfg(test)]
    pub(super) const ALL: [&str; 15] = [
        RECORDS_KEPT,
        RECORDS_DROPPED,
        RECORDS_REWRITTEN,
        FAIL_OPEN,
        SNAPSHOTS,
        EVALUATION_DURATION,
        REQUEST_DURATION,
        ROUTE,
        POLICY_ID,
        POLICY_HITS,
        POLICY_MISSES,
        POLICY_BYTES_DROPPED,
        POLICY_BYTES_KEPT,
        DOWNSTREAM_HITS,
        DOWNSTREAM_MISSES,
    ];
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
        let _admin = logs::aspect(Aspect::Admin);
        self.prometheus.then(|| match format {
            MetricsFormat::Prometheus => self.telemetry.collect().prometheus_text(),
            MetricsFormat::OpenMetrics => self.telemetry.collect().open_metrics_text(),
        })
    }

    fn policies(&self) -> PolicyReport {
        let _admin = logs::aspect(Aspect::Admin);
        let snapshot = self.registry.load();
        let mut counted = rows(&self.telemetry.collect());
        let row = |id: &String| {
            counted.remove(id).unwrap_or_else(|| PolicyRow { id: id.clone(), ..PolicyRow::default() })
        };
        let mut policies: Vec<PolicyRow> = snapshot.ids().iter().map(row).collect();
        for Flaw { policy, error } in self.registry.flaws() {
            // Another snapshot may have been published since.
            if let Ok(at) = policies.binary_search_by(|row| row.id.cmp(&policy)) {
                policies[at].errors.push(error);
            }
        }
        PolicyReport { policies, rejected: snapshot.rejected().to_vec() }
    }

    fn schema(&self, format: SchemaFormat) -> String {
        schema::text(format)
    }
}

/// What every policy that ever counted something did. One pass: there may be thousands of policies.
fn rows(collected: &Collected) -> HashMap<String, PolicyRow> {
    let mut rows = HashMap::new();
    for set in collected.sets() {
        let Some(id) = set.attribute(names::POLICY_ID) else { continue };
        let id = id.to_text().into_owned();
        let row = rows.entry(id.clone()).or_insert_with(|| PolicyRow { id, ..PolicyRow::default() });
        row.hits += sum(&set, names::POLICY_HITS);
        row.misses += sum(&set, names::POLICY_MISSES);
        row.bytes_kept += sum(&set, names::POLICY_BYTES_KEPT);
        row.bytes_saved += sum(&set, names::POLICY_BYTES_DROPPED);
    }
    rows
}

/// What a set has of a metric.
pub(crate) fn sum(set: &CollectedSet<'_>, metric: &str) -> u64 {
    set.value(metric).as_ref().map_or(0, Value::as_u64)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::path::Path;

    use std::time::Duration;

    use edge_extension::{Batching, Store, Target};
    use edge_provider::{FileSource, Source, SyncProtocol, SyncSource};
    use edge_testing::SyncServer;
    use telemetry::registry::{Emitted, live_check};

    use super::*;
    use crate::assembly::Edge;
    use crate::{config, distribution};

    const POLICIES: &str = "
- id: a
  name: a
  log: {match: [{log_field: body, exists: true}], keep: none}
  extensions:
  - {type: com.usetero/s3-dump, config: {target: {kind: file, name: full}}}
  - {type: com.usetero/s3-dump, config: {target: {kind: file, name: bad}}}
";

    const REQUEST: &str = "POST /v1/logs HTTP/1.1\r\nhost: edge\r\nconnection: close\r\n\
        content-type: application/json\r\ncontent-length: 80\r\n\r\n\
        {\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":\"x\"}}]}]}]}";

    /// Another edge's policy did something.
    const STATUS: &str = "POST /v1/policy/sync HTTP/1.1\r\nhost: edge\r\nconnection: close\r\n\
        content-type: application/json\r\ncontent-length: 49\r\n\r\n\
        {\"policyStatuses\": [{\"id\": \"a\", \"matchHits\": 5}]}";

    /// A target without room, and one that cannot store what it gets.
    fn targets(folder: &Path) -> Vec<Target> {
        std::fs::create_dir(folder.join("bad")).unwrap();
        std::fs::write(folder.join("bad/logs"), "in the place of a folder").unwrap();
        let target = |name: &str, batching| {
            let store = Store::File(folder.join(name));
            Target { name: name.into(), store, prefix: String::new(), batching }
        };
        let full = Batching { backlog_bytes_max: 1, ..Batching::default() };
        let bad = Batching { retry_max: Duration::from_millis(1), ..Batching::default() };
        vec![target("full", full), target("bad", bad)]
    }

    /// What an edge counted that has served one request.
    fn served() -> Arc<AdminView> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.yaml");
        std::fs::write(&path, POLICIES).unwrap();
        let mut config = config::defaults().unwrap();
        config.server.listen.set_port(0);
        config.extensions.targets = targets(folder.path());
        let file = Source::File(FileSource { id: "test".into(), path });
        config.policy_server = Some(Duration::from_secs(1));
        config.providers = vec![file, Source::Sync(Box::new(source(&SyncServer::start())))];
        let edge = Edge::start(distribution::EDGE, &config).unwrap();
        while !edge.is_loaded() {
            std::thread::yield_now();
        }
        for request in [REQUEST, STATUS] {
            let mut stream = TcpStream::connect(edge.address()).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
        edge.shutdown().view
    }

    fn source(server: &SyncServer) -> SyncSource {
        SyncSource {
            id: "server".into(),
            url: server.url().parse().unwrap(),
            protocol: SyncProtocol::Grpc,
            headers: Vec::new(),
            poll_interval: Duration::from_secs(60),
            timeout: Duration::from_secs(10),
            cache_path: None,
            extra_roots: Vec::new(),
        }
    }

    #[test]
    fn every_name_that_is_read_is_declared() {
        let view = served();
        let collected = view.telemetry.collect();
        let declares =
            |set: &CollectedSet<'_>, name: &str| set.value(name).is_some() || set.attribute(name).is_some();
        let stages = [names::POLICY_STAGES, names::DOWNSTREAM_STAGES].concat();
        for name in names::ALL.into_iter().chain(stages.into_iter().flatten()) {
            assert!(collected.sets().any(|set| declares(&set, name)), "{name}");
        }
        let report = view.policies();
        assert_eq!((report.policies[0].hits, report.policies[0].bytes_saved > 0), (1, true));
    }

    #[test]
    fn what_is_counted_is_what_the_registry_declares() {
        let mut body = Vec::new();
        telemetry_otlp::encode_metrics(&served().telemetry.collect(), &mut body);
        let mut emitted = Emitted::default();
        emitted.add_otlp(&body).unwrap();
        // No exporter runs here.
        let is_ours =
            |subject: &str| subject.starts_with("metric ") && !subject.contains("`telemetry.exporter.");
        let mut found = live_check(&schema::registry(), &emitted);
        found.retain(|found| is_ours(&found.subject));
        assert_eq!(found, []);
    }
}
