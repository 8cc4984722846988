use telemetry::{Histogram, metric_set};

type Latency = Histogram;

/// Requests.
#[metric_set(name = "app")]
struct App {
    /// Time to answer.
    #[metric(unit = "s")]
    latency: Latency,
}

fn main() {
    let _ = <App as telemetry::MetricSet>::DESCRIPTOR;
}
