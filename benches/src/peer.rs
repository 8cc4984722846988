//! The peer process: policy-rs over the same policies and records, measured one run at a time.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::findings::Finding;

/// A running peer, with policies compiled and records loaded.
#[derive(Debug)]
pub struct Peer {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// What it found in each record.
    pub findings: Vec<Finding>,
    /// CPU milliseconds that it took to compile the policies.
    pub compile_cpu_ms: f64,
}

impl Peer {
    /// Starts the peer on the files at `policies` and `corpus`; every run is the median of `passes` passes.
    pub fn start(policies: &Path, corpus: &Path, passes: usize) -> Result<Self, String> {
        let binary = binary("policy-rs-peer")?;
        let findings = policies.with_extension("findings");
        let mut command = Command::new(&binary);
        command.args([policies, corpus]).arg(passes.to_string()).arg(&findings);
        Self::spawn(command, &findings).map_err(|error| format!("{}: {error}", binary.display()))
    }

    fn spawn(mut command: Command, findings: &Path) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (requests, answers) = (child.stdin.take(), child.stdout.take().expect("stdout is piped"));
        let mut peer = Self {
            child,
            requests,
            answers: BufReader::new(answers),
            findings: Vec::new(),
            compile_cpu_ms: 0.0,
        };
        peer.compile_cpu_ms = number(&peer.answer()?, "compile_cpu_ms")?;
        peer.findings = fs::read_to_string(findings)?.lines().map(Finding::parse).collect();
        Ok(peer)
    }

    /// CPU nanoseconds per record of one run.
    pub fn run(&mut self) -> io::Result<f64> {
        self.requests.as_mut().ok_or(io::ErrorKind::BrokenPipe)?.write_all(b"\n")?;
        number(&self.answer()?, "cpu_ns_per_record")
    }

    fn answer(&mut self) -> io::Result<Value> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its input ends the peer.
        self.requests = None;
        let _ = self.child.wait();
    }
}

/// Where `make peers` puts a program: outside the checkout, so that cleaning one does not cost the other's minutes.
pub fn binary(name: &str) -> Result<PathBuf, String> {
    let target = env::var_os("PEERS_TARGET_DIR").map_or_else(|| cache().join("edge-peers"), PathBuf::from);
    let binary = target.join("release").join(name);
    if binary.exists() {
        Ok(binary)
    } else {
        Err(format!("{name} is not built ({}): run `make peers`", binary.display()))
    }
}

fn cache() -> PathBuf {
    let home = || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cache");
    env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()).map_or_else(home, PathBuf::from)
}

fn number(answer: &Value, name: &str) -> io::Result<f64> {
    answer[name].as_f64().ok_or_else(|| io::Error::other(format!("no {name} in the peer's answer {answer}")))
}
