//! What a declaration deprecates is said to those who use it, not to the declaration; and its constants are its own.

#![deny(warnings)]
#![allow(dead_code, non_upper_case_globals)]

const index: u8 = 0;

/// What came of it.
#[derive(telemetry::AttributeValue, Clone, Copy)]
#[attribute(key = "app.outcome")]
enum Outcome {
    /// In the end.
    Done,
    /// No more.
    #[deprecated]
    Gone,
}

/// Which way.
#[telemetry::attribute_set(name = "app.route")]
struct Attributes {
    /// Name of the way.
    #[deprecated(note = "ask the map")]
    name: &'static str,
}

/// What is counted.
#[telemetry::metric_set(name = "app", attributes = Attributes, varying = Outcome)]
struct Metrics {
    /// Requests.
    #[metric(unit = "{request}")]
    #[deprecated]
    requests: telemetry::Counter,
}

/// Something happened.
#[telemetry::event(name = "app.happened", severity = "info")]
struct Happened {
    /// What.
    #[attribute(key = "app.what")]
    #[deprecated]
    what: u64,
}

/// Something is done.
#[telemetry::span(name = "app.done", kind = "internal")]
struct Doing {
    /// What.
    #[attribute(key = "app.what")]
    #[deprecated]
    what: u64,
}

fn main() {}
