use telemetry::{AttributeValue, Histogram, metric_set};

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

/// A thousand distributions.
#[metric_set(name = "app", varying = (Ones, Tens, Hundreds))]
struct Sizes {
    /// Sizes.
    #[metric(unit = "By", exemplars)]
    size: Histogram,
}

fn main() {}
