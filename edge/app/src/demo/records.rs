//! Log records as a web shop writes them: probes, debug noise, page views, retries, orders, failures.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs, SeverityNumber};
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::random::Random;

const SERVICES: [&str; 5] = ["gateway", "frontend", "checkout", "payments", "inventory"];
const NAMES: [&str; 6] = ["ada", "grace", "edsger", "barbara", "donald", "frances"];
const PAGES: [&str; 5] = ["/", "/search", "/product/1417", "/product/88", "/cart"];
const CHARACTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Sessions that browse at a time.
const SESSIONS: usize = 500;

/// Resources of a batch: a collector in front of several services sends them together.
const RESOURCES: usize = 2;

/// `records` of them at `now`, by a few of the shop's services.
pub(super) fn batch(random: &mut Random, records: usize, now: u64) -> Vec<ResourceLogs> {
    let share = |index: usize| (records + index) / RESOURCES;
    (0..RESOURCES).map(|index| resource(random, share(index), now)).collect()
}

fn resource(random: &mut Random, records: usize, now: u64) -> ResourceLogs {
    let service = random.one_of(&SERVICES);
    let log_records = (0..records).map(|_| record(random, service, now)).collect();
    let scope = InstrumentationScope { name: format!("shop.{service}"), ..Default::default() };
    ResourceLogs {
        resource: Some(Resource {
            attributes: vec![
                text("service.name", service),
                text("service.version", "4.2.1"),
                text("deployment.environment.name", "production"),
                text("k8s.pod.name", &format!("{service}-7d9f5c-{}", random.below(4))),
            ],
            ..Default::default()
        }),
        scope_logs: vec![ScopeLogs { scope: Some(scope), log_records, schema_url: String::new() }],
        schema_url: "https://opentelemetry.io/schemas/1.37.0".to_owned(),
    }
}

/// What a kind of line says: severity, body and attributes of its own.
struct Line {
    severity: SeverityNumber,
    body: String,
    attributes: Vec<KeyValue>,
}

fn record(random: &mut Random, service: &str, now: u64) -> LogRecord {
    let Line { severity, body, attributes } = line(random, service);
    LogRecord {
        time_unix_nano: now + random.below(1_000_000_000) as u64,
        observed_time_unix_nano: now + 1_000_000_000,
        severity_number: severity.into(),
        severity_text: severity.as_str_name().trim_start_matches("SEVERITY_NUMBER_").to_owned(),
        body: Some(AnyValue { value: Some(Value::StringValue(body)) }),
        attributes,
        trace_id: random.bytes(16),
        span_id: random.bytes(8),
        flags: 1,
        ..Default::default()
    }
}

/// Of a hundred lines.
fn line(random: &mut Random, service: &str) -> Line {
    match random.below(100) {
        0..25 => probe(random),
        25..43 => debug(random),
        43..63 => page_view(random),
        63..71 => retry(random),
        71..80 => order(random),
        80..85 => login(random),
        85..88 => forwarded(random),
        88..93 => failure(random, service),
        _ => stock(random),
    }
}

fn probe(random: &mut Random) -> Line {
    let path = random.one_of(&["/healthz", "/livez", "/readyz"]);
    let attributes = vec![
        text("http.request.method", "GET"),
        text("url.path", path),
        int("http.response.status_code", 200),
        text("user_agent.original", "kube-probe/1.33"),
    ];
    info(format!("GET {path} 200 {}us", 80 + random.below(300)), attributes)
}

fn debug(random: &mut Random) -> Line {
    let body = format!("cache lookup key=product:{} shard={}", random.below(9_000), random.below(16));
    Line { severity: SeverityNumber::Debug, body, attributes: vec![text("thread.name", "pool-3-worker-1")] }
}

fn page_view(random: &mut Random) -> Line {
    let page = random.one_of(&PAGES);
    let session = format!("s-{:06}", random.below(SESSIONS));
    let attributes = vec![text("session.id", &session), text("url.path", page), int("browser.width", 1_280)];
    info(format!("page viewed {page} in {} ms", 20 + random.below(400)), attributes)
}

fn retry(random: &mut Random) -> Line {
    let body = format!("upstream inventory:8443 timed out, retrying ({}/5)", 1 + random.below(5));
    let attributes = vec![text("server.address", "inventory"), int("server.port", 8_443)];
    Line { severity: SeverityNumber::Warn, body, attributes }
}

fn order(random: &mut Random) -> Line {
    let cents = 500 + random.below(20_000);
    let attributes = vec![
        text("order.id", &format!("o-{:010}", random.below(1_000_000_000))),
        text("client.address", &format!("203.0.113.{}", random.below(256))),
        text("order.currency", "EUR"),
    ];
    info(
        format!("order accepted: {} items, total {}.{:02}", 1 + random.below(9), cents / 100, cents % 100),
        attributes,
    )
}

fn login(random: &mut Random) -> Line {
    let name = random.one_of(&NAMES);
    let body = format!("login of {name}.{}@example.com succeeded", random.below(1_000));
    info(body, vec![text("session.id", &format!("s-{:06}", random.below(SESSIONS)))])
}

fn forwarded(random: &mut Random) -> Line {
    let token: String =
        random.bytes(32).into_iter().map(|byte| char::from(CHARACTERS[usize::from(byte) % 64])).collect();
    info(format!("forwarding request with Authorization: Bearer {TOKEN_PREFIX}{token}"), Vec::new())
}

/// Starts every token made here, so that the intake can tell whether one got through.
pub(super) const TOKEN_PREFIX: &str = "eyJhbGciOiJIUzI1NiJ9.";

fn failure(random: &mut Random, service: &str) -> Line {
    let body = format!("cannot reserve stock for o-{:010}: deadline exceeded", random.below(1_000_000_000));
    let trace = format!(
        "java.util.concurrent.TimeoutException: 2000 ms\n\tat com.shop.{service}.Reserve.call(Reserve.java:118)\n\tat com.shop.{service}.Order.place(Order.java:64)"
    );
    let attributes = vec![
        text("exception.type", "java.util.concurrent.TimeoutException"),
        text("exception.stacktrace", &trace),
    ];
    Line { severity: SeverityNumber::Error, body, attributes }
}

fn stock(random: &mut Random) -> Line {
    let attributes =
        vec![int("product.id", random.below(9_000) as i64), int("stock.level", random.below(80) as i64)];
    info("stock level updated".to_owned(), attributes)
}

fn info(body: String, attributes: Vec<KeyValue>) -> Line {
    Line { severity: SeverityNumber::Info, body, attributes }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

fn int(key: &str, value: i64) -> KeyValue {
    attribute(key, Value::IntValue(value))
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..Default::default() }
}
