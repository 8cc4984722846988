//! A folder of cases: policies and input beside what must come out and be counted, in JSON and in protobuf.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use edge_policy::{Signal, Tally, Worker};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use serde_json::Value;

use crate::request::Request;

/// What the name of a case begins with.
const SIGNALS: [(&str, Signal); 3] =
    [("logs", Signal::Log), ("metrics", Signal::Metric), ("traces", Signal::Trace)];

#[test]
fn every_case_comes_out_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<_> =
        fs::read_dir(folder).expect("the folder of cases").map(|case| case.expect("a case").path()).collect();
    cases.sort();
    for (prefix, _) in SIGNALS {
        let count = cases.iter().filter(|case| name(case).starts_with(prefix)).count();
        assert!(count > 10, "only {count} cases of {prefix}");
    }
    let problems: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(problems.is_empty(), "{} of {}\n{}", problems.len(), cases.len(), problems.join("\n"));
}

fn name(case: &Path) -> &str {
    case.file_name().and_then(|name| name.to_str()).expect("a name")
}

fn check(case: &Path) -> Result<(), String> {
    let signal = SIGNALS.iter().find(|(prefix, _)| name(case).starts_with(prefix)).expect("a signal");
    match signal.1 {
        Signal::Log => check_signal::<ExportLogsServiceRequest>(case),
        Signal::Metric => check_signal::<ExportMetricsServiceRequest>(case),
        Signal::Trace => check_signal::<ExportTraceServiceRequest>(case),
    }
}

fn check_signal<R: Request>(case: &Path) -> Result<(), String> {
    let read = |name: &str| fs::read(case.join(name)).expect(name);
    let input = read("input.json");
    let request = R::read("json", &input);
    let expected = R::read("json", &read("expected.json"));
    let stats: Value = serde_json::from_slice(&read("expected_stats.json")).expect("stats");
    let stats: Vec<Value> = stats["policies"].as_array().expect("a list").clone();
    for (format, filter, body) in
        [("json", R::JSON, input), ("protobuf", R::PROTOBUF, request.encode_to_vec())]
    {
        let problem = |problem: String| format!("{} ({format}): {problem}", name(case));
        let mut worker = crate::worker(&read("policies.json"));
        let output = request.after(format, crate::filter(filter, &body, &mut worker).outcome);
        if output != expected {
            return Err(problem(format!("\n  want {expected:?}\n  got  {output:?}")));
        }
        check_stats(&mut worker, &stats).map_err(problem)?;
    }
    Ok(())
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
