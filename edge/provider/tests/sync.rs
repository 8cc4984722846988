//! Servers of every protocol, well-behaved and not, seen through the registry and through what they are told.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says which step failed by its line")]

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use edge_policy::{Flaw, Registry, Snapshot, StageTally, Tally, Viewer, Watch};
use edge_provider::{
    Broadcast, Client, Context, Counts, Encoding, ExtensionConfig, FileSource, Providers, Readiness, Source,
    Stage, SyncProtocol, SyncSource,
};
use edge_testing::{PATIENCE, Protocol, Reply, SyncServer};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use telemetry::Telemetry;

const PROTOCOLS: [(SyncProtocol, Protocol); 3] = [
    (SyncProtocol::Http(Encoding::Json), Protocol::Json),
    (SyncProtocol::Http(Encoding::Protobuf), Protocol::Protobuf),
    (SyncProtocol::Grpc, Protocol::Grpc),
];

/// Long enough for whatever comes of a reply to have come.
const QUIET: Duration = Duration::from_millis(200);

/// What servers broadcast, as it was handed on.
#[derive(Default)]
struct Broadcasts(Arc<Mutex<Vec<Told>>>);

/// By the provider of that id.
type Told = (String, Vec<ExtensionConfig>);

impl Broadcasts {
    fn taker(&self) -> Broadcast {
        let broadcasts = Arc::clone(&self.0);
        Arc::new(move |provider, configs| {
            broadcasts.lock().unwrap().push((provider.to_owned(), configs.to_vec()));
            Vec::new()
        })
    }

    fn seen(&self) -> Vec<Told> {
        self.0.lock().unwrap().clone()
    }
}

/// What policies did, as a test says.
#[derive(Clone, Default)]
struct Counted(Arc<Mutex<Counters>>);

#[derive(Default)]
struct Counters {
    /// Not delivered yet.
    open: Vec<(String, Tally)>,
    /// How many of them the last collection had.
    collected: usize,
}

impl Counted {
    fn count(&self, id: &str, tally: Tally) {
        self.0.lock().unwrap().open.push((id.to_owned(), tally));
    }

    fn hit(&self, id: &str) {
        self.count(id, Tally { hits: 1, ..Tally::default() });
    }
}

impl Counts for Counted {
    fn collect(&mut self) -> Vec<(String, Tally)> {
        let mut counters = self.0.lock().unwrap();
        counters.collected = counters.open.len();
        let mut sums: Vec<(String, Tally)> = Vec::new();
        for (id, tally) in &counters.open {
            match sums.iter_mut().find(|(known, _)| known == id) {
                Some((_, sum)) => sum.hits += tally.hits,
                None => sums.push((id.clone(), *tally)),
            }
        }
        sums
    }

    fn delivered(&mut self) {
        let mut counters = self.0.lock().unwrap();
        let delivered = std::mem::take(&mut counters.collected);
        counters.open.drain(..delivered);
    }
}

#[derive(Default)]
struct Fixture {
    registry: Arc<Registry>,
    telemetry: Telemetry,
    counted: Counted,
    broadcasts: Broadcasts,
}

impl Fixture {
    fn start(&self, sources: Vec<Source>) -> (Providers, Readiness) {
        let readiness = Readiness::of(&sources);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let context = Context {
            registry: Arc::clone(&self.registry),
            database_folder: None,
            readiness: &readiness,
            telemetry: &self.telemetry,
            client: Client {
                stages: vec![Stage::LogFilter, Stage::LogTransform],
                labels: vec![pair("workspace_id", "w")],
                resource_attributes: vec![pair("service.name", "edge")],
                extensions: vec![pair("com.example/x", "1.0.0")],
            },
            served: None,
            counts: &|| Box::new(self.counted.clone()),
            broadcast: self.broadcasts.taker(),
        };
        (Providers::start(sources, &context).unwrap(), readiness)
    }

    fn ids(&self) -> Vec<String> {
        self.registry.load().ids().to_vec()
    }

    fn wait_for(&self, ids: &[&str]) {
        wait(&format!("{ids:?} in force, not {:?}", self.ids()), || self.ids() == ids);
    }

    fn metric(&self, line: &str) {
        wait(line, || self.telemetry.prometheus_text().lines().any(|it| it == line));
    }
}

fn wait(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < PATIENCE, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A source that is asked all the time.
fn source(server: &SyncServer, protocol: SyncProtocol) -> SyncSource {
    let url = if protocol == SyncProtocol::Grpc { server.url() } else { server.sync_url() };
    SyncSource {
        id: "server".to_owned(),
        url: url.parse().unwrap(),
        protocol,
        headers: vec![("x-key".parse().unwrap(), "secret".parse().unwrap())],
        poll_interval: Duration::from_millis(20),
        timeout: Duration::from_secs(5),
        cache_path: None,
        extra_roots: Vec::new(),
    }
}

fn sources(source: SyncSource) -> Vec<Source> {
    vec![Source::Sync(Box::new(source))]
}

fn policy(id: &str, text: &str) -> Value {
    json!({"id": id, "name": id, "log": {"match": [{"log_field": "body", "contains": text}], "keep": "none"}})
}

fn document(ids: &[&str]) -> Value {
    json!({"policies": ids.iter().map(|id| policy(id, "x")).collect::<Vec<_>>(), "hash": ids.join(",")})
}

/// Runs a test once for each protocol.
fn each(test: impl Fn(SyncProtocol, Protocol)) {
    for (ours, theirs) in PROTOCOLS {
        println!("{theirs:?}");
        test(ours, theirs);
    }
}

#[test]
fn policies_come_and_change_and_go() {
    each(|protocol, _| {
        let (server, fixture) = (SyncServer::start(), Fixture::default());
        server.serve(document(&["a", "b"]));
        let (_providers, readiness) = fixture.start(sources(source(&server, protocol)));
        wait("readiness", || readiness.is_ready());
        assert_eq!(fixture.ids(), ["a", "b"]);
        server.serve(document(&["b", "c"]));
        fixture.wait_for(&["b", "c"]);
        server.serve(json!({"policies": [], "hash": "none", "sync_type": 1}));
        fixture.wait_for(&[]);
    });
}

#[test]
fn a_request_says_who_asks_and_what_is_known() {
    each(|protocol, theirs| {
        let (server, fixture) = (SyncServer::start(), Fixture::default());
        server.serve(json!({"policies": [], "hash": "h", "sync_timestamp_unix_nano": "17"}));
        let _running = fixture.start(sources(source(&server, protocol)));
        let requests = server.wait_for(2);
        let label = |key: &str, value: &str| json!([{"key": key, "value": {"string_value": value}}]);
        assert_eq!(
            requests[0].tree,
            json!({
                "client_metadata": {
                    "supported_policy_stages": [1, 2],
                    "labels": label("workspace_id", "w"),
                    "resource_attributes": label("service.name", "edge"),
                    "supported_extensions": [{"type": "com.example/x", "min_version": "1.0.0"}],
                },
                "full_sync": true,
            })
        );
        assert_eq!(
            (&requests[1].tree["full_sync"], &requests[1].tree["last_successful_hash"]),
            (&Value::Null, &json!("h"))
        );
        assert_eq!(requests[1].tree["last_sync_timestamp_unix_nano"], 17);
        for request in requests {
            assert_eq!((request.protocol, request.header("x-key")), (theirs, Some("secret")));
            assert_eq!(request.path, if theirs == Protocol::Grpc { proto_path() } else { "/v1/policy/sync" });
        }
    });
}

fn proto_path() -> &'static str {
    "/tero.policy.v1.PolicyService/Sync"
}

#[test]
fn whatever_fails_keeps_the_last_good_set_and_is_asked_again() {
    let replies = [
        Reply::Status(401, None),
        Reply::Status(500, None),
        Reply::Status(503, Some(0)),
        Reply::HangUp,
        Reply::Cut(document(&["cut"])),
        Reply::Raw(b"\xffgarbage".to_vec()),
        Reply::Raw(Vec::new()),
        Reply::Raw(vec![b' '; 65 << 20]),
        Reply::Document(json!({"error_message": "busy", "policies": [policy("e", "x")]})),
    ];
    std::thread::scope(|scope| {
        for (protocol, _) in PROTOCOLS {
            for reply in &replies {
                scope.spawn(move || keeps_the_last_good_set(protocol, reply));
            }
        }
    });
}

fn keeps_the_last_good_set(protocol: SyncProtocol, reply: &Reply) {
    let what = format!("{protocol:?} {:.60}", format!("{reply:?}"));
    let (server, fixture) = (SyncServer::start(), Fixture::default());
    server.serve(document(&["a"]));
    let _running = fixture.start(sources(source(&server, protocol)));
    fixture.wait_for(&["a"]);
    // The next exchange fails, and the one behind it does not.
    server.will(reply.clone());
    wait(&what, || server.pending() == 0);
    server.serve(document(&["b"]));
    wait(&what, || {
        let seen = fixture.ids();
        assert!(seen == ["a"] || seen == ["b"], "{what}: {seen:?}");
        seen == ["b"]
    });
    fixture.metric(
        "edge_policy_sync_attempts_total{edge_policy_sync_id=\"server\",edge_policy_sync_result=\"failed\"} 1",
    );
}

#[test]
fn a_server_that_is_slow_is_given_up_and_asked_again() {
    each(|protocol, _| {
        let (server, fixture) = (SyncServer::start(), Fixture::default());
        server.serve(document(&["a"]));
        server.will(Reply::After(Duration::from_secs(600), Box::new(Reply::HangUp)));
        let source = SyncSource { timeout: Duration::from_millis(100), ..source(&server, protocol) };
        let (_providers, readiness) = fixture.start(sources(source));
        wait("readiness after a failure", || readiness.is_ready());
        fixture.wait_for(&["a"]);
    });
}

#[test]
fn a_server_that_wants_to_be_left_alone_is() {
    each(|protocol, _| {
        let (server, fixture) = (SyncServer::start(), Fixture::default());
        server.will(Reply::Status(503, Some(100)));
        let (_providers, readiness) = fixture.start(sources(source(&server, protocol)));
        wait("readiness after a failure", || readiness.is_ready());
        // Without the wish it would be asked again within a second.
        std::thread::sleep(Duration::from_millis(1100));
        assert_eq!(server.requests().len(), 1);
    });
}

#[test]
fn a_recommended_interval_is_followed() {
    each(|protocol, _| {
        let (server, fixture) = (SyncServer::start(), Fixture::default());
        server.serve(json!({"policies": [], "hash": "h", "recommended_sync_interval_seconds": 100}));
        let (_providers, readiness) = fixture.start(sources(source(&server, protocol)));
        wait("readiness", || readiness.is_ready());
        std::thread::sleep(QUIET);
        assert_eq!(server.requests().len(), 1);
    });
}

#[test]
fn bodies_decide_whether_anything_is_new_and_not_hashes() {
    each(|protocol, _| {
        let (server, fixture) = (SyncServer::start(), Fixture::default());
        server.serve(json!({"policies": [policy("a", "x")], "hash": "1"}));
        let _running = fixture.start(sources(source(&server, protocol)));
        fixture.wait_for(&["a"]);
        let before = fixture.registry.load();
        server.serve(json!({"policies": [policy("a", "x")], "hash": "2"}));
        wait("the new hash", || {
            server.requests().last().is_some_and(|it| it.tree["last_successful_hash"] == "2")
        });
        assert!(Arc::ptr_eq(&before, &fixture.registry.load()), "the same policies were published again");
        server.serve(json!({"policies": [policy("b", "x")], "hash": "2"}));
        fixture.wait_for(&["b"]);
        fixture.metric("edge_policy_snapshots_total 2");
    });
}

#[test]
fn a_bad_policy_hurts_no_other_and_is_reported() {
    each(|protocol, _| {
        let (server, fixture) = (SyncServer::start(), Fixture::default());
        let bad = json!({"id": "bad", "log": {"match": [{"log_field": "body", "regex": "(["}]}});
        server.serve(json!({"policies": [policy("a", "x"), bad, policy("z", "x")], "hash": "1"}));
        let _running = fixture.start(sources(source(&server, protocol)));
        fixture.wait_for(&["a", "z"]);
        let total = server.wait_for_totals("bad", |total| !total.errors.is_empty());
        assert!(total.errors[0].starts_with("log: match[0]: invalid regex \"([\""), "{total:?}");
        assert_eq!(server.totals().len(), 1, "policies without counts or errors are absent");
    });
}

#[test]
fn a_policy_in_force_with_something_wrong_is_reported() {
    struct Choosy;
    impl Viewer for Choosy {
        fn watch(&self, _: &Arc<Snapshot>) -> Option<Box<dyn Watch>> {
            None
        }

        fn flaws(&self, snapshot: &Snapshot) -> Vec<Flaw> {
            let error = "not this".to_owned();
            snapshot.ids().iter().map(|id| Flaw { policy: id.clone(), error: error.clone() }).collect()
        }
    }
    each(|protocol, _| {
        let (server, fixture) = (SyncServer::start(), Fixture::default());
        let _seat = fixture.registry.audience().join(Arc::new(Choosy));
        server.serve(json!({"policies": [policy("a", "x")], "hash": "1"}));
        let _running = fixture.start(sources(source(&server, protocol)));
        fixture.wait_for(&["a"]);
        let total = server.wait_for_totals("a", |total| !total.errors.is_empty());
        assert_eq!(total.errors[0], "not this");
    });
}

#[test]
fn what_is_broadcast_is_handed_on_before_the_policies_and_when_it_changes() {
    each(|protocol, _| {
        let (server, fixture) = (SyncServer::start(), Fixture::default());
        let configs = |text: &str| json!([{"type": "com.example/x", "config": [text]}]);
        let config = |bytes: &[u8]| {
            let one = ExtensionConfig { kind: "com.example/x".into(), config: vec![bytes.to_vec()] };
            ("server".to_owned(), vec![one])
        };
        let answer = |ids: &[&str], hash: &str, text: &str| {
            let policies: Vec<_> = ids.iter().map(|id| policy(id, "x")).collect();
            json!({"policies": policies, "hash": hash, "extension_configs": configs(text)})
        };
        server.serve(answer(&["a"], "1", "b25l"));
        let _running = fixture.start(sources(source(&server, protocol)));
        fixture.wait_for(&["a"]);
        assert_eq!(fixture.broadcasts.seen(), [config(b"one")]);
        server.serve(answer(&["a", "b"], "2", "b25l"));
        fixture.wait_for(&["a", "b"]);
        server.serve(answer(&["a"], "3", "dHdv"));
        fixture.wait_for(&["a"]);
        assert_eq!(fixture.broadcasts.seen(), [config(b"one"), config(b"two")]);
        server.serve(json!({"policies": [policy("c", "x")], "hash": "4"}));
        fixture.wait_for(&["c"]);
        assert_eq!(fixture.broadcasts.seen().last(), Some(&("server".to_owned(), Vec::new())));
    });
}

#[test]
fn newer_messages_and_other_spellings_do_no_harm() {
    let (server, fixture) = (SyncServer::start(), Fixture::default());
    server.will(Reply::Raw(
        br#"{"volumeStatistics": [1], "policies": [{"id": "a", "logVolume": 3, "createdAtUnixNano": "1",
            "log": {"match": [{"logField": 1, "gt": {"intValue": "9007199254740993"}, "shape": "round"}]}}],
            "hash": "1", "syncType": "SYNC_TYPE_FULL", "recommendedSyncIntervalSeconds": "9"}"#
            .to_vec(),
    ));
    let _running = fixture.start(sources(source(&server, SyncProtocol::Http(Encoding::Json))));
    fixture.wait_for(&["a"]);
    for protocol in [SyncProtocol::Http(Encoding::Protobuf), SyncProtocol::Grpc] {
        let (server, fixture) = (SyncServer::start(), Fixture::default());
        // A field 30 in the policy, a field 31 in the answer, which is the last for 9 seconds.
        let mut bytes =
            b"\x0a\x1c\x0a\x01a\x20\x01\xf2\x01\x03new\x52\x0f\x0a\x08\x08\x01\x7a\x04text\x12\x03all"
                .to_vec();
        bytes.extend(b"\xfa\x01\x03new\x20\x09");
        server.will(Reply::Raw(bytes));
        let _running = fixture.start(sources(source(&server, protocol)));
        fixture.wait_for(&["a"]);
    }
}

#[test]
fn an_answer_in_the_other_encoding_is_read_as_what_it_says_it_is() {
    let (server, fixture) = (SyncServer::start(), Fixture::default());
    server.serve(document(&["a"]));
    let mut source = source(&server, SyncProtocol::Http(Encoding::Protobuf));
    // The configured header replaces ours, so that the server takes the request for JSON.
    source.headers.push(("content-type".parse().unwrap(), "application/json".parse().unwrap()));
    let _running = fixture.start(sources(source));
    fixture.wait_for(&["a"]);
}

#[test]
fn counts_survive_failures_and_their_sums_are_true() {
    each(|protocol, _| {
        let (server, fixture) = (SyncServer::start(), Fixture::default());
        server.serve(document(&["a", "b"]));
        let (providers, _) = fixture.start(sources(source(&server, protocol)));
        fixture.wait_for(&["a", "b"]);
        let mut tally = Tally { misses: 2, ..Tally::default() };
        tally.stages[3] = StageTally { hits: 3, misses: 1 };
        fixture.counted.count("b", tally);
        server.wait_for_totals("b", |total| total.misses == 2);
        for round in 0..20 {
            fixture.counted.hit("a");
            fixture.counted.hit("of another provider");
            match round {
                5 => drop(server.will(Reply::Status(503, None))),
                10 => drop(server.will(Reply::HangUp)),
                // What a policy did before it was taken away is told all the same.
                15 => server.serve(document(&["b"])),
                _ => {}
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        drop(providers);
        let totals = server.totals();
        assert_eq!(totals["a"].hits, 20);
        assert_eq!((totals["b"].misses, totals["b"].stages[3]), (2, (3, 1)));
        assert_eq!(totals.len(), 2);
        assert!(fixture.counted.0.lock().unwrap().open.iter().all(|(id, _)| id == "of another provider"));
    });
}

#[test]
fn the_end_waits_for_an_exchange_that_is_under_way_and_tells_the_rest() {
    each(|protocol, _| {
        let (server, fixture) = (SyncServer::start(), Fixture::default());
        server.serve(document(&["a"]));
        let (providers, _) = fixture.start(sources(source(&server, protocol)));
        fixture.wait_for(&["a"]);
        let later = Reply::After(QUIET, Box::new(Reply::Document(document(&["a"]))));
        server.will(later);
        wait("the exchange", || server.pending() == 0);
        fixture.counted.hit("a");
        server.will(Reply::Status(503, None));
        drop(providers);
        assert_eq!(server.totals()["a"].hits, 1);
    });
}

#[test]
fn the_end_does_not_wait_for_ever() {
    let (server, fixture) = (SyncServer::start(), Fixture::default());
    server.serve(document(&["a"]));
    let (providers, _) = fixture.start(sources(source(&server, SyncProtocol::Grpc)));
    fixture.wait_for(&["a"]);
    for _ in 0..1000 {
        server.will(Reply::Status(503, None));
    }
    fixture.counted.hit("a");
    // It would not return.
    drop(providers);
    assert_eq!(server.totals(), [].into());
}

#[test]
fn a_server_goes_before_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.json");
    let file = json!([policy("a", "file"), policy("f", "file")]);
    std::fs::write(&path, file.to_string()).unwrap();
    let (server, fixture) = (SyncServer::start(), Fixture::default());
    server.serve(document(&["a", "s"]));
    let mut sources = sources(source(&server, SyncProtocol::Grpc));
    sources.push(Source::File(FileSource { id: "file".to_owned(), path: path.clone() }));
    let _running = fixture.start(sources);
    fixture.wait_for(&["a", "f", "s"]);
    // A rejected policy of a server covers the file's too.
    server.serve(json!({"policies": [policy("s", "x"), {"id": "a", "log": {}}], "hash": "2"}));
    fixture.wait_for(&["f", "s"]);
    server.serve(document(&["s"]));
    fixture.wait_for(&["a", "f", "s"]);
    fixture.counted.hit("a");
    fixture.counted.hit("s");
    server.wait_for_totals("s", |total| total.hits == 1);
    assert_eq!(
        server.totals().get("a").map_or(0, |total| total.hits),
        0,
        "the file's policy is not the server's"
    );
}

fn cached(server: &SyncServer, path: PathBuf) -> SyncSource {
    SyncSource { cache_path: Some(path), ..source(server, SyncProtocol::Http(Encoding::Protobuf)) }
}

#[test]
fn the_last_good_set_serves_a_start_without_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.json");
    let (server, fixture) = (SyncServer::start(), Fixture::default());
    server.serve(document(&["a", "b"]));
    let (providers, _) = fixture.start(sources(cached(&server, path.clone())));
    fixture.wait_for(&["a", "b"]);
    drop(providers);

    let (server, fixture) = (SyncServer::start(), Fixture::default());
    server.will(Reply::Status(500, None));
    server.serve(document(&["c"]));
    let (providers, readiness) = fixture.start(sources(cached(&server, path.clone())));
    wait("readiness", || readiness.is_ready());
    let at_ready = fixture.ids();
    assert!(at_ready == ["a", "b"] || at_ready == ["c"], "{at_ready:?}");
    fixture.metric("edge_policy_snapshots_total 2");
    fixture.wait_for(&["c"]);
    drop(providers);
    // It is a policy file as well.
    let set = edge_policy::PolicySet::parse(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(set.policies[0].id, "c");
}

#[test]
fn the_last_good_set_is_in_force_while_the_server_keeps_silent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.json");
    std::fs::write(&path, json!({"policies": [policy("a", "x")]}).to_string()).unwrap();
    let (server, fixture) = (SyncServer::start(), Fixture::default());
    server.will(Reply::After(Duration::from_secs(600), Box::new(Reply::HangUp)));
    server.serve(document(&["b"]));
    let source = SyncSource { timeout: Duration::from_secs(2), ..cached(&server, path) };
    let (_providers, readiness) = fixture.start(sources(source));
    fixture.wait_for(&["a"]);
    assert!(!readiness.is_ready());
    wait("readiness after a failure", || readiness.is_ready());
    fixture.wait_for(&["b"]);
    assert!(server.requests()[..2].iter().all(|request| request.tree["full_sync"] == true));
}

#[test]
fn a_cache_that_is_none_is_not_needed_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.json");
    for text in ["{", r#"{"policies": [{}]}"#, "[]"] {
        std::fs::write(&path, text).unwrap();
        let (server, fixture) = (SyncServer::start(), Fixture::default());
        server.will(Reply::Status(500, None));
        server.serve(document(&["a"]));
        let (_providers, readiness) = fixture.start(sources(cached(&server, path.clone())));
        wait("readiness", || readiness.is_ready());
        fixture.wait_for(&["a"]);
        wait("the cache to be mended", || std::fs::read_to_string(&path).unwrap().contains("\"a\""));
    }
}

#[test]
fn exchanges_are_counted_by_their_result() {
    let (server, fixture) = (SyncServer::start(), Fixture::default());
    server.will(Reply::Status(503, None));
    server.serve(document(&["a"]));
    let _running = fixture.start(sources(source(&server, SyncProtocol::Http(Encoding::Json))));
    let line = |result: &str, count: u64| {
        format!(
            "edge_policy_sync_attempts_total{{edge_policy_sync_id=\"server\",edge_policy_sync_result=\"{result}\"}} {count}"
        )
    };
    fixture.metric(&line("failed", 1));
    fixture.metric(&line("changed", 1));
    server.wait_for(4);
    fixture.metric(
        "edge_policy_provider_reloads_total{edge_policy_provider_id=\"server\",edge_policy_provider_result=\"loaded\"} 1",
    );
}

#[test]
fn a_server_that_is_not_there_does_not_hold_up_readiness() {
    each(|protocol, _| {
        let fixture = Fixture::default();
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let source = SyncSource {
            url: format!("http://{nobody}").parse().unwrap(),
            ..source(&SyncServer::start(), protocol)
        };
        let (_providers, readiness) = fixture.start(sources(source));
        wait("readiness", || readiness.is_ready());
    });
}

/// A server's side of TLS, and the certificate that vouches for it.
fn tls(alpn: &[u8]) -> (tokio_rustls::TlsAcceptor, CertificateDer<'static>) {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(signed.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![alpn.to_vec()];
    (Arc::new(config).into(), signed.cert.der().clone())
}

#[test]
fn a_server_is_reached_over_tls_if_a_root_vouches_for_it_and_not_otherwise() {
    each(|protocol, _| {
        let alpn: &[u8] = if protocol == SyncProtocol::Grpc { b"h2" } else { b"http/1.1" };
        let (acceptor, root) = tls(alpn);
        let (server, fixture) = (SyncServer::start_tls(acceptor), Fixture::default());
        server.serve(document(&["a"]));
        let distrustful = SyncSource { extra_roots: vec![tls(alpn).1], ..source(&server, protocol) };
        let (providers, readiness) = fixture.start(sources(distrustful));
        wait("readiness after a failure", || readiness.is_ready());
        drop(providers);
        assert_eq!((server.requests().len(), fixture.ids().len()), (0, 0));
        let _running =
            fixture.start(sources(SyncSource { extra_roots: vec![root], ..source(&server, protocol) }));
        fixture.wait_for(&["a"]);
    });
}
