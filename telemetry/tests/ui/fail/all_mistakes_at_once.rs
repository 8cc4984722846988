use telemetry::{Counter, Histogram, metric_set};

#[metric_set(name = "App.Http")]
struct App {
    /// Requests.
    #[metric(unit = "requests")]
    requests_total: Counter<u64>,
    #[metric(untit = "s", range = "10us..60s")]
    duration: Histogram,
    /// Size.
    #[metric(unit = "By", range = "1ms..1s")]
    size: Histogram,
    /// Size again.
    #[metric(unit = "By", name = "other.size", buckets = [2.0, 1.0])]
    again: Histogram,
    /// And again.
    #[metric(unit = "By", name = "other.size")]
    twice: Counter<u64>,
}

fn main() {
    let worker = telemetry::Telemetry::default().worker();
    // The type is there in spite of its mistakes.
    let set: telemetry::Set<App> = worker.register(());
    set.requests_total.inc();
}
