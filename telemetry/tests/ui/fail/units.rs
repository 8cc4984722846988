use telemetry::{Counter, Histogram, metric_set};

/// Units.
#[metric_set(name = "app")]
struct Units {
    /// Left out.
    missing: Counter<u64>,
    /// Empty.
    #[metric(unit = "")]
    empty: Counter<u64>,
    /// Never closed.
    #[metric(unit = "{item")]
    unclosed: Counter<u64>,
    /// A blank.
    #[metric(unit = "{an item}")]
    blank: Counter<u64>,
    /// A power of nothing.
    #[metric(unit = "m0")]
    power: Counter<u64>,
    /// As it is spoken.
    #[metric(unit = "milliseconds")]
    spoken: Histogram,
    /// Misspelt.
    #[metric(unit = "secnds")]
    misspelt: Histogram,
}

fn main() {}
