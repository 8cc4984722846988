//! Telemetry policies: parse, validate, compile to an immutable snapshot, evaluate records against it.
//!
//! Refuses to do I/O and to read clocks: text, time and randomness are arguments.

use std::sync::Arc;

/// A point in time in nanoseconds; only differences matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nanos(pub u64);

/// A kind of telemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// Log records.
    Log,
    /// Metrics and their data points.
    Metric,
    /// Spans.
    Trace,
}

impl Signal {
    /// Every signal, in declaration order.
    pub const ALL: [Self; 3] = [Self::Log, Self::Metric, Self::Trace];

    /// The signal as a metric attribute value and a command line word: `log`, `metric`, `trace`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Metric => "metric",
            Self::Trace => "trace",
        }
    }
}

/// Policies as parsed, before compilation: what one provider says.
#[derive(Debug, Clone, Default)]
pub struct PolicySet {
    /// Policies that could be parsed, in file order.
    pub policies: Vec<Policy>,
    /// Policies that could not, with every problem found.
    pub rejected: Vec<Rejected>,
    /// Unknown fields and other things worth telling.
    pub warnings: Vec<String>,
}

impl PolicySet {
    /// Parses a policy file, JSON or YAML: `{"policies": […]}` or a bare list.
    pub fn parse(_text: &[u8]) -> Result<Self, ParseError> {
        Ok(Self::default())
    }
}

/// One parsed policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Unique id.
    pub id: String,
    /// Display name.
    pub name: String,
}

/// A policy that is not in force, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The policy's id.
    pub id: String,
    /// Every problem, each with its place, such as `log: match[0]: attribute has empty path`.
    pub errors: Vec<String>,
}

/// A file that is no policy file at all.
#[derive(Debug)]
pub struct ParseError;

/// An immutable compiled set of policies.
#[derive(Debug, Default)]
pub struct Snapshot {}

impl Snapshot {
    /// Compiles a set; rate-limit windows of `previous` go on where the limit is the same.
    pub fn compile(_set: &PolicySet, _previous: Option<&Snapshot>) -> Self {
        Self {}
    }
    /// Whether any policy in force targets `signal`.
    pub fn targets(&self, _signal: Signal) -> bool {
        false
    }
    /// Ids of the policies in force, ascending; a policy's position is its index in tallies.
    pub fn ids(&self) -> &[String] {
        &[]
    }
    /// Policies that are not in force because they are invalid.
    pub fn rejected(&self) -> &[Rejected] {
        &[]
    }
}

/// Where the current snapshot is published: one atomic pointer, read without a lock.
#[derive(Debug, Default)]
pub struct Registry {}

impl Registry {
    /// The current snapshot.
    pub fn load(&self) -> Arc<Snapshot> {
        Arc::default()
    }
    /// Replaces the current snapshot; readers of the old one keep it until they are done.
    pub fn publish(&self, _snapshot: Snapshot) {}
}

/// One worker's evaluation state: scratch memory, randomness and tallies; never shared between threads.
#[derive(Debug)]
pub struct Worker {}

impl Worker {
    /// A worker over `snapshot`; `seed` starts its random draws.
    pub fn new(_snapshot: Arc<Snapshot>, _seed: u64) -> Self {
        Self {}
    }
    /// Takes over another snapshot if it is not the current one already. True if it changed; drain tallies before.
    pub fn adopt(&mut self, _snapshot: &Arc<Snapshot>) -> bool {
        false
    }
    /// The snapshot in use.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::default()
    }
    /// Calls `visit(policy index, tally)` for every policy counted since the last drain, and resets them.
    pub fn drain_tallies(&mut self, _visit: impl FnMut(usize, Tally)) {}
}

/// What one policy did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Records it matched and had its way with.
    pub hits: u64,
    /// Records it matched that another policy dropped.
    pub misses: u64,
    /// Bytes of the records it dropped, as decoded.
    pub bytes_dropped: u64,
}
