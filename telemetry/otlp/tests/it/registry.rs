//! What leaves as OTLP is what is declared, both ways.

use telemetry::registry::{
    Direction, Discrepancy, Emitted, Manifest, Registry, RegistryProblem, Stability, check, live_check,
};
use telemetry::{
    AttributeValue, Counter, Gauge, Histogram, Mmsc, Open, Telemetry, UpDownCounter, attribute_set, event,
    metric_set, otel_info, span,
};
use telemetry_otlp::{encode_logs, encode_metrics, encode_spans};

use crate::process;

/// How it ended.
#[derive(Debug, Clone, Copy, AttributeValue)]
#[attribute(key = "test.live.outcome")]
enum Outcome {
    /// Well.
    Kept,
    /// Not.
    Dropped,
}

/// Who asks.
#[attribute_set(name = "test.live.client")]
struct ClientAttributes {
    /// From outside.
    name: Open<3>,
    /// Whether it asked before.
    is_known: bool,
    /// Its place in the queue.
    place: u16,
    /// Its share.
    share: f64,
}

/// One of most kinds.
#[metric_set(name = "test.live", attributes = ClientAttributes, varying = Outcome)]
struct LiveMetrics {
    /// Requests.
    #[metric(unit = "{request}")]
    requests: Counter<u64>,
    /// Requests being served.
    #[metric(unit = "{request}")]
    active: UpDownCounter<i64>,
    /// Memory in use.
    #[metric(unit = "By")]
    memory: Gauge<u64>,
    /// Sizes.
    #[metric(unit = "By")]
    size: Mmsc,
    /// Durations in a range.
    #[metric(unit = "s", range = "1ms..10s")]
    range: Histogram,
    /// Durations of any length.
    #[metric(unit = "s")]
    adaptive: Histogram,
    /// Records in a batch.
    #[metric(unit = "{record}", buckets = [1, 10])]
    bounds: Histogram,
}

/// Somebody asked.
#[event(name = "test.live.asked", severity = "warn")]
struct Asked<'a> {
    /// For what.
    #[attribute(key = "test.live.question")]
    question: &'a str,
    /// How it went, if it is over.
    #[attribute(key = "test.live.outcome")]
    outcome: Option<Outcome>,
}

/// An answer is made.
#[span(name = "test.live.answer", kind = "server")]
struct AnswerSpan {
    /// Bytes of the answer.
    #[attribute(key = "test.live.bytes")]
    bytes: u64,
}

/// Records everything that this file declares, but for the span if it is not wanted, and what left then.
fn emitted(with_span: bool) -> Emitted {
    let _turn = process::record();
    let telemetry = Telemetry::default();
    let worker = telemetry.worker();
    let client = |name: &str| ClientAttributes { name: name.into(), is_known: true, place: 1, share: 0.5 };
    let sets = ["a", "b", "c", "d", "e"].map(|name| worker.register::<LiveMetrics>(client(name)));
    for metrics in sets.iter().map(|set| set.with(Outcome::Dropped)) {
        metrics.requests.inc();
        metrics.active.inc();
        metrics.memory.set(1);
        metrics.size.record(2.0);
        metrics.range.record(0.5);
        metrics.adaptive.record(0.5);
        metrics.bounds.record(5.0);
    }
    Asked { question: "why", outcome: Some(Outcome::Kept) }.emit();
    Asked { question: "how", outcome: None }.emit();
    otel_info!("test.live.called", test.live.line = 17, test.live.word = "because");
    if with_span {
        drop(AnswerSpan { bytes: 42 }.start());
    }
    let taken = process::taken();
    let (logs, spans) = (taken.logs().count(), taken.spans().count());
    let resource = process::resource();
    let mut bodies = [Vec::new(), Vec::new(), Vec::new()];
    encode_metrics(&telemetry.collect(), &mut bodies[0]);
    encode_logs(&taken, 0..logs, &resource, &mut bodies[1]);
    encode_spans(&taken, 0..spans, &resource, &mut bodies[2]);
    let mut emitted = Emitted::default();
    for body in bodies {
        emitted.add_otlp(&body).expect("it is a request");
    }
    emitted
}

fn registry() -> Registry {
    telemetry::registry(Manifest {
        schema_url: "https://example.com/schemas/tests/1.0.0".to_owned(),
        description: "What the tests of the exporter declare.".to_owned(),
        stability: Stability::Development,
    })
}

/// What is not as declared, without what only other tests would have emitted.
fn said(registry: &Registry, emitted: &Emitted) -> Vec<String> {
    let is_ours =
        |found: &Discrepancy| found.direction == Direction::Emitted || found.subject.contains("`test.live.");
    live_check(registry, emitted).iter().filter(|found| is_ours(found)).map(ToString::to_string).collect()
}

#[test]
fn what_leaves_is_what_is_declared() {
    let registry = registry();
    // One set of another test is declared twice, to see what then leaves.
    let is_meant = |problem: &RegistryProblem| problem.file == "test.twice.yaml";
    let problems: Vec<_> = check(&registry).into_iter().filter(|problem| !is_meant(problem)).collect();
    assert_eq!(problems, []);
    assert_eq!(said(&registry, &emitted(true)), [""; 0]);
}

#[test]
fn what_does_not_leave_is_missed() {
    let expected = ["declared: span `test.live.answer`: was never emitted"];
    assert_eq!(said(&registry(), &emitted(false)), expected);
}

#[test]
fn what_is_not_declared_shows() {
    let mut registry = registry();
    for file in &mut registry.files {
        file.metrics.retain(|metric| metric.name != "test.live.range");
        file.events.retain(|event| event.name != "test.live.called");
        let sizes = file.metrics.iter_mut().filter(|metric| metric.name == "test.live.size");
        sizes.for_each(|metric| metric.unit = "kBy".to_owned());
    }
    let expected = [
        "emitted: event `test.live.called`: is not declared",
        "emitted: metric `test.live.range`: is not declared",
        "emitted: metric `test.live.size`: has unit `By`, declared is `kBy`",
    ];
    assert_eq!(said(&registry, &emitted(true)), expected);
}
