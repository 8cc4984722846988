//! The cases of policies, with the policies delivered by a server of each kind: they must do what those of a file do.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use edge_policy::{Nanos, PolicySet, Registry, Rejected, Snapshot, Tally, Worker};
use edge_protocol::{BodyFilter, LogsJson, MetricsJson, Outcome, TracesJson};
use edge_provider::{
    Client, Context, Counts, Encoding, Providers, Readiness, Source, SyncProtocol, SyncSource,
};
use edge_testing::SyncServer;
use proto::Message;
use serde_json::{Value, json};
use telemetry::Telemetry;

use crate::process::wait;

#[test]
fn delivered_policies_do_what_those_of_a_file_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = cases(&root.join("../protocol/tests/cases"));
    assert!(own.len() > 30, "only {} cases", own.len());
    let shared = cases(&root.join("../../../shared/conformance/cases"));
    if shared.is_empty() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "the shared cases are missing");
        println!("skipped: the shared cases are not here");
    }
    for protocol in
        [SyncProtocol::Http(Encoding::Json), SyncProtocol::Http(Encoding::Protobuf), SyncProtocol::Grpc]
    {
        let delivery = Delivery::new(protocol);
        let problems: Vec<String> =
            own.iter().chain(&shared).filter_map(|case| delivery.check(case).err()).collect();
        assert!(problems.is_empty(), "{protocol:?}: {}\n{}", problems.len(), problems.join("\n"));
        assert!(delivery.left_out.get() < 20, "{} policies have no message", delivery.left_out.get());
    }
}

fn cases(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = entries.filter(|case| case.join("policies.json").exists()).collect();
    cases.sort();
    cases
}

/// A server of one kind.
struct Delivery {
    server: SyncServer,
    protocol: SyncProtocol,
    /// How many policies had no message.
    left_out: Cell<usize>,
}

impl Delivery {
    fn new(protocol: SyncProtocol) -> Self {
        Self { server: SyncServer::start(), protocol, left_out: Cell::default() }
    }

    fn check(&self, case: &Path) -> Result<(), String> {
        let text = fs::read(case.join("policies.json")).unwrap();
        let mut tree: Value = serde_json::from_slice(&text).unwrap();
        if let Value::Array(list) = tree {
            tree = json!({ "policies": list });
        }
        self.leave_out_what_has_no_message(&mut tree);
        let set = PolicySet::parse(tree.to_string().as_bytes()).unwrap();
        let expected = Arc::new(Snapshot::compile(&set, None));
        let delivered = self.deliver(tree);
        let name = case.file_name().unwrap().to_string_lossy();
        let (of_file, of_server) = (told(&expected), told(&delivered));
        if of_file != of_server {
            return Err(format!("{name}: {of_server:?}\n  instead of {of_file:?}"));
        }
        let inputs = fs::read_dir(case).unwrap().map(|entry| entry.unwrap().path());
        let is_input = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("input");
        for input in inputs.filter(is_input) {
            let body = fs::read(&input).unwrap();
            // Of the wrong signal a body is nothing, or malformed, to both.
            for filter in [&LogsJson as &dyn BodyFilter, &MetricsJson, &TracesJson] {
                let of_file = judged(&expected, filter, &body);
                let of_server = judged(&delivered, filter, &body);
                if of_file != of_server {
                    return Err(format!("{name}: {of_server:?}\n  instead of {of_file:?}"));
                }
            }
        }
        Ok(())
    }

    /// A policy that only JSON can spell, such as one with a text for a number, cannot come as a message.
    fn leave_out_what_has_no_message(&self, tree: &mut Value) {
        if self.protocol != SyncProtocol::Http(Encoding::Json) {
            let policies = tree["policies"].as_array_mut().unwrap();
            let count = policies.len();
            policies.retain(|policy| proto::encode(Message::Policy, policy).is_ok());
            self.left_out.set(self.left_out.get() + count - policies.len());
        }
    }

    /// What the real provider makes of these policies.
    fn deliver(&self, mut tree: Value) -> Arc<Snapshot> {
        tree["hash"] = "1".into();
        self.server.serve(tree);
        let registry = Arc::<Registry>::default();
        let sources = vec![Source::Sync(Box::new(self.source()))];
        let readiness = Readiness::of(&sources);
        let context = Context {
            database_folder: None,
            registry: Arc::clone(&registry),
            readiness: &readiness,
            telemetry: &Telemetry::default(),
            client: Client::default(),
            served: None,
            counts: &|| Box::new(Nothing),
            broadcast: Arc::new(|_, _| Vec::new()),
        };
        let providers = Providers::start(sources, &context).unwrap();
        wait("the policies", || readiness.is_ready());
        drop(providers);
        registry.load()
    }

    fn source(&self) -> SyncSource {
        let is_grpc = self.protocol == SyncProtocol::Grpc;
        let url = if is_grpc { self.server.url() } else { self.server.sync_url() };
        SyncSource {
            id: "server".to_owned(),
            url: url.parse().unwrap(),
            protocol: self.protocol,
            headers: Vec::new(),
            poll_interval: Duration::from_secs(3600),
            timeout: Duration::from_secs(10),
            cache_path: None,
            extra_roots: Vec::new(),
        }
    }
}

struct Nothing;

impl Counts for Nothing {
    fn collect(&mut self) -> Vec<(String, Tally)> {
        Vec::new()
    }

    fn delivered(&mut self) {}
}

/// The policies in force, and what is wrong with the others; of these the order means nothing.
fn told(snapshot: &Snapshot) -> (&[String], Vec<&Rejected>) {
    let mut rejected: Vec<_> = snapshot.rejected().iter().collect();
    rejected.sort_by_key(|rejected| &rejected.id);
    (snapshot.ids(), rejected)
}

/// What comes of a body, and what each policy counts.
fn judged(snapshot: &Arc<Snapshot>, filter: &dyn BodyFilter, body: &[u8]) -> (Outcome, Vec<(usize, Tally)>) {
    // The same chance for all.
    let mut worker = Worker::new(Arc::clone(snapshot), 1);
    let outcome = filter.filter(body, &mut worker, Nanos(1)).outcome;
    let mut tallies = Vec::new();
    worker.drain_tallies(|index, tally| tallies.push((index, tally)));
    tallies.sort_by_key(|(index, _)| *index);
    (outcome, tallies)
}
