use telemetry::{AttributeValue, Counter, metric_set};

/// What happened; without a key.
#[derive(AttributeValue, Clone, Copy)]
enum Keyless {
    Kept,
}

/// What happened; not for copying.
#[derive(AttributeValue)]
#[attribute(key = "app.outcome")]
enum NoCopy {
    Kept,
}

/// Varies by no attribute.
#[metric_set(name = "app.keyless", varying = Keyless)]
struct VariesByKeyless {
    /// Records.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
}

/// One enum too many.
#[metric_set(name = "app.five", varying = (Outcome, Outcome, Outcome, Outcome, Outcome))]
struct VariesByFive {
    /// Records.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
}

/// What happened.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "app.outcome")]
enum Outcome {
    Kept,
}

fn main() {}
