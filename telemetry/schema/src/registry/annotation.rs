//! What the format has no word for, kept under one key of its `annotations`.

/// The annotation that holds all of it.
pub(super) const ANNOTATION: &str = "telemetry";
/// Of a group: the metric set whose metrics have these attributes.
pub(super) const METRIC_SET: &str = "metric_set";
/// Of an attribute: how many different texts are told apart at most.
pub(super) const VALUES_MAX: &str = "values_max";
/// Of a use: given with each recording.
pub(super) const VARYING: &str = "varying";
/// Of a use: the members it can have here.
pub(super) const MEMBERS: &str = "members";
/// Of a metric: type of its numbers.
pub(super) const NUMBER: &str = "number";
/// Of a metric: totals are observed.
pub(super) const OBSERVED: &str = "observed";
/// Of a metric: samples are kept.
pub(super) const EXEMPLARS: &str = "exemplars";
/// Of a histogram: `adaptive` or `mmsc`.
pub(super) const DISTRIBUTION: &str = "distribution";
/// Of a histogram: two numbers in its unit.
pub(super) const RANGE: &str = "range";
/// Of a histogram: upper bounds.
pub(super) const BUCKETS: &str = "buckets";
/// Of an event: how much it matters.
pub(super) const SEVERITY: &str = "severity";
/// Of an event or a span: the crate that emits it.
pub(super) const TARGET: &str = "target";

/// Division by the values seen.
pub(super) const ADAPTIVE: &str = "adaptive";
/// No division.
pub(super) const MMSC: &str = "mmsc";
