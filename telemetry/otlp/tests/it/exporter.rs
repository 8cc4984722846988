//! The exporter and a receiver, over loopback.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value};
use prost::Message;
use telemetry::logs;
use telemetry::trace::{ActiveSpan, Parent, SpanDescriptor, SpanKind};
use telemetry::{Counter, Set, Telemetry, TelemetryOptions, Temporality, Worker, metric_set, otel_info};
use telemetry_otlp::{
    Compression, OtlpExporter, OtlpOptions, Protocol, Retry, ShutdownReport, Signal, Target, encode_metrics,
};

use crate::process;
use crate::receiver::{Received, Receiver, Reply, taken};
use crate::sets::Recorder;

const PROTOCOLS: [Protocol; 2] = [Protocol::HttpProtobuf, Protocol::Grpc];
const DEADLINE: Duration = Duration::from_secs(20);
const REQUESTS: &str = "test.exported.requests";

static SPAN: SpanDescriptor = SpanDescriptor::new("test.span", SpanKind::Internal, "test");

/// What is exported.
#[metric_set(name = "test.exported")]
struct ExportedMetrics {
    /// Requests.
    #[metric(unit = "{request}")]
    requests: Counter<u64>,
}

/// A process with something to export.
struct Fixture {
    telemetry: Telemetry,
    set: Set<ExportedMetrics>,
    _worker: Worker,
    options: OtlpOptions,
}

fn fixture(receiver: &Receiver) -> Fixture {
    let telemetry =
        Telemetry::new(TelemetryOptions { resource: process::resource(), ..TelemetryOptions::default() });
    let worker = telemetry.worker();
    let mut options = OtlpOptions::new(&receiver.endpoint(), receiver.protocol);
    options.interval = Duration::from_millis(20);
    options.record_interval = Duration::from_millis(10);
    options.temporality = Temporality::Delta;
    let [initial, max, total] = [10, 50, 20_000].map(Duration::from_millis);
    options.retry = Retry { initial, max, total };
    Fixture { set: worker.register(()), telemetry, _worker: worker, options }
}

impl Fixture {
    fn start(&self) -> OtlpExporter {
        OtlpExporter::start(&self.telemetry, self.options.clone()).expect("it starts")
    }

    fn value(&self, metric: &str, key: &str, word: &str) -> u64 {
        self.telemetry.collect().sum(metric, &[(key, word)])
    }

    fn failures(&self, failure: &str) -> u64 {
        self.value("telemetry.exporter.attempts.failures", "telemetry.exporter.failure", failure)
    }

    fn dropped(&self, loss: &str) -> u64 {
        self.value("telemetry.exporter.records.dropped", "telemetry.exporter.loss", loss)
    }

    /// One of everything.
    fn record(&self) {
        self.set.requests.inc();
        otel_info!("test.happened", number = 1);
        drop(ActiveSpan::start(&SPAN, Parent::None, &[]));
    }
}

fn until(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < DEADLINE, "it does not come to be");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn of(metric_points: usize, logs: usize, spans: usize) -> ShutdownReport {
    ShutdownReport { metric_points, logs, spans, is_known: true }
}

fn check_all_arrives(protocol: Protocol, compression: Compression) {
    let receiver = Receiver::start(protocol);
    let mut fixture = fixture(&receiver);
    for target in fixture.options.targets_mut() {
        target.compression = compression;
        target.headers = vec![("api-key".to_owned(), "secret".to_owned())];
    }
    let exporter = fixture.start();
    for _ in 0..3 {
        fixture.record();
        receiver.wait(|received| taken(received).any(|it| it.sum(REQUESTS) > 0));
    }
    assert!(exporter.shutdown(DEADLINE).is_complete());
    let requests = receiver.received();
    assert!(requests.iter().all(|it| it.headers["api-key"] == "secret"));
    assert_eq!(requests.iter().map(|it| it.sum(REQUESTS)).sum::<i64>(), 3);
    assert_eq!(requests.iter().map(|it| it.log_names().len()).sum::<usize>(), 3);
    assert_eq!(requests.iter().map(|it| it.span_names().len()).sum::<usize>(), 3);
    assert!(fixture.value("telemetry.exporter.exports", "telemetry.signal", "logs") > 0);
    assert!(fixture.value("telemetry.exporter.sent", "telemetry.signal", "metrics") > 0);
    assert!(fixture.value("telemetry.exporter.duration", "telemetry.signal", "traces") > 0);
}

#[test]
fn everything_arrives_once_however_it_travels() {
    let _turn = process::record();
    for protocol in PROTOCOLS {
        for compression in [Compression::None, Compression::Gzip] {
            check_all_arrives(protocol, compression);
        }
    }
}

/// All that is retryable, one after the other.
fn check_retried(protocol: Protocol, replies: &[Reply], failure: &str) {
    let receiver = Receiver::start(protocol);
    let mut fixture = fixture(&receiver);
    for target in fixture.options.targets_mut() {
        target.timeout = Duration::from_millis(300);
    }
    for word in ["etrics", "ogs", "race"] {
        receiver.reply(word, replies.iter().cloned());
    }
    let exporter = fixture.start();
    fixture.record();
    receiver.wait(|received| {
        let has = |is: fn(&Received) -> bool| taken(received).any(is);
        has(|it| it.sum(REQUESTS) > 0) && has(|it| it.logs.is_some()) && has(|it| it.trace.is_some())
    });
    assert!(exporter.shutdown(DEADLINE).is_complete());
    let requests = receiver.received();
    assert_eq!(taken(&requests).map(|it| it.sum(REQUESTS)).sum::<i64>(), 1);
    assert_eq!(taken(&requests).map(|it| it.log_names().len()).sum::<usize>(), 1);
    assert_eq!(taken(&requests).map(|it| it.span_names().len()).sum::<usize>(), 1);
    assert_eq!(fixture.failures(failure), 3 * replies.len() as u64);
}

#[test]
fn what_failed_for_now_is_tried_again() {
    let _turn = process::record();
    let throttled = [429, 502, 503, 504].map(|status| Reply::Status(status, &[]));
    check_retried(Protocol::HttpProtobuf, &throttled, "throttled");
    let throttled = [1, 4, 10, 11, 14, 15].map(|code| Reply::Grpc(code, Vec::new()));
    check_retried(Protocol::Grpc, &throttled, "throttled");
    for protocol in PROTOCOLS {
        check_retried(protocol, &[Reply::Close, Reply::Close], "broken");
        check_retried(protocol, &[Reply::Hang], "timeout");
    }
}

#[test]
fn an_answer_that_breaks_off_is_none() {
    let _turn = process::record();
    for protocol in PROTOCOLS {
        let receiver = Receiver::start(protocol);
        let fixture = fixture(&receiver);
        receiver.reply("ogs", [Reply::CloseMidway]);
        let exporter = fixture.start();
        fixture.record();
        receiver.wait(|received| received.iter().filter(|it| it.logs.is_some()).count() == 2);
        assert!(exporter.shutdown(DEADLINE).is_complete());
        assert_eq!(fixture.failures("broken"), 1);
    }
}

#[test]
fn what_is_refused_is_dropped_and_counted_and_metrics_stay() {
    let _turn = process::record();
    for (protocol, refusal) in [
        (Protocol::HttpProtobuf, Reply::Status(400, &[])),
        (Protocol::HttpProtobuf, Reply::Status(500, &[])),
        (Protocol::Grpc, Reply::Grpc(3, Vec::new())),
        // Without a time to come back.
        (Protocol::Grpc, Reply::Grpc(8, Vec::new())),
        (Protocol::Grpc, Reply::Status(404, &[])),
    ] {
        let receiver = Receiver::start(protocol);
        let fixture = fixture(&receiver);
        for word in ["etrics", "ogs", "race"] {
            receiver.reply(word, [refusal.clone()]);
        }
        let exporter = fixture.start();
        fixture.record();
        receiver.wait(|received| {
            let refused = received.iter().filter(|it| !it.is_taken).count();
            refused == 3 && taken(received).any(|it| it.sum(REQUESTS) == 1)
        });
        // The answers are on their way, and what is lost from now on is in the report.
        until(|| fixture.dropped("refused") == 2);
        otel_info!("test.later");
        assert!(exporter.shutdown(DEADLINE).is_complete());
        let requests = receiver.received();
        assert_eq!(taken(&requests).flat_map(Received::log_names).collect::<Vec<_>>(), ["test.later"]);
        assert_eq!((fixture.failures("refused"), fixture.dropped("refused")), (3, 2));
    }
}

#[test]
fn the_receiver_says_when_to_come_back() {
    let _turn = process::record();
    // RetryInfo of one second, as `google.rpc.Status` has it.
    let any = [&b"\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x01"[..]].concat();
    let status = [&[0x1a, any.len() as u8], &any[..]].concat();
    let details = data_encoding::BASE64_NOPAD.encode(&status);
    for (protocol, reply) in [
        (Protocol::HttpProtobuf, Reply::Status(503, &[("retry-after", "1")])),
        (Protocol::Grpc, Reply::Grpc(8, vec![("grpc-status-details-bin", details)])),
    ] {
        let receiver = Receiver::start(protocol);
        let mut fixture = fixture(&receiver);
        fixture.options.metrics = None;
        receiver.reply("ogs", [reply]);
        let exporter = fixture.start();
        otel_info!("test.happened");
        receiver.wait(|received| !received.is_empty());
        let refused = Instant::now();
        receiver.wait(|received| received.len() == 2);
        // A little is lost on the way here.
        assert!(refused.elapsed() > Duration::from_millis(900), "{:?}", refused.elapsed());
        assert!(exporter.shutdown(DEADLINE).is_complete());
    }
}

/// An event that is answered like this is sent once and no more.
fn check_sent_once(protocol: Protocol, reply: Reply) -> Fixture {
    let receiver = Receiver::start(protocol);
    let fixture = fixture(&receiver);
    receiver.reply("ogs", [reply]);
    let exporter = fixture.start();
    fixture.record();
    receiver.wait(|received| received.iter().any(|it| it.logs.is_some()));
    assert!(exporter.shutdown(DEADLINE).is_complete());
    assert_eq!(receiver.received().iter().filter(|it| it.logs.is_some()).count(), 1);
    fixture
}

#[test]
fn a_partial_success_is_one_and_is_counted() {
    let _turn = process::record();
    for protocol in PROTOCOLS {
        let fixture = check_sent_once(protocol, Reply::Partial(7, "too old"));
        assert_eq!(fixture.value("telemetry.exporter.rejected", "telemetry.signal", "logs"), 7);
    }
}

#[test]
fn an_answer_longer_than_anybody_reads_is_a_success_all_the_same() {
    let _turn = process::record();
    for protocol in PROTOCOLS {
        check_sent_once(protocol, Reply::Talkative);
    }
}

#[test]
fn metrics_that_nobody_can_look_at_are_counted_as_not_sent() {
    let _turn = process::record();
    let receiver = Receiver::start(Protocol::HttpProtobuf);
    let mut fixture = fixture(&receiver);
    fixture.options.on_body = Some(Arc::new(|signal, _| assert_ne!(signal, Signal::Metrics)));
    let exporter = fixture.start();
    fixture.record();
    until(|| fixture.failures("intercept") > 0);
    let report = exporter.shutdown(DEADLINE);
    assert!(report.metric_points > 0 && report.is_known, "{report:?}");
}

/// Parts that are taken, wanted again or refused, in turns.
fn replies(protocol: Protocol) -> Vec<Reply> {
    let (later, never) = match protocol {
        Protocol::HttpProtobuf => (Reply::Status(503, &[]), Reply::Status(400, &[])),
        Protocol::Grpc => (Reply::Grpc(14, Vec::new()), Reply::Grpc(3, Vec::new())),
    };
    let taken = Reply::Partial(0, "");
    let turn = [&taken, &later, &taken, &never, &taken, &taken, &later, &later, &never];
    turn.into_iter().cycle().take(90).cloned().collect()
}

#[test]
fn of_metrics_in_parts_those_that_were_taken_are_not_sent_again_and_the_others_are() {
    let _turn = process::record();
    for protocol in PROTOCOLS {
        let receiver = Receiver::start(protocol);
        let mut fixture = fixture(&receiver);
        fixture.options.metrics_bytes_max = 0;
        receiver.reply("etrics", replies(protocol));
        let recorder = Recorder::new(&fixture.telemetry.worker());
        let exporter = fixture.start();
        let count = || {
            fixture.set.requests.inc();
            (0..3).for_each(|series| recorder.record(series, 0, 5.0));
        };
        (0..4).for_each(|times| {
            count();
            receiver.wait(|received| received.iter().filter(|it| it.metrics.is_some()).count() > times * 20);
        });
        receiver.wait(|received| received.iter().filter(|it| it.metrics.is_some()).count() > 100);
        assert!(exporter.shutdown(DEADLINE).is_complete());
        let requests = receiver.received();
        let sum = |metric| taken(&requests).map(|it| it.sum(metric)).sum::<i64>();
        assert_eq!((sum(REQUESTS), sum("test.every.requests")), (4, 4 * 3 * 5));
    }
}

#[test]
fn a_part_of_totals_that_is_refused_holds_up_no_other() {
    let _turn = process::record();
    let receiver = Receiver::start(Protocol::HttpProtobuf);
    let mut fixture = fixture(&receiver);
    fixture.options.temporality = Temporality::Cumulative;
    (fixture.options.interval, fixture.options.metrics_bytes_max) = (Duration::from_secs(3600), 0);
    let points = encode_metrics(&fixture.telemetry.collect(), &mut Vec::new());
    let parts = |receiver: &Receiver| {
        let requests = receiver.received();
        let parts = requests.iter().filter(|it| it.metrics.is_some());
        (parts.clone().count(), parts.filter(|it| it.is_taken).count())
    };
    receiver.reply("etrics", [Reply::Status(400, &[]), Reply::Status(503, &[]), Reply::Status(400, &[])]);
    let report = fixture.start().shutdown(DEADLINE);
    assert_eq!(report, of(2, 0, 0), "each point was a part");
    let (sent, taken) = parts(&receiver);
    assert!(taken > points && sent == taken + 3, "{sent} parts, {taken} taken");
}

#[test]
fn a_connection_that_the_receiver_closed_meanwhile_is_no_failure() {
    let _turn = process::record();
    let receiver = Receiver::start(Protocol::HttpProtobuf);
    let fixture = fixture(&receiver);
    receiver.reply("ogs", [Reply::TakeAndClose, Reply::TakeAndClose]);
    let exporter = fixture.start();
    for count in 1..4 {
        fixture.record();
        receiver.wait(|received| received.iter().filter(|it| it.logs.is_some()).count() == count);
    }
    assert!(exporter.shutdown(DEADLINE).is_complete());
    assert_eq!(fixture.failures("broken"), 0);
}

#[test]
fn the_report_says_what_nobody_took() {
    let _turn = process::record();
    for protocol in PROTOCOLS {
        let receiver = Receiver::start(protocol);
        receiver.stop();
        let fixture = fixture(&receiver);
        let exporter = fixture.start();
        for _ in 0..3 {
            fixture.record();
        }
        let report = exporter.shutdown(Duration::from_millis(400));
        assert_eq!((report.logs, report.spans, report.is_known), (3, 3, true));
        assert!(report.metric_points > 0 && !report.is_complete());
        assert!(fixture.failures("unreachable") > 0);
    }
}

#[test]
fn without_any_time_the_report_still_knows() {
    let _turn = process::record();
    let receiver = Receiver::start(Protocol::HttpProtobuf);
    let mut fixture = fixture(&receiver);
    fixture.options.interval = Duration::from_secs(60);
    fixture.options.record_interval = Duration::from_secs(60);
    let exporter = fixture.start();
    fixture.record();
    let report = exporter.shutdown(Duration::ZERO);
    assert_eq!((report.logs, report.spans), (1, 1));
    assert!(report.metric_points > 0);
}

#[test]
fn what_waits_is_bounded_and_what_does_not_fit_is_counted() {
    let _turn = process::record();
    let receiver = Receiver::start(Protocol::HttpProtobuf);
    let mut fixture = fixture(&receiver);
    fixture.options.queue_bytes_max = 2000;
    receiver.reply("ogs", std::iter::repeat_n(Reply::Status(503, &[]), 1000));
    let exporter = fixture.start();
    for _ in 0..100 {
        otel_info!("test.happened", text = "x".repeat(100));
        std::thread::sleep(Duration::from_millis(2));
    }
    let report = exporter.shutdown(Duration::from_millis(100));
    assert!((1..90).contains(&report.logs), "{report:?}");
    // What was recorded last waits in any case.
    assert_eq!(fixture.dropped("queue_full") + report.logs as u64, 100);
}

#[test]
fn much_at_once_goes_at_once() {
    let _turn = process::record();
    let receiver = Receiver::start(Protocol::HttpProtobuf);
    let mut fixture = fixture(&receiver);
    fixture.options.record_interval = Duration::from_secs(3600);
    let exporter = fixture.start();
    // The exporter may not be listening for much yet: until it is, emit more.
    while receiver.received().iter().all(|it| it.logs.is_none()) {
        otel_info!("test.happened", text = "x".repeat(4000));
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(exporter.shutdown(DEADLINE).is_complete());
}

#[test]
fn a_receiver_on_the_same_thread_gets_everything_too() {
    let _turn = process::record();
    for protocol in PROTOCOLS {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime.expect("a runtime can be made"), async {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
            listener.set_nonblocking(true).expect("it can be");
            let receiver = Receiver::of(protocol, &listener);
            let listener = tokio::net::TcpListener::from_std(listener).expect("it is a listener");
            tokio::task::spawn_local(receiver.clone().serve(listener, None));
            let fixture = fixture(&receiver);
            let exporter = fixture.start();
            fixture.record();
            assert!(exporter.shutdown_async(DEADLINE).await.is_complete());
            let requests = receiver.received();
            assert_eq!(requests.iter().map(|it| it.log_names().len()).sum::<usize>(), 1);
            assert_eq!(requests.iter().map(|it| it.sum(REQUESTS)).sum::<i64>(), 1);
        });
    }
}

#[test]
fn shutting_down_inside_a_runtime_is_no_panic() {
    let _turn = process::record();
    let receiver = Receiver::start(Protocol::HttpProtobuf);
    let fixture = fixture(&receiver);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made").block_on(async {
        let exporter = fixture.start();
        fixture.record();
        assert_eq!(exporter.shutdown(DEADLINE), of(0, 0, 0));
    });
}

#[test]
fn an_intercept_that_does_not_return_holds_up_neither_way_of_shutting_down() {
    let _turn = process::record();
    let receiver = Receiver::start(Protocol::HttpProtobuf);
    let mut fixture = fixture(&receiver);
    let (release, stuck) = std::sync::mpsc::channel::<()>();
    let stuck = std::sync::Mutex::new(stuck);
    fixture.options.on_body = Some(Arc::new(move |_, _| {
        // An error as soon as the test is over.
        let _ = stuck.lock().expect("nobody panicked").recv();
    }));
    let (first, second) = (fixture.start(), fixture.start());
    fixture.record();
    let within = Duration::from_millis(10);
    assert!(!first.shutdown(within).is_known);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be made");
    assert!(!runtime.block_on(second.shutdown_async(within)).is_known);
    drop(release);
}

/// Threads of the exporter that are alive.
#[cfg(target_os = "linux")]
fn threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").expect("there is a list of threads");
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with("telemetry-otlp")).count()
}

#[cfg(target_os = "linux")]
#[test]
fn dropping_it_ends_its_threads_without_waiting_for_anything() {
    let _turn = process::record();
    let receiver = Receiver::start(Protocol::HttpProtobuf);
    receiver.reply("", std::iter::repeat_n(Reply::Hang, 10));
    let fixture = fixture(&receiver);
    let exporter = fixture.start();
    fixture.record();
    receiver.wait(|received| !received.is_empty());
    drop(exporter);
    until(|| threads() == 0);
}

/// A certificate for this machine, as PEM for the exporter, and a receiver that has it.
fn over_tls(protocol: Protocol) -> (Receiver, String) {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("it can be made");
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("there are versions")
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key.into())
        .expect("the key is the certificate's");
    config.alpn_protocols =
        vec![if protocol == Protocol::Grpc { b"h2".to_vec() } else { b"http/1.1".to_vec() }];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    (Receiver::start_with(protocol, Some(acceptor)), pem(signed.cert.der()))
}

fn pem(certificate: &[u8]) -> String {
    let text = data_encoding::BASE64.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

#[test]
fn a_receiver_is_trusted_only_with_a_certificate_that_is() {
    let _turn = process::record();
    for protocol in PROTOCOLS {
        let (receiver, certificate) = over_tls(protocol);
        let mut fixture = fixture(&receiver);
        let endpoint = format!("https://localhost:{}", receiver.address.port());
        fixture.options.logs = Some(Target::new(&endpoint, protocol, Signal::Logs));
        (fixture.options.metrics, fixture.options.traces) = (None, None);
        // Another one, so that there is a root even where the system has none.
        let (_, other) = over_tls(protocol);
        fixture.options.targets_mut().for_each(|target| target.certificates = Some(other.clone().into()));
        let exporter = fixture.start();
        fixture.record();
        until(|| fixture.failures("unreachable") > 0);
        assert_eq!(exporter.shutdown(Duration::from_millis(50)).logs, 1);
        fixture
            .options
            .targets_mut()
            .for_each(|target| target.certificates = Some(certificate.clone().into()));
        let exporter = fixture.start();
        fixture.record();
        assert!(exporter.shutdown(DEADLINE).is_complete());
        assert_eq!(receiver.received().len(), 1);
    }
}

#[test]
fn whoever_looks_at_bodies_may_change_them_drop_them_and_even_panic() {
    let _turn = process::record();
    let receiver = Receiver::start(Protocol::Grpc);
    let mut fixture = fixture(&receiver);
    fixture.options.on_body = Some(Arc::new(|signal, body| match signal {
        Signal::Metrics => body.clear(),
        Signal::Logs => {
            let mut request = ExportLogsServiceRequest::decode(&body[..]).expect("it is logs");
            request.resource_logs[0].scope_logs[0].log_records.retain(|log| log.event_name != "test.noise");
            *body = request.encode_to_vec();
        }
        Signal::Traces => panic!("it does not like spans"),
    }));
    let exporter = fixture.start();
    otel_info!("test.noise");
    fixture.record();
    receiver.wait(|received| received.iter().any(|it| it.log_names() == ["test.happened"]));
    until(|| fixture.dropped("intercept") == 1);
    assert!(exporter.shutdown(DEADLINE).is_complete());
    assert!(receiver.received().iter().all(|it| it.logs.is_some()), "what is empty is not sent");
}

#[test]
fn what_goes_nowhere_is_not_looked_at_and_mistakes_are_told_at_the_start() {
    let telemetry = Telemetry::default();
    for (endpoint, word) in [
        ("localhost:4318", "localhost"),
        ("ftp://localhost", "ftp"),
        ("http://", "http"),
        ("http://localhost:43180000", "43180000"),
        ("http://[::1]:otlp", "otlp"),
        ("", ""),
    ] {
        let options = OtlpOptions::new(endpoint, Protocol::HttpProtobuf);
        let error = OtlpExporter::start(&telemetry, options).expect_err("it is no endpoint").to_string();
        assert!(error.contains(word) && error.contains("no http or https URL"), "{error}");
    }
    for url in ["http://user:secretpw@h:1", "http://secretpw@h", "https://a:secretpw@"] {
        let options = OtlpOptions::new(url, Protocol::Grpc);
        let error = OtlpExporter::start(&telemetry, options).expect_err("nobody gets them").to_string();
        assert!(error.contains("header field") && !error.contains("secretpw"), "{error}");
    }
    let exporter = OtlpExporter::start(&telemetry, OtlpOptions::default()).expect("there is nothing to do");
    assert!(exporter.shutdown(DEADLINE).is_complete());
}

/// Everything there is to know about a receiver that comes and goes: what was emitted was taken, or dropped and counted.
#[test]
fn whatever_the_receiver_does_the_numbers_add_up() {
    const THREADS: u64 = 4;
    const EVENTS: u64 = 3000;
    let _turn = process::record();
    for protocol in PROTOCOLS {
        let receiver = Receiver::start(protocol);
        let mut fixture = fixture(&receiver);
        fixture.options.queue_bytes_max = 100_000;
        let moods = [Reply::Status(503, &[]), Reply::Close, Reply::Status(400, &[]), Reply::Close];
        for word in ["etrics", "ogs"] {
            receiver.reply(word, moods.iter().cycle().take(12).cloned());
        }
        let sdk_dropped = logs::dropped();
        let exporter = fixture.start();
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                let telemetry = &fixture.telemetry;
                scope.spawn(move || {
                    let set: Set<ExportedMetrics> = telemetry.worker().register(());
                    for number in 0..EVENTS {
                        set.requests.inc();
                        otel_info!("test.happened", number = number);
                        std::thread::yield_now();
                    }
                });
            }
        });
        // What is lost at the end is in the report as well: more, until the receiver is well.
        let more = Cell::new(0);
        until(|| {
            otel_info!("test.more");
            more.set(more.get() + 1);
            // The last mood is to break the connection, after which the batch comes again.
            let failures = ["throttled", "refused", "broken"].map(|failure| fixture.failures(failure));
            failures == [6, 6, 12]
        });
        let report = exporter.shutdown(DEADLINE);
        assert!(report.is_complete(), "{report:?}, {} queue_full", fixture.dropped("queue_full"));
        let requests = receiver.received();
        assert_eq!(taken(&requests).map(|it| it.sum(REQUESTS)).sum::<i64>(), (THREADS * EVENTS) as i64);
        let delivered = taken(&requests).map(|it| it.log_names().len() as u64).sum::<u64>();
        let dropped = fixture.telemetry.collect().sum("telemetry.exporter.records.dropped", &[])
            + (logs::dropped() - sdk_dropped);
        assert_eq!(delivered + dropped, THREADS * EVENTS + more.get());
        assert!(delivered > 0 && dropped > 0, "{delivered} delivered, {dropped} dropped");
    }
}

#[test]
fn what_is_too_large_for_one_request_goes_in_several() {
    let _turn = process::record();
    let receiver = Receiver::start(Protocol::HttpProtobuf);
    let mut fixture = fixture(&receiver);
    fixture.options.queue_bytes_max = 80_000;
    fixture.options.record_interval = Duration::from_secs(60);
    let exporter = fixture.start();
    for number in 0..100 {
        otel_info!("test.happened", number = number, text = "x".repeat(900));
    }
    assert!(exporter.shutdown(DEADLINE).is_complete());
    let requests = receiver.received();
    let logs: Vec<_> = requests.iter().filter_map(|it| it.logs.as_ref()).collect();
    assert!(logs.len() >= 10 && logs.iter().all(|logs| logs.encoded_len() <= 10_000), "{}", logs.len());
    let numbers = logs.iter().flat_map(|it| &it.resource_logs[0].scope_logs[0].log_records);
    let numbers: Vec<_> = numbers.map(|log| log.attributes[0].value.clone()).collect();
    assert_eq!(numbers.len(), 100);
    assert!(numbers.iter().zip(0..).all(|(value, number)| value == &Some(int(number))), "in their order");
}

fn int(number: i64) -> AnyValue {
    AnyValue { value: Some(any_value::Value::IntValue(number)) }
}
