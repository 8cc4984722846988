//! Every declaration that is linked into the program, whether anything of it is registered or not.

use crate::collected::order_of_declarations;
use crate::descriptor::MetricsDescriptor;

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
