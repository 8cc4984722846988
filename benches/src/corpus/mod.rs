//! Ten thousand log records of forty services, the same on every machine.

mod body;
pub(crate) mod words;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;

use benches_measure::rng::Rng;
use words::{ERROR_KINDS, NOUNS, SERVICES, SEVERITIES, VERBS, service};

const REQUESTS: usize = 10;
const RESOURCES_PER_REQUEST: usize = 10;
const SCOPES_PER_RESOURCE: usize = 2;
const RECORDS_PER_SCOPE: usize = 50;

/// Log records in the corpus.
pub const RECORDS: usize = REQUESTS * RESOURCES_PER_REQUEST * SCOPES_PER_RESOURCE * RECORDS_PER_SCOPE;

/// The corpus as requests of a thousand records, from ten resources each.
pub fn requests() -> Vec<ExportLogsServiceRequest> {
    let mut rng = Rng::new(0);
    (0..REQUESTS).map(|_| request(&mut rng)).collect()
}

/// The log records of `request`, in order.
pub fn records(request: &ExportLogsServiceRequest) -> impl Iterator<Item = &LogRecord> {
    let scopes = request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
    scopes.flat_map(|scope| &scope.log_records)
}

fn request(rng: &mut Rng) -> ExportLogsServiceRequest {
    ExportLogsServiceRequest { resource_logs: (0..RESOURCES_PER_REQUEST).map(|_| resource(rng)).collect() }
}

fn resource(rng: &mut Rng) -> ResourceLogs {
    let index = rng.below(SERVICES as u64) as usize;
    let replica = rng.below(8);
    let attributes = vec![
        string("service.name", service(index)),
        string("service.version", format!("2.{}.{}", index % 7, replica % 3)),
        string("service.instance.id", format!("{:08x}", rng.bits() as u32)),
        string("host.name", format!("node-{replica}.eu-west-1.compute.internal")),
        string("deployment.environment.name", "production"),
        string("k8s.namespace.name", NOUNS[index / 4]),
    ];
    ResourceLogs {
        resource: Some(Resource { attributes, ..Resource::default() }),
        scope_logs: (0..SCOPES_PER_RESOURCE).map(|_| scope(rng)).collect(),
        schema_url: "https://opentelemetry.io/schemas/1.30.0".to_owned(),
    }
}

fn scope(rng: &mut Rng) -> ScopeLogs {
    let name = format!("com.example.{}", rng.pick_skewed(&NOUNS));
    ScopeLogs {
        scope: Some(InstrumentationScope { name, version: "1.4.0".to_owned(), ..Default::default() }),
        log_records: (0..RECORDS_PER_SCOPE).map(|_| record(rng)).collect(),
        schema_url: String::new(),
    }
}

fn record(rng: &mut Rng) -> LogRecord {
    let (severity_text, severity_number) = severity(rng);
    let failed = severity_number >= 13;
    let time_unix_nano = 1_760_000_000_000_000_000 + rng.below(60_000_000_000);
    LogRecord {
        time_unix_nano,
        observed_time_unix_nano: time_unix_nano + rng.below(5_000_000),
        severity_number,
        severity_text: severity_text.to_owned(),
        body: Some(AnyValue { value: Some(Value::StringValue(body::body(rng, failed))) }),
        attributes: attributes(rng, failed),
        flags: 1,
        trace_id: [rng.bits().to_be_bytes(), rng.bits().to_be_bytes()].concat(),
        span_id: rng.bits().to_be_bytes().to_vec(),
        ..LogRecord::default()
    }
}

fn severity(rng: &mut Rng) -> (&'static str, i32) {
    let mut left = rng.below(100);
    for (text, number, share) in SEVERITIES {
        if left < share {
            return (text, number);
        }
        left -= share;
    }
    unreachable!("the shares add up to a hundred")
}

/// Four to six attributes: who and which request, what kind of work, and what went wrong.
fn attributes(rng: &mut Rng, failed: bool) -> Vec<KeyValue> {
    let mut attributes = vec![
        string("request_id", format!("req-{:012x}", rng.bits() >> 16)),
        string("user.id", format!("usr-{:06}", rng.below_skewed(20_000))),
    ];
    match rng.below(4) {
        0 | 1 => http(rng, &mut attributes),
        2 => database(rng, &mut attributes),
        _ => messaging(rng, &mut attributes),
    }
    if failed {
        attributes.push(string("error.kind", rng.pick_skewed(&ERROR_KINDS)));
    }
    attributes
}

fn http(rng: &mut Rng, attributes: &mut Vec<KeyValue>) {
    let (noun, verb) = (rng.pick_skewed(&NOUNS), rng.pick_skewed(&VERBS));
    attributes.push(string("http.method", rng.pick_skewed(&["GET", "POST", "PUT", "DELETE", "PATCH"])));
    attributes.push(string("http.route", format!("/api/v2/{noun}s/:id/{verb}")));
    attributes.push(int("http.status_code", 200 + 100 * rng.below_skewed(4) as i64));
}

fn database(rng: &mut Rng, attributes: &mut Vec<KeyValue>) {
    let (table, key) = (rng.pick_skewed(&NOUNS), rng.pick_skewed(&NOUNS));
    attributes.push(string("db.system", "postgresql"));
    attributes.push(string("db.statement", format!("SELECT * FROM {table}s WHERE {key}_id = $1")));
}

fn messaging(rng: &mut Rng, attributes: &mut Vec<KeyValue>) {
    let (noun, verb) = (rng.pick_skewed(&NOUNS), rng.pick_skewed(&VERBS));
    attributes.push(string("messaging.system", "kafka"));
    attributes.push(string("messaging.destination.name", format!("{noun}.{verb}.v1")));
    attributes.push(int("messaging.batch.message_count", 1 + rng.below_skewed(500) as i64));
}

fn string(key: &str, value: impl Into<String>) -> KeyValue {
    attribute(key, Value::StringValue(value.into()))
}

fn int(key: &str, value: i64) -> KeyValue {
    attribute(key, Value::IntValue(value))
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_about_98_bytes_on_average() {
        let requests = requests();
        let bodies = requests.iter().flat_map(records).filter_map(|record| record.body.as_ref());
        let bytes: usize = bodies
            .map(|body| match &body.value {
                Some(Value::StringValue(text)) => text.len(),
                _ => 0,
            })
            .sum();
        let mean = bytes / RECORDS;
        assert!((95..=101).contains(&mean), "{mean}");
    }

    #[test]
    fn the_corpus_is_the_same_every_time() {
        assert_eq!(requests(), requests());
        assert_eq!(requests().iter().flat_map(records).count(), RECORDS);
    }
}
