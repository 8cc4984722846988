use telemetry::{AttributeValue, attribute_set};

/// A route.
#[attribute_set(name = "edge.route", attributes = ())]
struct Route {
    /// Template.
    #[attribute(kye = "http.route")]
    template: &'static str,
    /// Reserved.
    #[attribute(key = "otel.scope.name")]
    scope: &'static str,
    undocumented: bool,
}

#[derive(AttributeValue)]
enum Outcome {
    Kept,
    #[attribute(value = "kept")]
    AlsoKept,
    Failed(u8),
}

fn main() {}
