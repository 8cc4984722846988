use telemetry::{AttributeValue, Counter, attribute_set, metric_set};

/// The name is empty.
#[metric_set(name = "")]
struct Empty {}

/// The name is too long.
#[metric_set(name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
struct Long {}

/// Names.
#[metric_set(name = "app")]
struct Names {
    /// Starts with a digit.
    #[metric(unit = "{item}", name = "1app")]
    digit: Counter<u64>,
    /// Ends with a separator.
    #[metric(unit = "{item}", name = "app.")]
    separator: Counter<u64>,
    /// Two separators.
    #[metric(unit = "{item}", name = "app._items")]
    separators: Counter<u64>,
    /// A capital letter.
    #[metric(unit = "{item}", name = "app.itemsKept")]
    capital: Counter<u64>,
    /// Neither letter nor digit.
    #[metric(unit = "{item}", name = "app.items-kept")]
    hyphen: Counter<u64>,
    /// Only what exporters derive.
    #[metric(unit = "By", name = "bytes")]
    derived: Counter<u64>,
    /// A unit.
    #[metric(unit = "s")]
    duration_seconds: Counter<f64>,
    /// Reserved.
    #[metric(unit = "{item}", name = "otel.items")]
    reserved: Counter<u64>,
}

/// Keys.
#[attribute_set(name = "App")]
struct Keys {
    /// One.
    #[attribute(key = "app.key")]
    one: bool,
    /// The same.
    #[attribute(key = "app.key")]
    two: bool,
}

/// What happened.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "app.Outcome")]
enum Outcome {
    Kept,
}

#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "quantile")]
enum Undocumented {
    Half,
}

fn main() {}
