use telemetry::{event, span};

/// No namespace.
#[event(name = "ready", severity = "info")]
struct Bare {}

/// Not lower case.
#[event(name = "app.Ready", severity = "info")]
struct Upper {
    /// No key.
    port: u16,
    /// Somebody else's.
    #[attribute(key = "otel.port")]
    other: u16,
    /// Malformed.
    #[attribute(key = "server-port")]
    malformed: u16,
    /// Twice.
    #[attribute(key = "server.port")]
    first: u16,
    /// Twice.
    #[attribute(key = "server.port")]
    second: u16,
}

/// No namespace.
#[span(name = "request")]
struct Request {
    /// No key.
    path: String,
}

/// Nor a name.
#[event(severity = "info")]
struct NamelessEvent {}

/// Nor a name.
#[span(kind = "client")]
struct NamelessSpan {}

/// All mistakes are said; the types are there all the same.
fn main() {
    Bare {}.emit();
    let _ = Request { path: String::new() }.start();
}
