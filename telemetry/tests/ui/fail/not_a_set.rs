use telemetry::{Counter, metric_set};

/// Positions have no names.
#[metric_set(name = "app")]
struct App(Counter<u64>);

/// The name is missing.
#[metric_set]
struct Nameless {
    /// Requests.
    #[metric(unit = "1")]
    requests: Counter<u64>,
}

/// Neither is a number an instrument.
#[metric_set(name = "app")]
struct Number {
    /// Requests.
    #[metric(unit = "1")]
    requests: u64,
}

fn main() {}
