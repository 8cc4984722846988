//! The declarations of all series, and what is wrong between them.

use std::collections::HashSet;
use std::ptr;
use std::sync::Arc;

use crate::descriptor::MetricsDescriptor;
use crate::otel_error;
use crate::prometheus::{self, Clash};
use crate::series::Order;

/// What has been looked at already.
#[derive(Debug, Default)]
pub(crate) struct Declarations {
    /// The declarations of these series.
    seen: Option<Order>,
    all: Vec<&'static MetricsDescriptor>,
    /// Sets and metrics of the clashes found so far, by address.
    clashes: HashSet<(usize, usize)>,
}

impl Declarations {
    /// The metrics found since the last time that cannot be exported beside the others.
    pub(crate) fn learn(&mut self, order: &Order) -> Vec<Clash> {
        if self.seen.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, order)) {
            return Vec::new();
        }
        self.seen = Some(Arc::clone(order));
        let groups = order.chunk_by(|a, b| ptr::eq(a.descriptor, b.descriptor));
        let all: Vec<_> = groups.map(|group| group[0].descriptor).collect();
        let is_same = all.len() == self.all.len() && all.iter().zip(&self.all).all(|(a, b)| ptr::eq(*a, *b));
        if is_same {
            return Vec::new();
        }
        self.all = all;
        let address = |clash: &Clash| (ptr::from_ref(clash.set).addr(), ptr::from_ref(clash.metric).addr());
        let clashes = prometheus::clashes(&self.all).into_iter();
        clashes.filter(|clash| self.clashes.insert(address(clash))).collect()
    }

    /// How many metrics are left out.
    pub(crate) fn clashes(&self) -> u64 {
        self.clashes.len() as u64
    }

    /// Says once that a metric is left out of the Prometheus export.
    pub(crate) fn report(clash: &Clash) {
        otel_error!(
            "telemetry.metric.clashed",
            metric.name = clash.metric.name,
            metric.kind = ?clash.metric.kind,
            metric.set = clash.set.name,
            first.name = clash.first.name,
            first.kind = ?clash.first.kind,
        );
    }
}
