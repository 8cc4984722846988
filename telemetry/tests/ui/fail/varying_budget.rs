use telemetry::{AttributeValue, Counter, metric_set};

/// A digit.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "app.ones")]
enum Ones { A, B, C, D, E, F, G, H, I, J }

/// A digit.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "app.tens")]
enum Tens { A, B, C, D, E, F, G, H, I, J }

/// A digit.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "app.hundreds")]
enum Hundreds { A, B, C, D, E, F, G, H, I, J }

/// A digit.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "app.thousands")]
enum Thousands { A, B, C, D, E, F, G, H, I, J }

/// Ten thousand sets.
#[metric_set(name = "app", varying = (Ones, Tens, Hundreds, Thousands))]
struct Records {
    /// Records kept.
    #[metric(unit = "{record}")]
    kept: Counter<u64>,
    /// Records dropped.
    #[metric(unit = "{record}")]
    dropped: Counter<u64>,
    /// Records rewritten.
    #[metric(unit = "{record}")]
    rewritten: Counter<u64>,
    /// Records sampled.
    #[metric(unit = "{record}")]
    sampled: Counter<u64>,
    /// Records delayed.
    #[metric(unit = "{record}")]
    delayed: Counter<u64>,
    /// Records failed.
    #[metric(unit = "{record}")]
    failed: Counter<u64>,
}

fn main() {}
