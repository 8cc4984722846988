use telemetry::{attribute_set, event, span};

/// Where to.
#[attribute_set(name = "app.upstream")]
struct UpstreamAttributes {
    /// Port.
    #[attribute(key = "server.port")]
    port: u16,
}

/// The set has a key that is taken.
#[event(name = "app.failed", severity = "info")]
struct Failed {
    /// A port.
    #[attribute(key = "server.port")]
    port: u16,
    #[attribute(flatten)]
    upstream: UpstreamAttributes,
}

/// A key that the set has taken.
#[span(name = "app.request")]
struct Request {
    #[attribute(flatten)]
    upstream: UpstreamAttributes,
    /// A port.
    #[attribute(key = "server.port")]
    port: u16,
}

/// A set has its own words.
#[event(name = "app.wordy", severity = "info")]
struct Wordy {
    #[attribute(flatten, key = "app.upstream", stability = "stable")]
    upstream: UpstreamAttributes,
}

/// Not a set.
#[event(name = "app.number", severity = "info")]
struct Number {
    #[attribute(flatten)]
    number: u16,
}

fn main() {}
