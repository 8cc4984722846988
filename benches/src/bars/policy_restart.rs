//! A start with thousands of policies whose patterns were compiled before: from the text of the file to a snapshot.

use std::time::{Duration, Instant};

use benches_measure::ratio::median;
use benches_measure::{cpu, report};
use edge_policy::{PolicySet, Snapshot};
use edge_provider::DatabaseFolder;

use crate::mix;

const NAME: &str = "policy_restart";
/// Milliseconds of CPU.
const LIMIT: f64 = 200.0;
const ROUNDS: usize = 9;
const POLICIES: usize = 4_000;

pub(super) fn run() {
    report::bar(NAME, measure(), LIMIT);
}

fn measure() -> Result<f64, String> {
    let policies = mix::policies(POLICIES).to_string();
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let databases = DatabaseFolder::new(folder.path().join("databases"));
    let (cold, compiled) = start(policies.as_bytes(), &databases)?;
    tell("cold", &cold, compiled);
    let starts: Result<Vec<_>, _> = (0..ROUNDS).map(|_| start(policies.as_bytes(), &databases)).collect();
    let starts = starts?;
    if let Some((_, compiled)) = starts.iter().find(|(_, compiled)| *compiled > 0) {
        return Err(format!("a warm start compiled {compiled} databases"));
    }
    let middle =
        |part: fn(&Spent) -> Duration| median(starts.iter().map(|(spent, _)| part(spent).as_secs_f64()));
    let (cpu, wall) = (middle(|spent| spent.cpu), middle(|spent| spent.wall));
    report::info(NAME, format_args!("warm: {:.0} ms of CPU, {:.0} ms", cpu * 1e3, wall * 1e3));
    Ok(cpu * 1e3)
}

struct Spent {
    cpu: Duration,
    wall: Duration,
}

/// What a start costs, and how many databases it had to compile.
fn start(policies: &[u8], databases: &DatabaseFolder) -> Result<(Spent, usize), String> {
    let begun = Instant::now();
    let (snapshot, cpu) =
        cpu::time(|| PolicySet::parse(policies).map(|set| Snapshot::compile_cached(&set, None, databases)));
    let snapshot = snapshot.map_err(|error| error.to_string())?;
    Ok((Spent { cpu, wall: begun.elapsed() }, snapshot.databases_compiled()))
}

fn tell(what: &str, Spent { cpu, wall }: &Spent, compiled: usize) {
    let (cpu, wall) = (cpu.as_millis(), wall.as_millis());
    report::info(NAME, format_args!("{what}: {cpu} ms of CPU, {wall} ms, {compiled} databases compiled"));
}
