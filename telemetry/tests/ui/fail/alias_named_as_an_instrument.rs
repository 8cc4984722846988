use telemetry::metric_set;

mod mine {
    pub type Counter = telemetry::Histogram;
}

/// Requests.
#[metric_set(name = "app")]
struct App {
    /// Time to answer.
    #[metric(unit = "s")]
    latency: mine::Counter,
}

fn main() {}
