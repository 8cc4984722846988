//! For random batches of logs and policies: both spellings decide alike, what is kept is byte for byte what came, and no
//! damage to a body gets past as something else.

use edge_protocol::{BodyFilter, Filtered, LogsJson, LogsProtobuf, Outcome};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use proptest::prelude::*;
use prost::Message;
use serde_json::{Value, json};

use crate::damage::damage;
use crate::generate::{any_value, attributes, text};

prop_compose! {
    fn record()(
        severity_number in prop::sample::select(&[0, 9, 17][..]),
        severity_text in text(),
        body in prop::option::of(any_value()),
        attributes in attributes(),
        trace_id in prop::sample::select(vec![vec![], vec![1; 16], vec![0xff; 16]]),
        event_name in text(),
        time_unix_nano in any::<u64>(),
    ) -> LogRecord {
        LogRecord { severity_number, severity_text, body, attributes, trace_id, event_name, time_unix_nano, ..LogRecord::default() }
    }
}

prop_compose! {
    fn scope()(
        head in prop::option::of(("[ab]{0,2}", attributes())),
        log_records in prop::collection::vec(record(), 0..4),
        schema_url in "[ab]{0,2}",
    ) -> ScopeLogs {
        let scope = head.map(|(name, attributes)| InstrumentationScope { name, attributes, ..InstrumentationScope::default() });
        ScopeLogs { scope, log_records, schema_url }
    }
}

prop_compose! {
    fn request()(resources in prop::collection::vec((prop::option::of(attributes()), prop::collection::vec(scope(), 0..3), "[ab]{0,2}"), 0..3))
        -> ExportLogsServiceRequest {
        let resource_logs = resources.into_iter().map(|(attributes, scope_logs, schema_url)| {
            let resource = attributes.map(|attributes| Resource { attributes, ..Resource::default() });
            ResourceLogs { resource, scope_logs, schema_url }
        });
        ExportLogsServiceRequest { resource_logs: resource_logs.collect() }
    }
}

fn field() -> impl Strategy<Value = (String, Value)> {
    let simple = prop::sample::select(
        &["body", "severity_text", "event_name", "resource_schema_url", "scope_schema_url", "scope_name"][..],
    );
    let level = prop::sample::select(&["log_attribute", "resource_attribute", "scope_attribute"][..]);
    let path = prop::collection::vec("[kab]", 1..3);
    prop_oneof![
        simple.prop_map(|name| ("log_field".to_owned(), json!(name))),
        (level, path).prop_map(|(level, path)| (level.to_owned(), json!(path))),
    ]
}

fn condition() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        text().prop_map(|text| ("contains", json!(text))),
        text().prop_map(|text| ("exact", json!(text))),
        Just(("regex", json!("a+"))),
        any::<bool>().prop_map(|exists| ("exists", json!(exists))),
        Just(("equals", json!(i64::MAX))),
        Just(("gt", json!(0))),
    ]
}

fn object(fields: impl IntoIterator<Item = (String, Value)>) -> Value {
    Value::Object(fields.into_iter().collect())
}

fn matchers() -> impl Strategy<Value = Vec<Value>> {
    let matcher = (field(), condition())
        .prop_map(|(field, (name, literal))| object([field, (name.to_owned(), literal)]));
    prop::collection::vec(matcher, 1..3)
}

fn transform() -> impl Strategy<Value = Value> {
    let remove = field().prop_map(|field| ("remove", object([field])));
    let redact = (field(), prop::option::of(Just("a"))).prop_map(|(field, regex)| {
        let regex = regex.map(|regex| ("regex".to_owned(), json!(regex)));
        ("redact", object([field].into_iter().chain(regex)))
    });
    let add = (field(), any::<bool>()).prop_map(|(field, upsert)| {
        ("add", object([field, ("value".to_owned(), json!("new")), ("upsert".to_owned(), json!(upsert))]))
    });
    let rename =
        (prop::collection::vec("[kab]", 1..3), "[kabz]", any::<bool>()).prop_map(|(from, to, upsert)| {
            ("rename", json!({"from_log_attribute": from, "to": to, "upsert": upsert}))
        });
    prop::collection::vec(prop_oneof![remove, redact, add, rename], 0..4).prop_map(|operations| {
        let mut transform = json!({});
        for (stage, operation) in operations {
            match transform.get_mut(stage).and_then(Value::as_array_mut) {
                Some(list) => list.push(operation),
                None => transform[stage] = json!([operation]),
            }
        }
        transform
    })
}

fn policies(transforms: bool) -> impl Strategy<Value = Value> {
    let keep = prop::sample::select(&["all", "none", "2/60m"][..]);
    prop::collection::vec((matchers(), keep, transform()), 1..6).prop_map(move |policies| {
        let policy = |(index, (matchers, keep, transform)): (usize, (Vec<Value>, &str, Value))| {
            let mut log = json!({"match": matchers, "keep": keep});
            if transforms {
                log["transform"] = transform;
            }
            json!({"id": format!("p{index}"), "log": log})
        };
        policies.into_iter().enumerate().map(policy).collect()
    })
}

fn run(filter: &dyn BodyFilter, body: &[u8], policies: &Value) -> Filtered {
    crate::filter(filter, body, &mut crate::worker(policies.to_string().as_bytes()))
}

/// The bytes of every record of a protobuf body, by the library's own walk.
fn records(request: &ExportLogsServiceRequest) -> Vec<Vec<u8>> {
    let scopes = request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
    scopes.flat_map(|scope| &scope.log_records).map(Message::encode_to_vec).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn json_and_protobuf_decide_alike(request in request(), policies in policies(true)) {
        let (json, protobuf) = (serde_json::to_vec(&request).expect("JSON"), request.encode_to_vec());
        let from_json = run(&LogsJson, &json, &policies);
        let from_protobuf = run(&LogsProtobuf, &protobuf, &policies);
        let counts = |f: &Filtered| (f.records.kept, f.records.dropped, f.records.rewritten);
        prop_assert_eq!(counts(&from_json), counts(&from_protobuf));
        let decoded = |outcome| match outcome {
            Outcome::Unchanged => Some(request.clone()),
            Outcome::Emptied | Outcome::FailOpen(_) => None,
            Outcome::Replaced(body) if body.starts_with(b"{") => Some(serde_json::from_slice(&body).expect("JSON out")),
            Outcome::Replaced(body) => Some(ExportLogsServiceRequest::decode(&*body).expect("protobuf out")),
        };
        prop_assert!(!matches!(from_json.outcome, Outcome::FailOpen(_)));
        prop_assert_eq!(decoded(from_json.outcome), decoded(from_protobuf.outcome));
    }

    #[test]
    fn what_is_kept_is_what_came(request in request(), policies in policies(false)) {
        let body = request.encode_to_vec();
        let filtered = run(&LogsProtobuf, &body, &policies);
        prop_assert_eq!(filtered.records.rewritten, 0);
        let came = records(&request);
        let left = match filtered.outcome {
            Outcome::Unchanged => came.clone(),
            Outcome::Replaced(body) => records(&ExportLogsServiceRequest::decode(&*body).expect("protobuf out")),
            Outcome::Emptied => Vec::new(),
            Outcome::FailOpen(reason) => panic!("{reason:?}"),
        };
        prop_assert_eq!(left.len() as u64, filtered.records.kept);
        prop_assert_eq!((came.len() - left.len()) as u64, filtered.records.dropped);
        let mut came = came.iter();
        prop_assert!(left.iter().all(|record| came.any(|original| original == record)), "kept records are those that came, in order");
    }

    #[test]
    fn json_that_is_kept_stands_as_it_was_written(request in request(), policies in policies(false)) {
        let body = serde_json::to_string_pretty(&request).expect("JSON");
        if let Outcome::Replaced(output) = run(&LogsJson, body.as_bytes(), &policies).outcome {
            let output = String::from_utf8(output).expect("UTF-8");
            let value: Value = serde_json::from_str(&output).expect("JSON out");
            let records = value["resourceLogs"].as_array().into_iter().flatten()
                .flat_map(|resource| resource["scopeLogs"].as_array().into_iter().flatten())
                .flat_map(|scope| scope["logRecords"].as_array().into_iter().flatten());
            for record in records {
                let written = serde_json::to_string_pretty(record).expect("JSON");
                let written = written.lines().collect::<Vec<_>>().join("\n            ");
                prop_assert!(body.contains(&written), "{}", written);
            }
        }
    }

    #[test]
    fn damaged_logs_are_never_taken_for_something_else(request in request(), policies in policies(true), damage in damage()) {
        crate::damage::check(&request, &policies, &damage)?;
    }

    #[test]
    fn another_spelling_of_logs_changes_nothing(request in request(), policies in policies(false)) {
        crate::spelling::check(&request, &policies)?;
    }
}
