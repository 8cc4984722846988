//! Policies with extensions, from decisions to files in a folder.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use edge_extension::{Batching, Environment, Extensions, S3Dump, Store, Target};
use edge_policy::{
    Decision, Flaw, Nanos, PolicySet, Registry, Signal, Simple, Slots, Snapshot, Source, Value, Wanted,
    Worker,
};
use serde_json::{Value as Json, json};
use telemetry::Telemetry;
use tempfile::TempDir;

const DUMP: &str = "com.usetero/s3-dump";

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A log record with nothing but a body.
struct Record<'a>(&'a str);

impl<'a> Source<'a> for Record<'a> {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        if let Some(slot) = wanted.simple(Simple::Body) {
            slots.field(slot, Value::Text(self.0.as_bytes()));
        }
    }
}

/// Extensions that dump into a folder for each target, and a worker.
struct Fixture {
    folder: TempDir,
    telemetry: Telemetry,
    registry: Registry,
    extensions: Arc<Extensions>,
    worker: Worker,
}

impl Fixture {
    fn new(targets: &[&str], policies: &Json) -> Self {
        Self::with(targets, policies, Batching::default())
    }

    fn with(targets: &[&str], policies: &Json, batching: Batching) -> Self {
        let (folder, telemetry) = (tempfile::tempdir().expect("a folder"), Telemetry::default());
        let target = |name: &&str| Target {
            name: (*name).to_owned(),
            store: Store::File(folder.path().join(name)),
            prefix: String::new(),
            batching,
        };
        let targets: Vec<Target> = targets.iter().map(target).collect();
        let dump = S3Dump::start(&targets, Environment::default(), &telemetry).expect("folders can be made");
        let (registry, extensions) = (Registry::default(), Extensions::new(vec![Box::new(dump)]));
        extensions.open(registry.audience());
        let set = PolicySet::parse(policies.to_string().as_bytes()).expect("a document");
        assert_eq!(set.rejected, []);
        registry.publish(Snapshot::compile(&set, None));
        let worker = Worker::new(registry.load(), 1);
        Self { folder, telemetry, registry, extensions, worker }
    }

    /// Decides a batch of records.
    fn batch(&mut self, bodies: &[&str], failed: bool) {
        self.worker.admit(self.registry.audience());
        let mut session = self.worker.session(Signal::Log, Nanos(0)).expect("there are policies for logs");
        session.resource(&());
        session.scope(&());
        for body in bodies {
            let decision = session.record(&Record(body));
            assert_eq!(decision == Decision::Drop, body.contains("drop"), "{body}");
            let record = || format!("{{\"resourceLogs\": [], \"body\": \"{body}\"}}").into_bytes();
            session.tell(&record);
        }
        if failed { session.abort() } else { session.finish() }
    }

    /// Ends everything; the bodies dumped for a target, in their order.
    fn dumped(&self, target: &str) -> Vec<String> {
        self.extensions.shutdown(PATIENCE);
        let mut lines = Vec::new();
        read(&self.folder.path().join(target), &mut lines);
        lines.iter().map(|line| line["body"].as_str().expect("text").to_owned()).collect()
    }

    fn counted(&self, name: &str) -> u64 {
        let values = self.telemetry.collect();
        values.sets().filter_map(|set| set.value(name).map(|value| value.as_u64())).sum()
    }
}

fn read(folder: &Path, lines: &mut Vec<Json>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(&path, lines);
        } else {
            let text = std::fs::read_to_string(path).expect("text");
            lines.extend(text.lines().map(|line| serde_json::from_str::<Json>(line).expect("JSON")));
        }
    }
}

fn extension(target: &str, mode: &str) -> Json {
    json!({"type": DUMP, "version": "1.0.0", "mode": mode, "config": {"target": {"kind": "file", "name": target}}})
}

fn policy(id: &str, text: &str, keep: &str, extensions: &[Json]) -> Json {
    let matcher = json!([{"log_field": "body", "contains": text}]);
    json!({"id": id, "name": id, "log": {"match": matcher, "keep": keep}, "extensions": extensions})
}

#[test]
fn each_mode_gets_its_records() {
    let modes = ["kept", "dropped", "unmatched", "matched", "all"];
    let extensions = modes.map(|mode| extension(mode, mode));
    let policies = json!([policy("a", "x", "all", &extensions), policy("z", "drop", "none", &[])]);
    let mut fixture = Fixture::new(&modes, &policies);
    fixture.batch(&["x 1", "x drop 2", "y 3", "y drop 4"], false);
    let check = |mode: &str, expected: &[&str]| assert_eq!(fixture.dumped(mode), expected, "{mode}");
    check("kept", &["x 1"]);
    check("dropped", &["x drop 2"]);
    check("unmatched", &["y 3", "y drop 4"]);
    check("matched", &["x 1", "x drop 2"]);
    check("all", &["x 1", "x drop 2", "y 3", "y drop 4"]);
    assert_eq!(fixture.counted("edge.extension.written"), 10);
}

#[test]
fn a_record_goes_to_a_target_once_however_many_policies_send_it() {
    let policies = json!([
        policy("a", "x", "all", &[extension("t", "matched"), extension("t", "all")]),
        policy("b", "1", "all", &[extension("t", "kept")]),
    ]);
    let mut fixture = Fixture::new(&["t"], &policies);
    fixture.batch(&["x 1", "y 2"], false);
    assert_eq!(fixture.dumped("t"), ["x 1", "y 2"]);
}

#[test]
fn what_a_failed_batch_told_is_not_so() {
    let policies = json!([policy("a", "x", "all", &[extension("t", "all")])]);
    let mut fixture = Fixture::new(&["t"], &policies);
    fixture.batch(&["x 1"], true);
    fixture.batch(&["x 2"], false);
    assert_eq!(fixture.dumped("t"), ["x 2"]);
    assert_eq!(fixture.counted("edge.extension.dispatched"), 1);
}

#[test]
fn a_full_backlog_drops_and_counts_and_changes_no_decision() {
    let policies = json!([policy("a", "x", "all", &[extension("t", "all")])]);
    let batching = Batching { backlog_bytes_max: 1, ..Batching::default() };
    let mut fixture = Fixture::with(&["t"], &policies, batching);
    fixture.batch(&["x 1", "y 2"], false);
    assert_eq!(fixture.dumped("t"), [""; 0]);
    assert_eq!(fixture.counted("edge.extension.dropped"), 2);
}

#[test]
fn copies_of_one_batch_take_so_much_memory_and_no_more() {
    let policies = json!([policy("a", "x", "all", &[extension("t", "all")])]);
    let mut fixture = Fixture::new(&["t"], &policies);
    let body = "x".repeat(1 << 20);
    fixture.batch(&[&*body; 35], false);
    fixture.batch(&["x"], false);
    assert_eq!(fixture.counted("edge.extension.dropped"), 3);
    fixture.extensions.shutdown(PATIENCE);
    assert_eq!(fixture.counted("edge.extension.written"), 33);
}

#[test]
fn nobody_looks_on_where_no_policy_has_an_extension_that_is_served() {
    let unknown = json!({"type": "com.example/other"});
    let policies = json!([policy("a", "x", "all", &[]), policy("b", "x", "all", &[unknown])]);
    let mut fixture = Fixture::new(&["t"], &policies);
    fixture.worker.admit(fixture.registry.audience());
    let session = fixture.worker.session(Signal::Log, Nanos(0)).expect("there are policies for logs");
    assert!(!session.is_watched());
}

#[test]
fn what_is_asked_for_and_not_served_is_told_while_the_policy_is_in_force() {
    let other = |version: &str| json!({"type": DUMP, "version": version, "config": {"target": {"kind": "file", "name": "t"}}});
    let extensions = [
        extension("t", "all"),
        json!({"type": "com.example/other", "config": "eA=="}),
        extension("nowhere", "all"),
        json!({"type": DUMP, "config": {"target": 1}}),
        other("2.0.0"),
        other("1.7.0"),
    ];
    let mut fixture = Fixture::new(&["t"], &json!([policy("p", "x", "all", &extensions)]));
    let errors: Vec<String> = fixture.registry.flaws().into_iter().map(|Flaw { error, .. }| error).collect();
    assert_eq!(
        errors,
        [
            "extensions[1]: unknown type \"com.example/other\"",
            "extensions[2]: config: unknown target \"nowhere\" of kind \"file\"",
            "extensions[3]: config: invalid type: integer `1`, expected an object with `kind` and `name` at line 1 column 11; it must be such as {\"target\": {\"kind\": \"s3\", \"name\": \"eu-bucket\"}}",
            "extensions[4]: version \"2.0.0\" is not supported; 1.0.0 is",
        ]
    );
    assert_eq!(fixture.registry.load().ids(), ["p"]);
    fixture.batch(&["x 1"], false);
    assert_eq!(fixture.dumped("t"), ["x 1"]);
}

#[test]
fn a_target_that_a_server_broadcasts_serves_until_it_is_withdrawn() {
    let extension = json!({"type": DUMP, "config": {"target": {"kind": "s3", "name": "far"}}});
    let fixture = Fixture::new(&[], &json!([policy("a", "x", "all", &[extension])]));
    let target = |bucket: &str| {
        let config = json!({"bucket": bucket, "endpoint": "http://127.0.0.1:1", "region": "r"});
        vec![json!({"kind": "s3", "name": "far", "config": config}).to_string().into_bytes()]
    };
    let tell = |provider: &str, targets: &[Vec<u8>]| {
        fixture.extensions.set_broadcast_targets(provider, &[(DUMP, targets)])
    };
    assert_eq!(fixture.registry.flaws().len(), 1);
    assert_eq!(tell("one", &target("b")), []);
    assert_eq!(fixture.registry.flaws(), []);
    assert_eq!(tell("other", &[]), [], "that is another provider's");
    assert_eq!(fixture.registry.flaws(), []);
    assert_eq!(tell("one", &target("")).len(), 1, "without a bucket there is no target");
    assert_eq!(fixture.registry.flaws().len(), 1);
    let unknown = fixture.extensions.set_broadcast_targets("one", &[("com.example/other", &[])]);
    assert_eq!(unknown[0].to_string(), "unknown type \"com.example/other\"");
    fixture.extensions.shutdown(PATIENCE);
}
