use telemetry::{Counter, Histogram, Mmsc, metric_set};

/// Buckets.
#[metric_set(name = "app")]
struct Buckets {
    /// Not for counters.
    #[metric(unit = "{item}", range = "1..10", exemplars)]
    counter: Counter<u64>,
    /// Nor for this.
    #[metric(unit = "{item}", buckets = [1])]
    mmsc: Mmsc,
    /// Both.
    #[metric(unit = "{item}", range = "1..10", buckets = [1])]
    both: Histogram,
    /// One quantity.
    #[metric(unit = "{item}", range = "10")]
    shape: Histogram,
    /// Falling.
    #[metric(unit = "s", range = "60s..10us")]
    falling: Histogram,
    /// Not a quantity of this unit.
    #[metric(unit = "s", range = "1KiB..1MiB")]
    quantity: Histogram,
    /// None at all.
    #[metric(unit = "{item}", buckets = [])]
    none: Histogram,
    /// Not a number.
    #[metric(unit = "{item}", buckets = [1, "2"])]
    text: Histogram,
}

fn main() {}
