use telemetry::attribute_set;

/// A route.
#[attribute_set(name = "app.route")]
struct Route {
    /// Template.
    #[attribute(key = "http.route")]
    template: &'static str,
}

/// A request.
#[attribute_set(name = "app.request")]
struct Wordy {
    /// The set has keys of its own.
    #[attribute(flatten, key = "app.route", stability = "stable", deprecated = "use another")]
    route: Route,
}

/// A request.
#[attribute_set(name = "app.request")]
struct Request {
    #[attribute(flatten)]
    route: Route,
    #[attribute(flatten)]
    again: Route,
    /// Route as well.
    #[attribute(key = "http.route")]
    template: &'static str,
    /// Route as well, as Prometheus sees it.
    #[attribute(key = "http_route")]
    label: &'static str,
}

/// Sets in sets in sets.
#[attribute_set(name = "app.outer")]
struct Outer {
    /// Route as well.
    #[attribute(key = "http_route")]
    label: &'static str,
    #[attribute(flatten)]
    inner: Inner,
}

/// Sets in sets.
#[attribute_set(name = "app.inner")]
struct Inner {
    #[attribute(flatten)]
    route: Route,
}

fn main() {}
