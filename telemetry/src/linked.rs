//! Every declaration that is linked into the program, whether anything of it is registered or not.

use crate::collected::order_of_declarations;
use crate::descriptor::MetricsDescriptor;
use crate::logs::{EventDescriptor, LinkedEvent};
use crate::trace::SpanDescriptor;

/// A metric set of the program; submitted by `#[metric_set]`.
#[doc(hidden)]
#[derive(Debug)]
pub struct LinkedMetrics(pub &'static MetricsDescriptor);

inventory::collect!(LinkedMetrics);

/// The metric sets of the program, by name.
pub fn metric_sets() -> Vec<&'static MetricsDescriptor> {
    let mut sets: Vec<_> = inventory::iter::<LinkedMetrics>().map(|linked| linked.0).collect();
    sets.sort_by(|a, b| order_of_declarations(a, b));
    sets
}

/// A span of the program; submitted by `#[span]`.
#[doc(hidden)]
#[derive(Debug)]
pub struct LinkedSpan(pub &'static SpanDescriptor);

inventory::collect!(LinkedSpan);

/// The events of the program, by name: declared ones, and each call of an event macro. Where several have one name,
/// they are in no particular order.
pub fn events() -> Vec<&'static EventDescriptor> {
    let mut events: Vec<_> = inventory::iter::<LinkedEvent>().map(|linked| linked.0.descriptor()).collect();
    events.sort_by_key(|event| (event.name, event.module));
    events
}

/// The spans of the program, by name.
pub fn spans() -> Vec<&'static SpanDescriptor> {
    let mut spans: Vec<_> = inventory::iter::<LinkedSpan>().map(|linked| linked.0).collect();
    spans.sort_by_key(|span| (span.name, span.target));
    spans
}
