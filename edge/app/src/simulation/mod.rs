//! What policies would do: a dry run over records, beside what is done with them now.

mod judge;
mod print;
mod report;

use edge_policy::{Nanos, PolicySet, Signal};
use edge_protocol::BodyFilter;
use serde_json::Value;

use crate::formats;
pub(crate) use judge::{Judge, Outcome, Verdict};
pub(crate) use print::text;
use report::Report;

/// Policies on trial.
pub(crate) struct Simulation {
    candidate: Judge,
    report: Report,
}

impl Simulation {
    /// A trial of `candidate`.
    pub(crate) fn new(candidate: &PolicySet) -> Self {
        let candidate = Judge::new(candidate);
        let report = Report::new(candidate.ids(), candidate.rejected());
        Self { candidate, report }
    }

    /// Judges a record, a request of its own of so many bytes, and compares that with what becomes of it `now_is`. What
    /// is shown of it is what `show` says.
    pub(crate) fn record(
        &mut self,
        signal: Signal,
        request: &[u8],
        bytes: usize,
        now: Nanos,
        now_is: Option<&Verdict>,
        show: impl FnOnce() -> Value,
    ) {
        let filter: &dyn BodyFilter = formats::filter(signal, request);
        let verdict = self.candidate.judge(filter, request, now);
        self.report.add(&verdict, bytes, now_is, show);
    }

    /// Counts records that there was no time for.
    pub(crate) fn skipped(&mut self, records: u64) {
        self.report.skipped(records);
    }

    /// What came of it.
    pub(crate) fn report(&self) -> Value {
        self.report.to_json()
    }
}
