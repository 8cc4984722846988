//! A folder of cases: policies and input beside what must come out and be counted, in JSON and in protobuf.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use edge_policy::{Tally, Worker};
use edge_protocol::{BodyFilter, LogsJson, LogsProtobuf, Outcome};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message;
use serde_json::Value;

#[test]
fn every_case_comes_out_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<_> =
        fs::read_dir(folder).expect("the folder of cases").map(|case| case.expect("a case").path()).collect();
    cases.sort();
    assert!(cases.len() > 30, "only {} cases", cases.len());
    let problems: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(problems.is_empty(), "{} of {}\n{}", problems.len(), cases.len(), problems.join("\n"));
}

fn check(case: &Path) -> Result<(), String> {
    let read = |name: &str| fs::read(case.join(name)).expect(name);
    let input = read("input.json");
    let request: ExportLogsServiceRequest = serde_json::from_slice(&input).expect("an OTLP request");
    let expected: ExportLogsServiceRequest = match read("expected.json").trim_ascii() {
        b"{}" => ExportLogsServiceRequest::default(),
        text => serde_json::from_slice(text).expect("an OTLP request"),
    };
    let stats: Value = serde_json::from_slice(&read("expected_stats.json")).expect("stats");
    let stats: Vec<Value> = stats["policies"].as_array().expect("a list").clone();
    let name = case.file_name().expect("a name").to_string_lossy();
    for (format, filter, body) in
        [("json", &LogsJson as &dyn BodyFilter, input), ("protobuf", &LogsProtobuf, request.encode_to_vec())]
    {
        let mut worker = crate::worker(&read("policies.json"));
        let output = match crate::filter(filter, &body, &mut worker).outcome {
            Outcome::Unchanged => body,
            Outcome::Replaced(body) => body,
            Outcome::Emptied => Vec::new(),
            Outcome::FailOpen(reason) => return Err(format!("{name} ({format}): {reason:?}")),
        };
        let output = decode(format, &output);
        if output != expected {
            return Err(format!("{name} ({format}):\n  want {expected:?}\n  got  {output:?}"));
        }
        check_stats(&mut worker, &stats).map_err(|problem| format!("{name} ({format}): {problem}"))?;
    }
    Ok(())
}

fn decode(format: &str, body: &[u8]) -> ExportLogsServiceRequest {
    match format {
        _ if body.is_empty() => ExportLogsServiceRequest::default(),
        "json" => serde_json::from_slice(body).expect("the output is an OTLP request"),
        _ => ExportLogsServiceRequest::decode(body).expect("the output is an OTLP request"),
    }
}

/// Errors are compared up to the expected length: the engine's own reason may follow.
fn check_stats(worker: &mut Worker, expected: &[Value]) -> Result<(), String> {
    let snapshot = Arc::clone(worker.snapshot());
    let mut counts = BTreeMap::new();
    worker.drain_tallies(|index, tally: Tally| {
        counts.insert(snapshot.ids()[index].clone(), (tally.hits, tally.misses));
    });
    for row in expected {
        let id = row["policy_id"].as_str().expect("an id");
        if let Some(errors) = row.get("errors") {
            let found =
                snapshot.rejected().iter().find(|rejected| rejected.id == id).map_or(&[][..], |r| &r.errors);
            let errors = errors.as_array().expect("a list");
            let same =
                |(found, expected): (&String, &Value)| found.starts_with(expected.as_str().expect("text"));
            if found.len() != errors.len() || !found.iter().zip(errors).all(same) {
                return Err(format!("{id}: want {errors:?}, got {found:?}"));
            }
            continue;
        }
        let expected = (row["hits"].as_u64().unwrap_or(0), row["misses"].as_u64().unwrap_or(0));
        let found = counts.remove(id).unwrap_or_default();
        if found != expected {
            return Err(format!("{id}: want {expected:?} hits and misses, got {found:?}"));
        }
    }
    if counts.is_empty() { Ok(()) } else { Err(format!("not expected: {counts:?}")) }
}
