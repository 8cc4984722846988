//! Evaluation of one record beside policy-rs, at growing numbers of policies.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use benches_measure::ratio::{Ratio, alternate, median};
use benches_measure::{cpu, report};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;

use crate::engine::Engine;
use crate::peer::Peer;
use crate::{corpus, findings, mix};

const ROUNDS: usize = 7;

/// How many policies, how many passes over the corpus make a run long enough to time, and the limit where it is a bar.
const SIZES: [(usize, usize, Option<f64>); 5] = [
    (1, 40, Some(0.15)),
    (10, 20, None),
    (100, 8, Some(0.25)),
    (1_000, 3, Some(0.25)),
    (4_000, 1, Some(0.15)),
];

pub(super) fn run() {
    let requests = corpus::requests();
    let files = tempfile::tempdir().expect("a directory for temporary files");
    let corpus = files.path().join("corpus.jsonl");
    write_corpus(&corpus, &requests).expect("room for the corpus among temporary files");
    for (policies, passes, limit) in SIZES {
        let name = format!("policy_eval_{policies}");
        let measured =
            Comparison { name: &name, policies, passes, corpus: &corpus, requests: &requests }.run();
        match (limit, measured) {
            (Some(limit), measured) => report::bar(&name, measured.map(|measured| measured.ratio), limit),
            (None, Ok(measured)) => report::info(&name, format_args!("ratio {:.3}", measured.ratio)),
            (None, Err(reason)) => report::info(&name, reason),
        }
    }
}

/// One JSON request per line.
fn write_corpus(path: &Path, requests: &[ExportLogsServiceRequest]) -> io::Result<()> {
    let lines: Result<Vec<String>, _> = requests.iter().map(serde_json::to_string).collect();
    fs::write(path, lines?.join("\n"))
}

struct Comparison<'a> {
    name: &'a str,
    policies: usize,
    passes: usize,
    corpus: &'a Path,
    requests: &'a [ExportLogsServiceRequest],
}

impl Comparison<'_> {
    fn run(&self) -> Result<Ratio, String> {
        let policies = mix::policies(self.policies).to_string();
        let path: PathBuf = self.corpus.with_file_name(format!("{}.json", self.name));
        fs::write(&path, &policies).map_err(|error| error.to_string())?;

        let mut peer = Peer::start(&path, self.corpus, self.passes)?;
        self.tell_peer(&mut peer)?;
        let (engine, compile) = cpu::time(|| Engine::new(policies.as_bytes(), self.requests));
        let mut engine = engine?;
        findings::agree(&engine.findings()?, &peer.findings)?;

        let measured = alternate(
            ROUNDS,
            || median((0..self.passes).map(|_| engine.pass())),
            || peer.run().expect("the peer answers until its input ends"),
        );
        let Ratio { ours, theirs, .. } = measured;
        report::info(self.name, format_args!("{ours:.0} ns per record, policy-rs {theirs:.0} ns"));
        report::info(self.name, format_args!("compiled in {:.0} ms of CPU", compile.as_secs_f64() * 1e3));
        Ok(measured)
    }

    fn tell_peer(&self, peer: &mut Peer) -> Result<(), String> {
        let theirs = peer.run().map_err(|error| error.to_string())?;
        let (compile, matched) = (peer.compile_cpu_ms, findings::matched_per_record(&peer.findings));
        report::info(
            self.name,
            format_args!(
                "policy-rs {theirs:.0} ns per record, compiled in {compile:.0} ms, {matched:.3} policies match a record"
            ),
        );
        Ok(())
    }
}
