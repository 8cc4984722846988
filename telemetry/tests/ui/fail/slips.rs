use telemetry::{Counter, Histogram, metric_set};

/// The name is given twice.
#[metric_set(name = "app.twice", name = "app.again")]
struct Twice {
    /// So is the unit.
    #[metric(unit = "{item}", unit = "s")]
    once: Counter<u64>,
    /// And in two places.
    #[metric(unit = "{item}")]
    #[metric(unit = "s")]
    apart: Counter<u64>,
}

/// A slip is said once, and what stands beside it is still read.
#[metric_set(name: "app.slip")]
struct Slip {
    /// A colon.
    #[metric(unit: "s", range = "1us..1B")]
    colon: Histogram,
    /// A number.
    #[metric(unit = 5)]
    number: Counter<u64>,
    /// No quotes.
    #[metric(unit = "s", range = 1..2)]
    quotes: Histogram,
    /// Beyond the largest number.
    #[metric(unit = "s", buckets = [1, 1e400])]
    infinite: Histogram,
    /// Below zero.
    #[metric(unit = "s", buckets = [-1, 1])]
    negative: Histogram,
    /// Conditional.
    #[cfg(any())]
    #[metric(unit = "{item}")]
    conditional: Counter<u64>,
}

fn main() {}
