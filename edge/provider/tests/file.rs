//! Every way a policy file changes on a real file system, seen through the registry.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says which step failed by its line")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use edge_policy::Registry;
use edge_provider::{Client, Context, FileSource, Providers, Readiness, Source};
use telemetry::Telemetry;
use telemetry::logs::{self, Capture, LogConfig, Provider};
use tempfile::TempDir;

/// The promise: a change is in force within this time.
const IN_FORCE_WITHIN: Duration = Duration::from_secs(5);

/// Longer than the debounce: what has not happened by then does not happen because of the last change.
const QUIET: Duration = Duration::from_millis(600);

struct Fixture {
    folder: TempDir,
    registry: Arc<Registry>,
    telemetry: Telemetry,
    database_folder: Option<PathBuf>,
    providers: Vec<Providers>,
}

impl Fixture {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            registry: Arc::default(),
            telemetry: Telemetry::default(),
            database_folder: None,
            providers: Vec::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Watches these files.
    fn start(&mut self, names: &[&str]) {
        let source = |name: &&str| Source::File(FileSource { id: (*name).to_owned(), path: self.path(name) });
        let sources: Vec<Source> = names.iter().map(source).collect();
        let readiness = Readiness::of(&sources);
        let context = Context {
            registry: Arc::clone(&self.registry),
            database_folder: self.database_folder.clone(),
            readiness: &readiness,
            telemetry: &self.telemetry,
            client: Client::default(),
            served: None,
            counts: &|| unreachable!("a file is told nothing"),
            broadcast: Arc::new(|_, _| unreachable!("a file broadcasts nothing")),
        };
        self.providers.push(Providers::start(sources, &context).unwrap());
        wait("every provider to answer", || readiness.is_ready());
    }

    fn ids(&self) -> Vec<String> {
        self.registry.load().ids().to_vec()
    }

    fn wait_for(&self, ids: &[&str]) {
        wait(&format!("{ids:?} in force"), || self.ids() == ids);
    }

    /// What the counters say, once the workers' counts have reached the exporters.
    fn wait_for_metric(&self, line: &str) {
        wait(line, || self.telemetry.prometheus_text().lines().any(|it| it == line));
    }
}

fn wait(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < IN_FORCE_WITHIN, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A policy file with these ids.
fn policies(ids: &[&str]) -> String {
    let policy = |id: &&str| {
        format!("- {{id: {id}, name: x, log: {{match: [{{log_field: body, contains: x}}], keep: none}}}}\n")
    };
    format!("policies:\n{}", ids.iter().map(policy).collect::<Vec<_>>().concat())
}

fn rename_over(from: &Path, text: &str, to: &Path) {
    fs::write(from, text).unwrap();
    fs::rename(from, to).unwrap();
}

#[test]
fn the_file_at_start_is_in_force_when_ready() {
    let mut fixture = Fixture::new();
    fixture.write("p.yaml", &policies(&["a", "b"]));
    fixture.start(&["p.yaml"]);
    assert_eq!(fixture.ids(), ["a", "b"]);
    fixture.wait_for_metric("edge_policy_active 2");
}

#[test]
fn a_start_with_a_folder_of_databases_compiles_nothing_twice() {
    let pattern =
        "policies: [{id: a, name: x, log: {match: [{log_field: body, regex: 'a+ [0-9]'}], keep: none}}]";
    let mut compiled = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let mut fixture = Fixture::new();
        fixture.database_folder = Some(folder.path().to_owned());
        fixture.write("p.yaml", pattern);
        fixture.start(&["p.yaml"]);
        compiled.push(fixture.registry.load().databases_compiled());
    }
    assert_eq!(compiled, [1, 0]);
}

#[test]
fn a_rename_over_is_followed_again_and_again() {
    let mut fixture = Fixture::new();
    fixture.write("p.yaml", &policies(&["a"]));
    fixture.start(&["p.yaml"]);
    for id in ["b", "c", "d"] {
        rename_over(&fixture.path("new"), &policies(&[id]), &fixture.path("p.yaml"));
        fixture.wait_for(&[id]);
    }
}

#[test]
fn a_truncate_and_rewrite_is_followed_and_never_clears_the_set() {
    let mut fixture = Fixture::new();
    fixture.write("p.yaml", &policies(&["a"]));
    fixture.start(&["p.yaml"]);
    fixture.write("p.yaml", "");
    std::thread::sleep(QUIET);
    assert_eq!(fixture.ids(), ["a"]);
    fixture.write("p.yaml", &policies(&["b"]));
    fixture.wait_for(&["b"]);
}

#[test]
fn half_a_file_is_not_taken_while_the_rest_is_being_written() {
    let mut fixture = Fixture::new();
    fixture.write("p.yaml", &policies(&["a", "b", "c"]));
    fixture.start(&["p.yaml"]);
    let text = policies(&["b", "c", "d"]);
    // Cut at a line's end every prefix is a valid set; no reader may ever see one of them in force.
    let mut written = String::new();
    for line in text.lines() {
        written = written + line + "\n";
        fixture.write("p.yaml", &written);
        std::thread::sleep(Duration::from_millis(10));
        assert_eq!(fixture.ids(), ["a", "b", "c"]);
    }
    fixture.wait_for(&["b", "c", "d"]);
}

#[test]
fn a_swapped_link_is_followed_wherever_it_leads() {
    let mut fixture = Fixture::new();
    for (folder, id) in [("one", "a"), ("two", "b")] {
        fs::create_dir(fixture.path(folder)).unwrap();
        fixture.write(&format!("{folder}/p.yaml"), &policies(&[id]));
    }
    // As Kubernetes mounts a config map: the file is a link through a link that is swapped.
    symlink("one", fixture.path("data")).unwrap();
    symlink("data/p.yaml", fixture.path("p.yaml")).unwrap();
    fixture.start(&["p.yaml"]);
    assert_eq!(fixture.ids(), ["a"]);
    symlink("two", fixture.path("data.new")).unwrap();
    fs::rename(fixture.path("data.new"), fixture.path("data")).unwrap();
    fixture.wait_for(&["b"]);
    fixture.write("two/p.yaml", &policies(&["c"]));
    fixture.wait_for(&["c"]);
}

#[test]
fn a_file_absent_at_start_is_ready_and_taken_when_created_even_with_its_folder() {
    let mut fixture = Fixture::new();
    fixture.start(&["later/p.yaml"]);
    assert_eq!(fixture.ids(), [""; 0]);
    fs::create_dir(fixture.path("later")).unwrap();
    fixture.write("later/p.yaml", &policies(&["a"]));
    fixture.wait_for(&["a"]);
}

#[test]
fn a_bad_file_keeps_the_last_good_set_and_is_counted_once() {
    let mut fixture = Fixture::new();
    fixture.write("p.yaml", &policies(&["a"]));
    fixture.start(&["p.yaml"]);
    fixture.write("p.yaml", "policies: [");
    fixture.wait_for_metric(
        r#"edge_policy_provider_reloads_total{edge_policy_provider_id="p.yaml",edge_policy_provider_result="failed"} 1"#,
    );
    assert_eq!(fixture.ids(), ["a"]);
    fs::remove_file(fixture.path("p.yaml")).unwrap();
    std::thread::sleep(QUIET);
    assert_eq!(fixture.ids(), ["a"]);
    fixture.write("p.yaml", &policies(&["b"]));
    fixture.wait_for(&["b"]);
}

#[test]
fn a_bad_policy_does_not_take_the_others_with_it() {
    let mut fixture = Fixture::new();
    let bad = "- {id: bad, name: x, log: {match: [{log_field: body, regex: '(['}], keep: none}}\n";
    fixture.write("p.yaml", &(policies(&["a", "z"]) + bad));
    fixture.start(&["p.yaml"]);
    assert_eq!(fixture.ids(), ["a", "z"]);
    let rejected = fixture.registry.load().rejected().to_vec();
    assert_eq!(rejected.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["bad"]);
    fixture.wait_for_metric("edge_policy_rejected 1");
}

#[test]
fn unchanged_content_is_not_loaded_again() {
    let mut fixture = Fixture::new();
    fixture.write("p.yaml", &policies(&["a"]));
    fixture.start(&["p.yaml"]);
    let before = fixture.registry.load();
    rename_over(&fixture.path("new"), &policies(&["a"]), &fixture.path("p.yaml"));
    std::thread::sleep(QUIET);
    assert!(Arc::ptr_eq(&before, &fixture.registry.load()));
}

#[test]
fn several_files_are_merged_and_the_later_update_wins() {
    let mut fixture = Fixture::new();
    fixture.write("one.yaml", &policies(&["a", "b"]));
    fixture.write("two.yaml", &policies(&["b", "c"]));
    fixture.start(&["one.yaml", "two.yaml"]);
    assert_eq!(fixture.ids(), ["a", "b", "c"]);
    fixture.write("one.yaml", &policies(&["d"]));
    fixture.wait_for(&["b", "c", "d"]);
}

#[test]
fn what_is_no_file_is_a_bad_file() {
    let mut fixture = Fixture::new();
    fs::create_dir(fixture.path("p.yaml")).unwrap();
    fixture.start(&["p.yaml"]);
    fixture.wait_for_metric(
        r#"edge_policy_provider_reloads_total{edge_policy_provider_id="p.yaml",edge_policy_provider_result="failed"} 1"#,
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let capture = Capture::default();
    logs::init(LogConfig { provider: Provider::Capture(capture.clone()), ..LogConfig::default() });
    let mut fixture = Fixture::new();
    fixture.write("told.yaml", "- {id: told-bad, name: x, log: {match: [], keep: none}}");
    fixture.start(&["told.yaml", "told-absent.yaml"]);
    // Other tests of this process are heard too.
    let told = |name: &str, key: &str, value: &str| {
        let events = capture.events();
        let event = events.iter().find(|event| event.name == name && event.field(key) == Some(value));
        event.cloned().unwrap_or_else(|| panic!("{name} of {value} in {events:?}"))
    };
    let rejected = told("edge.policy.rejected", "policy.id", "told-bad");
    assert!(rejected.field("error.message").unwrap().contains("log: match"), "{rejected:?}");
    let loaded = told("edge.policy.loaded", "policy.provider", "told.yaml");
    assert_eq!((loaded.field("policies.active"), loaded.field("policies.rejected")), (Some("0"), Some("1")));
    let invalid = told("edge.policy.file.invalid", "policy.provider", "told-absent.yaml");
    assert!(
        invalid.field("error.message").unwrap().starts_with("cannot be read: No such file"),
        "{invalid:?}"
    );
}
