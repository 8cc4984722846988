//! `live-check`: what was emitted, held against the registry of what is declared.

use std::path::PathBuf;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, span};
use prost::Message;

use crate::command::{Copy, Run, run, text};

fn attribute(key: &str, value: Value) -> KeyValue {
    let value = Some(AnyValue { value: Some(value) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

fn word(key: &str, word: &str) -> KeyValue {
    attribute(key, Value::StringValue(word.to_owned()))
}

fn metrics(metrics: Vec<Metric>) -> Vec<u8> {
    let scope = ScopeMetrics { metrics, ..ScopeMetrics::default() };
    let resource = ResourceMetrics { scope_metrics: vec![scope], ..ResourceMetrics::default() };
    ExportMetricsServiceRequest { resource_metrics: vec![resource] }.encode_to_vec()
}

fn logs(log_records: Vec<LogRecord>) -> Vec<u8> {
    let scope = ScopeLogs { log_records, ..ScopeLogs::default() };
    let resource = ResourceLogs { scope_logs: vec![scope], ..ResourceLogs::default() };
    ExportLogsServiceRequest { resource_logs: vec![resource] }.encode_to_vec()
}

fn spans(spans: Vec<Span>) -> Vec<u8> {
    let scope = ScopeSpans { spans, ..ScopeSpans::default() };
    let resource = ResourceSpans { scope_spans: vec![scope], ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![resource] }.encode_to_vec()
}

fn metric(name: &str, unit: &str, data: Data) -> Metric {
    let (name, unit) = (name.to_owned(), unit.to_owned());
    Metric { name, unit, data: Some(data), ..Metric::default() }
}

fn point(attributes: Vec<KeyValue>) -> Vec<NumberDataPoint> {
    vec![NumberDataPoint { attributes, ..NumberDataPoint::default() }]
}

fn counter(name: &str, unit: &str, attributes: Vec<KeyValue>) -> Metric {
    let sum = Sum { data_points: point(attributes), is_monotonic: true, aggregation_temporality: 1 };
    metric(name, unit, Data::Sum(sum))
}

/// The metrics of two small sets, as declared but for `edit`.
fn sound(edit: impl Fn(&mut Vec<Metric>)) -> Vec<u8> {
    let gauge = |name, unit| metric(name, unit, Data::Gauge(Gauge { data_points: point(Vec::new()) }));
    let level = |name, unit| {
        let sum = Sum { data_points: point(Vec::new()), is_monotonic: false, aggregation_temporality: 2 };
        metric(name, unit, Data::Sum(sum))
    };
    let mut all = vec![
        counter("shop.refund.refunds", "{order}", vec![word("shop.outcome", "paid")]),
        counter("shop.stock.deliveries", "{lorry}", Vec::new()),
        counter("shop.stock.energy", "kJ", Vec::new()),
        level("shop.stock.items", "{item}"),
        level("shop.stock.mass", "kg"),
        gauge("shop.stock.shelves", "{shelf}"),
        gauge("shop.stock.surplus", "{item}"),
        gauge("shop.stock.its_type", "1"),
    ];
    edit(&mut all);
    metrics(all)
}

/// The registry of these two sets, and bodies beside it.
struct Live(Copy);

impl Live {
    fn new() -> Self {
        let copy = Copy::of("declarable");
        // The attribute of the refunds is defined with the carts.
        let carts = std::fs::read_to_string(copy.path("shop.cart.yaml")).unwrap();
        let definitions = carts.split_once("\nattribute_groups:").unwrap().0;
        copy.write("shop.cart.yaml", definitions).remove("shop.customer.yaml").remove("shop.order.yaml");
        Self(copy)
    }

    fn body(&self, name: &str, body: &[u8]) -> PathBuf {
        let path = self.0.path(name);
        std::fs::write(&path, body).unwrap();
        path
    }

    fn run(&self, body: &[u8], options: &[&str]) -> Run {
        let body = self.body("body", body);
        let arguments = ["live-check", "--registry", self.0.folder(), text(&body)];
        run(&[&arguments, options].concat())
    }

    fn check(&self, body: &[u8], expected: &[&str]) {
        let run = self.run(body, &[]);
        assert_eq!(run.out.lines().collect::<Vec<_>>(), expected, "{}", run.err);
        assert_eq!(run.code, i32::from(!expected.is_empty()));
    }
}

#[test]
fn what_is_emitted_as_declared_is_silent() {
    Live::new().check(&sound(|_| {}), &[]);
}

#[test]
fn what_is_not_declared_is_said() {
    let extra = |all: &mut Vec<Metric>| all.push(counter("shop.stock.thefts", "{theft}", Vec::new()));
    Live::new().check(&sound(extra), &["emitted: metric `shop.stock.thefts`: is not declared"]);
    let attributed =
        |all: &mut Vec<Metric>| all[1] = counter("shop.stock.deliveries", "{lorry}", vec![word("x", "y")]);
    Live::new().check(
        &sound(attributed),
        &["emitted: metric `shop.stock.deliveries`: attribute `x` is not declared"],
    );
}

#[test]
fn what_was_never_emitted_is_said_unless_it_did_not_have_to_be() {
    let live = Live::new();
    let less = sound(|all| drop(all.remove(2)));
    live.check(&less, &["declared: metric `shop.stock.energy`: was never emitted"]);
    let partial = live.run(&less, &["--partial"]);
    assert_eq!((partial.code, partial.out.as_str()), (0, ""));
}

#[test]
fn unit_instrument_and_values_are_those_declared() {
    let differently = |all: &mut Vec<Metric>| {
        all[0] = counter("shop.refund.refunds", "1", vec![word("shop.outcome", "abandoned")]);
        let histogram =
            Histogram { data_points: vec![HistogramDataPoint::default()], ..Histogram::default() };
        all[1] = metric("shop.stock.deliveries", "{lorry}", Data::Histogram(histogram));
    };
    Live::new().check(
        &sound(differently),
        &[
            "emitted: metric `shop.refund.refunds`: attribute `shop.outcome` has `abandoned`, which is no member of its enum",
            "emitted: metric `shop.refund.refunds`: has unit `1`, declared is `{order}`",
            "emitted: metric `shop.stock.deliveries`: is a histogram, declared is a counter",
        ],
    );
}

#[test]
fn a_required_attribute_is_there_each_time() {
    let without = |all: &mut Vec<Metric>| all.push(counter("shop.refund.refunds", "{order}", Vec::new()));
    Live::new().check(
        &sound(without),
        &["emitted: metric `shop.refund.refunds`: required attribute `shop.outcome` is missing"],
    );
}

fn placed(event_name: &str, attributes: Vec<KeyValue>) -> LogRecord {
    let event_name = event_name.to_owned();
    LogRecord { event_name, severity_number: 9, time_unix_nano: 1, attributes, ..LogRecord::default() }
}

fn order() -> Vec<KeyValue> {
    vec![
        word("shop.order.id", "A 17"),
        attribute("shop.order.items", Value::IntValue(3)),
        attribute("shop.order.is_gift", Value::BoolValue(true)),
        attribute("shop.order.total", Value::DoubleValue(2.5)),
        word("shop.payment", "card"),
    ]
}

fn fulfilled(name: &str, kind: span::SpanKind, attributes: Vec<KeyValue>) -> Span {
    let (name, kind, trace_id, span_id) = (name.to_owned(), kind as i32, vec![0xf0; 16], vec![0xf0; 8]);
    Span { name, kind, trace_id, span_id, start_time_unix_nano: 1, attributes, ..Span::default() }
}

/// What is said of these bodies against everything that can be declared.
fn partial(bodies: &[Vec<u8>], options: &[&str]) -> Run {
    let copy = Copy::of("declarable");
    let write = |(index, body): (usize, &Vec<u8>)| {
        let path = copy.path(&format!("body{index}"));
        std::fs::write(&path, body).unwrap();
        path
    };
    let bodies: Vec<PathBuf> = bodies.iter().enumerate().map(write).collect();
    let arguments = ["live-check", "--partial", "--registry", copy.folder()].into_iter();
    let arguments: Vec<&str> =
        arguments.chain(options.iter().copied()).chain(bodies.iter().map(|body| text(body))).collect();
    run(&arguments)
}

#[test]
fn the_signal_of_each_body_is_found_out() {
    let items = order()[..2].to_vec();
    let all = [
        sound(|_| {}),
        logs(vec![placed("shop.order.placed", order())]),
        spans(vec![fulfilled("shop.order.fulfil", span::SpanKind::Internal, items)]),
        Vec::new(),
    ];
    let run = partial(&all, &[]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));
}

#[test]
fn events_and_spans_are_those_declared() {
    let mut wrong = placed("shop.order.placed", order());
    wrong.severity_number = 17;
    wrong.attributes[1] = word("shop.order.items", "three");
    let moment = span::Event { name: "shop.order.forgotten".to_owned(), ..span::Event::default() };
    let pay = fulfilled("shop.order.pay", span::SpanKind::Server, Vec::new());
    let pay = Span { events: vec![moment], ..pay };
    let run = partial(&[logs(vec![wrong]), spans(vec![pay])], &[]);
    let expected = "\
        emitted: event `shop.order.forgotten`: is not declared\n\
        emitted: event `shop.order.placed`: attribute `shop.order.items` has a value of type `string`, declared is `int`\n\
        emitted: event `shop.order.placed`: has severity `error`, declared is `info`\n\
        emitted: span `shop.order.pay`: is of kind `server`, declared is `client`\n";
    assert_eq!((run.code, run.out.as_str()), (1, expected));
}

#[test]
fn a_record_that_is_no_event_is_not_compared() {
    let run = partial(&[logs(vec![placed("", vec![word("x", "y")])])], &[]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
}

#[test]
fn what_is_no_body_is_said_with_its_file() {
    for (body, options, why) in [
        (b"\x1f\x8b\x08".to_vec(), &[][..], "no OTLP request"),
        (b"{}".to_vec(), &[], "no OTLP request"),
        (sound(|_| {}), &["--signal", "logs"], "no OTLP request"),
    ] {
        let run = partial(&[body], options);
        assert_eq!((run.code, run.out.as_str()), (2, ""));
        assert!(run.err.contains("body0: ") && run.err.contains(why), "{}", run.err);
    }
}

#[test]
fn json_tells_the_two_directions_apart() {
    let swapped = |all: &mut Vec<Metric>| all[2].name = "shop.stock.power".to_owned();
    let run = Live::new().run(&sound(swapped), &["--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(
        (&found[0]["kind"], &found[0]["subject"]),
        (&"emitted".into(), &"metric `shop.stock.power`".into())
    );
    assert_eq!(
        (&found[1]["kind"], &found[1]["subject"]),
        (&"declared".into(), &"metric `shop.stock.energy`".into())
    );
}
