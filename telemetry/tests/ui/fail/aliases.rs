use telemetry::{Counter, Mmsc, metric_set};

type Requests = Counter<u64>;
type Extremes = Mmsc;
type Histogram = Counter<u64>;

/// What stands behind an alias is known only to the compiler.
#[metric_set(name = "app")]
struct App {
    /// Requests received.
    #[metric(unit = "{request}", range = "1..1000")]
    requests: Requests,
    /// Sizes.
    #[metric(unit = "By", exemplars)]
    sizes: Extremes,
    /// A name that lies.
    #[metric(unit = "By", buckets = [1, 2])]
    liar: Histogram,
}

fn main() {}
