use telemetry::{Counter, Gauge, Histogram, attribute_set, metric_set};

/// Labels.
#[attribute_set(name = "app.labels")]
struct Labels {
    /// One.
    #[attribute(key = "a.b")]
    one: bool,
    /// The same.
    #[attribute(key = "a_b")]
    two: bool,
    /// Taken.
    #[attribute(key = "le")]
    bound: i64,
}

/// Names.
#[metric_set(name = "app")]
struct App {
    /// Sizes.
    #[metric(unit = "{item}", range = "1..100")]
    size: Histogram,
    /// Not the same.
    #[metric(unit = "{item}")]
    size_count: Gauge<u64>,
    /// Dots.
    #[metric(unit = "{item}", name = "app.a.b.c")]
    dots: Counter<u64>,
    /// Underscores.
    #[metric(unit = "{item}", name = "app.a.b_c")]
    underscores: Counter<u64>,
    /// Taken.
    #[metric(unit = "{item}", name = "target.info")]
    target: Gauge<u64>,
    /// Reserved.
    #[metric(unit = "{item}", name = "telemetry.pipeline.rejected")]
    rejected: Counter<u64>,
}

fn main() {}
