//! Declarations become descriptors; the sets here are shared by the other tests.

use std::sync::Arc;

use telemetry::{
    AttributeKind, AttributeValue, Counter, EnumMember, Gauge, Histogram, InstrumentKind, MetricSet, Scalar,
    UpDownCounter, attribute_set, metric_set,
};

/// Which way a request takes.
#[attribute_set(name = "edge.route")]
#[derive(Debug, Clone)]
pub(crate) struct RouteAttributes {
    /// Matched route template.
    #[attribute(key = "http.route")]
    pub(crate) route: &'static str,
    /// Which protocol speaks.
    pub(crate) protocol: Protocol,
    /// Policy that decided.
    #[attribute(key = "edge.policy.id")]
    pub(crate) policy: Arc<str>,
}

/// A protocol.
#[derive(Debug, Clone, Copy, AttributeValue)]
pub(crate) enum Protocol {
    /// OTLP over HTTP.
    OtlpHttp,
    /// The Datadog intake.
    #[attribute(value = "dd")]
    Datadog,
}

/// Requests served.
///
/// Only the first paragraph is the brief.
#[metric_set(name = "edge.http.server", attributes = RouteAttributes)]
#[derive(Debug)]
pub(crate) struct HttpServerMetrics {
    /// Requests received.
    #[metric(unit = "{request}")]
    pub(crate) requests: Counter<u64>,
    /// Time from head received
    /// to last byte sent.
    #[metric(unit = "s", range = "10us..60s")]
    pub(crate) request_duration: Histogram,
    /// Requests being served.
    #[metric(unit = "{request}")]
    pub(crate) active_requests: UpDownCounter<i64>,
}

/// One of every kind.
#[metric_set(name = "edge")]
pub(crate) struct KindMetrics {
    /// Requests let through because of a failure.
    #[metric(unit = "{request}")]
    pub(crate) fail_open: Counter<u64>,
    /// Time spent.
    #[metric(unit = "s", name = "edge.cpu.time")]
    pub(crate) cpu: Counter<f64>,
    /// Memory in use.
    #[metric(unit = "By")]
    pub(crate) memory: Gauge<u64>,
    /// Distance from the target.
    #[metric(unit = "{worker}")]
    pub(crate) balance: Gauge<i64>,
    /// Share of records kept.
    #[metric(unit = "1")]
    pub(crate) kept: Gauge<f64>,
    /// Records in a batch.
    #[metric(unit = "{record}", buckets = [1, 10.0, 100])]
    pub(crate) batch_size: AliasedHistogram,
}

/// An instrument behind an alias is still an instrument.
pub(crate) type AliasedHistogram = Histogram;

/// The route that most tests use.
pub(crate) fn route(route: &'static str) -> RouteAttributes {
    RouteAttributes { route, protocol: Protocol::OtlpHttp, policy: "p".into() }
}

#[test]
fn a_metric_is_named_by_set_and_field_unless_overridden() {
    let names: Vec<_> = KindMetrics::DESCRIPTOR.fields.iter().map(|field| field.name).collect();
    let expected =
        ["edge.fail_open", "edge.cpu.time", "edge.memory", "edge.balance", "edge.kept", "edge.batch_size"];
    assert_eq!(names, expected);
}

#[test]
fn doc_comments_become_briefs() {
    let descriptor = HttpServerMetrics::DESCRIPTOR;
    assert_eq!(descriptor.brief, "Requests served.");
    assert_eq!(descriptor.fields[1].brief, "Time from head received to last byte sent.");
    assert_eq!(descriptor.attributes.attributes[0].brief, "Matched route template.");
}

const PROTOCOLS: &[EnumMember] = &[
    EnumMember { id: "otlp_http", value: "otlp_http", brief: "OTLP over HTTP." },
    EnumMember { id: "datadog", value: "dd", brief: "The Datadog intake." },
];

#[test]
fn descriptors_tell_kinds_units_and_keys() {
    let descriptor = HttpServerMetrics::DESCRIPTOR;
    let kinds: Vec<_> = descriptor.fields.iter().map(|field| (field.unit, field.kind)).collect();
    let expected = [
        ("{request}", InstrumentKind::CounterU64),
        ("s", InstrumentKind::Histogram),
        ("{request}", InstrumentKind::UpDownCounterI64),
    ];
    assert_eq!(kinds, expected);
    let keys: Vec<_> = descriptor.attributes.attributes.iter().map(|field| (field.key, field.kind)).collect();
    let expected = [
        ("http.route", AttributeKind::Text),
        ("edge.route.protocol", AttributeKind::Enum(PROTOCOLS)),
        ("edge.policy.id", AttributeKind::Text),
    ];
    assert_eq!(keys, expected);
    assert_eq!(Protocol::Datadog.as_str(), "dd");
}

/// Variants that are not just words in camel case.
#[derive(AttributeValue)]
#[allow(non_camel_case_types, clippy::upper_case_acronyms)]
enum Spelling {
    HTTP,
    HTTPServer,
    r#type,
    V2Grpc,
    Http2,
}

#[test]
fn variants_become_words() {
    use Spelling::{HTTP, HTTPServer, Http2, V2Grpc, r#type};
    let words = [HTTP, HTTPServer, r#type, V2Grpc, Http2].map(|variant| variant.as_str());
    assert_eq!(words, ["http", "http_server", "type", "v2_grpc", "http2"]);
}

/** A block says "as much" as lines.
 *
 * Not the brief.
 */
#[metric_set(name = "edge.block")]
struct BlockMetrics {
    /**
     * Two lines
     * of one block.
     */
    #[metric(unit = "{item}")]
    items: Counter<u64>,
}

#[test]
fn block_comments_are_briefs_too() {
    let descriptor = BlockMetrics::DESCRIPTOR;
    assert_eq!(descriptor.brief, "A block says \"as much\" as lines.");
    assert_eq!(descriptor.fields[0].brief, "Two lines of one block.");
    let worker = telemetry::Telemetry::default().worker();
    worker.register::<BlockMetrics>(()).items.inc();
}

#[test]
fn numbers_that_opentelemetry_has_none_for_stay_apart() {
    assert_eq!((u64::MAX >> 1).scalar(), Scalar::Int(i64::MAX));
    for number in [(u64::MAX >> 1) + 1, u64::MAX] {
        assert_eq!(number.scalar(), Scalar::Text(number.to_string().into()));
    }
}
