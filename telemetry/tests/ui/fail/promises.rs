use telemetry::{AttributeValue, Counter, attribute_set, metric_set};

/// Promises of metrics.
#[metric_set(name = "app")]
struct Metrics {
    /// Misspelt.
    #[metric(unit = "{item}", stability = "stabel")]
    misspelt: Counter<u64>,
    /// Says nothing.
    #[metric(unit = "{item}", deprecated = "")]
    silent: Counter<u64>,
    /// The key is misspelt.
    #[metric(unit = "{item}", stabilty = "stable", depricated = "use x", exemplar)]
    keys: Counter<u64>,
}

/// Promises of attributes.
#[attribute_set(name = "app")]
struct Attributes {
    /// Unknown.
    #[attribute(stability = "experimental", deprecated = " ")]
    unknown: bool,
}

/// Promises of an enum.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "app.outcome", stability = "Stable")]
enum Outcome {
    Kept,
}

/// It is no attribute.
#[derive(AttributeValue)]
#[attribute(stability = "stable", deprecated = "use another")]
enum Keyless {
    Kept,
}

fn main() {}
