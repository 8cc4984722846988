use telemetry::{AttributeValue, Counter, Histogram, attribute_set, metric_set};

/// Values that are missing, and one too many.
#[metric_set(name, varying)]
struct Forms {
    /// No value.
    #[metric(unit)]
    valueless: Counter<u64>,
    /// A flag is there or not.
    #[metric(unit = "s", exemplars = true)]
    flag: Histogram,
    /// Nothing at all.
    #[metric]
    bare: Counter<u64>,
    /// Not a list.
    #[metric(unit = "s", buckets = 1)]
    list: Histogram,
}

/// Generic.
#[metric_set(name = "app", varies = Outcome)]
struct Generic<T> {
    /// Items.
    #[metric(unit = "{item}")]
    items: Counter<T>,
}

/// Attributes.
#[attribute_set(name = "app", varying = Outcome)]
struct Attributes {
    /// The flag is misspelt.
    #[attribute(flaten)]
    nested: bool,
}

/// Inner ones.
#[attribute_set(name = "app.inner")]
struct Inner {
    /// Whether.
    #[attribute(flatten = "yes")]
    whether: (),
}

/// Not a word's.
#[derive(AttributeValue, Clone, Copy)]
#[attribute(key = "app.outcome", value = "outcome")]
enum Outcome {
    #[attribute(key = "kept")]
    Kept,
}

#[metric_set(name = "app")]
fn not_a_struct() {}

fn main() {}
