use telemetry::{event, span};

/// Words that nobody knows.
#[event(nam = "app.server.ready", severity = "warning", stability = "stabel")]
struct Ready {
    /// A port.
    #[attribute(kee = "server.port", stability = "sure")]
    port: u16,
}

/// No severity.
#[event(name = "app.server.stopped")]
struct Stopped {}

/// Not of a span.
#[span(name = "app.request", kind = "sever", severity = "info")]
struct Request {
    /// A path.
    #[attribute(key = "url.path", key = "url.query")]
    path: String,
    /// A number for text.
    #[attribute(key = 5)]
    number: u16,
    /// Nothing.
    #[attribute]
    nothing: u16,
}

fn main() {}
