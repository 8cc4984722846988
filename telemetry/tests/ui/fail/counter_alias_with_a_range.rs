use telemetry::{Counter, metric_set};

type Requests = Counter<u64>;

/// Requests.
#[metric_set(name = "app")]
struct App {
    /// Requests received.
    #[metric(unit = "{request}", range = "1..1000")]
    requests: Requests,
}

fn main() {}
