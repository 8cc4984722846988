use telemetry::{Counter, attribute_set, metric_set};

struct Other;

/// Neither is an attribute.
#[attribute_set(name = "app")]
struct Attributes {
    /// Not a type of an attribute.
    size: Other,
    /// Not a set.
    #[attribute(flatten)]
    flat: Other,
}

/// Nor is it a set of them.
#[metric_set(name = "app", attributes = Other)]
struct Metrics {
    /// Records.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
}

fn main() {}
