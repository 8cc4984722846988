//! What the demo shows, read from edge's own telemetry and from both ends of the line.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use edge_protocol::{AdminSource, PolicyRow};

use telemetry::Collected;

use super::generator::Sent;
use super::intake::Arrived;
use crate::admin::{AdminView, names};

/// The route that the generator sends to.
const LOGS_ROUTE: &str = "/v1/logs";

/// Everything at one moment, since the start.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Figures {
    pub(super) elapsed: Duration,
    /// By edge's own counters.
    pub(super) edge: EdgeFigures,
    /// By the generator.
    pub(super) sent: u64,
    pub(super) failed: u64,
    /// By the intake.
    pub(super) arrived: u64,
    pub(super) arrived_bytes: u64,
    pub(super) damaged: u64,
    pub(super) leaked: u64,
}

/// What edge says about itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct EdgeFigures {
    pub(super) kept: u64,
    pub(super) dropped: u64,
    pub(super) rewritten: u64,
    /// Bodies that it forwarded without judging them.
    pub(super) fail_open: u64,
    /// How often policies were loaded.
    pub(super) snapshots: u64,
    pub(super) policies: Vec<PolicyRow>,
    pub(super) filter: Quantiles,
    pub(super) request: Quantiles,
}

/// Two quantiles of a duration, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Quantiles {
    pub(super) p50: f64,
    pub(super) p99: f64,
}

impl EdgeFigures {
    fn read(view: &AdminView) -> Self {
        let collected = view.telemetry.collect();
        Self {
            kept: collected.sum(names::RECORDS_KEPT, &[]),
            dropped: collected.sum(names::RECORDS_DROPPED, &[]),
            rewritten: collected.sum(names::RECORDS_REWRITTEN, &[]),
            fail_open: collected.sum(names::FAIL_OPEN, &[]),
            snapshots: collected.sum(names::SNAPSHOTS, &[]),
            policies: view.policies().policies,
            filter: quantiles(&collected, names::EVALUATION_DURATION, &[]),
            request: quantiles(&collected, names::REQUEST_DURATION, &[(names::ROUTE, LOGS_ROUTE)]),
        }
    }
}

fn quantiles(collected: &Collected, metric: &str, attributes: &[(&str, &str)]) -> Quantiles {
    let Some(histogram) = collected.histogram(metric, attributes) else { return Quantiles::default() };
    let quantile = |q| histogram.quantile(q).unwrap_or_default();
    Quantiles { p50: quantile(0.5), p99: quantile(0.99) }
}

impl Figures {
    pub(super) fn read(view: &AdminView, sent: &Sent, arrived: &Arrived, elapsed: Duration) -> Self {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Self {
            elapsed,
            edge: EdgeFigures::read(view),
            sent: load(&sent.records),
            failed: load(&sent.failed),
            arrived: load(&arrived.records),
            arrived_bytes: load(&arrived.bytes),
            damaged: load(&arrived.damaged),
            leaked: load(&arrived.leaked),
        }
    }

    /// Records that edge received, by its own counters.
    pub(super) fn received(&self) -> u64 {
        self.edge.kept + self.edge.dropped + self.edge.rewritten
    }

    /// Records that came from somebody else than the generator.
    pub(super) fn outside(&self) -> u64 {
        self.received().saturating_sub(self.sent)
    }

    /// Bytes of dropped records, as decoded.
    pub(super) fn bytes_saved(&self) -> u64 {
        self.edge.policies.iter().map(|policy| policy.bytes_saved).sum()
    }

    /// Whether somebody edited the policies: what passed while there were none was not counted as judged.
    pub(super) fn policies_changed(&self) -> bool {
        self.edge.snapshots > 1
    }

    /// What does not add up at the end, when nothing is under way any more.
    pub(super) fn disagreements(&self) -> Vec<String> {
        if self.policies_changed() {
            return Vec::new();
        }
        let forwarded = self.edge.kept + self.edge.rewritten;
        let checks = [
            (
                self.sent > self.received(),
                format!("{} records sent, {} received", self.sent, self.received()),
            ),
            (self.arrived != forwarded, format!("{forwarded} records forwarded, {} arrived", self.arrived)),
            (self.failed > 0, format!("{} batches failed", self.failed)),
            // What was damaged on its way in was not judged, and counted as that.
            (self.damaged > self.edge.fail_open, format!("{} bodies arrived damaged", self.damaged)),
            (self.leaked > 0, format!("{} tokens arrived unredacted", self.leaked)),
            (self.sent == 0, "nothing was sent".to_owned()),
        ];
        checks.into_iter().filter_map(|(wrong, what)| wrong.then_some(what)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreeing() -> Figures {
        let edge = EdgeFigures { kept: 60, dropped: 30, rewritten: 10, ..EdgeFigures::default() };
        Figures { edge, sent: 100, arrived: 70, ..Figures::default() }
    }

    #[test]
    fn what_was_sent_is_what_was_kept_and_dropped() {
        assert_eq!(agreeing().disagreements(), Vec::<String>::new());
        assert_eq!(agreeing().outside(), 0);
    }

    #[test]
    fn every_disagreement_is_told() {
        let figures = Figures { sent: 101, arrived: 71, leaked: 1, ..agreeing() };
        let expected = [
            "101 records sent, 100 received",
            "70 records forwarded, 71 arrived",
            "1 tokens arrived unredacted",
        ];
        assert_eq!(figures.disagreements(), expected);
    }

    #[test]
    fn figures_of_changed_policies_are_not_compared() {
        let edge = EdgeFigures { snapshots: 2, ..agreeing().edge };
        assert_eq!(Figures { edge, leaked: 1, ..agreeing() }.disagreements(), Vec::<String>::new());
    }

    #[test]
    fn records_of_others_do_not_disturb() {
        let figures = Figures { sent: 90, ..agreeing() };
        assert_eq!((figures.disagreements(), figures.outside()), (Vec::new(), 10));
    }
}
