use telemetry::{AttributeValue, Counter, attribute_set, metric_set};

/// What happened.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "app.outcome")]
enum Outcome {
    Kept,
    Dropped,
}

/// The same, as Prometheus sees it.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "app_outcome")]
enum Spelling {
    Kept,
}

/// Given at registration.
#[attribute_set(name = "app")]
struct Attributes {
    /// What happened.
    outcome: Outcome,
}

/// Both.
#[metric_set(name = "app.both", attributes = Attributes, varying = Outcome)]
struct Both {
    /// Records.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
}

/// One label.
#[metric_set(name = "app.label", attributes = Attributes, varying = Spelling)]
struct Label {
    /// Records.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
}

/// Twice.
#[metric_set(name = "app.twice", varying = (Outcome, Outcome))]
struct Twice {
    /// Records.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
}

/// Two that are one label.
#[metric_set(name = "app.labels", varying = (Outcome, Spelling))]
struct Labels {
    /// Records.
    #[metric(unit = "{record}")]
    records: Counter<u64>,
}

fn main() {}
