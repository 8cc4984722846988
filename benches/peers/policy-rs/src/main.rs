//! policy-rs 1.8.2 over a corpus of log records, for the bars to compare with.
//!
//! `policy-rs-peer POLICIES CORPUS PASSES FINDINGS` compiles the policies, writes to FINDINGS a line per
//! record (the policy that decides, then every policy that matched) and prints a JSON line about both. Then
//! each line on its standard input asks for PASSES passes over the corpus and is answered by another JSON
//! line with the median, so that its runs can take turns with somebody else's.

mod corpus;
mod cpu;
mod findings;
mod record;

use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, stdin};
use std::path::PathBuf;
use std::time::Duration;

use policy_rs::{FileProvider, PolicyEngine, PolicyRegistry, PolicySnapshot};
use serde_json::json;

use record::Record;

/// As many as the other side has in a request.
const RECORDS_PER_REQUEST: usize = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let [policies, corpus, passes, findings] = arguments()?;
    let passes: usize = passes.parse()?;

    let registry = PolicyRegistry::new();
    let (compiled, compile) = cpu::time(|| load(&registry, &policies));
    compiled?;
    let snapshot = registry.snapshot();
    let records = corpus::read(&corpus)?;

    let outcomes = findings::write(&snapshot, &records, &findings)?;
    println!(
        "{}",
        json!({ "compile_cpu_ms": compile.as_secs_f64() * 1e3, "records": records.len(), "outcomes": outcomes })
    );

    let engine = PolicyEngine::new();
    for line in stdin().lock().lines() {
        line?;
        println!("{}", json!({ "cpu_ns_per_record": median(passes, || pass(&engine, &snapshot, &records)) }));
    }
    Ok(())
}

fn arguments() -> Result<[String; 4], String> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    given.try_into().map_err(|_| "usage: policy-rs-peer POLICIES CORPUS PASSES FINDINGS".to_owned())
}

/// As a subscription to a `FileProvider` loads them, without the thread that watches the file.
fn load(registry: &PolicyRegistry, path: &str) -> Result<(), Box<dyn Error>> {
    let policies = FileProvider::new(PathBuf::from(path)).load()?;
    let expected = policies.len();
    registry.register_provider().update(policies);
    let snapshot = registry.snapshot();
    for entry in snapshot.iter() {
        let errors = snapshot.compilation_errors_for(entry.policy.id());
        if !errors.is_empty() {
            return Err(format!("{}: {}", entry.policy.id(), errors.join("; ")).into());
        }
    }
    if snapshot.compiled_log_matchers().map_or(0, |compiled| compiled.policies.len()) != expected {
        return Err(format!("not all of the {expected} policies compiled").into());
    }
    Ok(())
}

/// CPU nanoseconds per record of one evaluation of the whole corpus. As in a proxy, records are fresh: they are copied
/// just before, untimed, or how fast the machine's memory happens to be would be measured with it.
fn pass(engine: &PolicyEngine, snapshot: &PolicySnapshot, records: &[Record]) -> f64 {
    let evaluate = |records: Vec<Record>| {
        let ((), cpu) = cpu::time(|| {
            for record in &records {
                let _ = black_box(engine.evaluate(snapshot, black_box(record)));
            }
        });
        cpu
    };
    let cpu: Duration = records.chunks(RECORDS_PER_REQUEST).map(|request| evaluate(request.to_vec())).sum();
    cpu.as_nanos() as f64 / records.len() as f64
}

fn median(passes: usize, mut pass: impl FnMut() -> f64) -> f64 {
    let mut measured: Vec<f64> = (0..passes.max(1)).map(|_| pass()).collect();
    measured.sort_by(f64::total_cmp);
    measured[measured.len() / 2]
}
