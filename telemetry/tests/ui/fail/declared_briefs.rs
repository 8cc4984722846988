use telemetry::{event, span};

#[event(name = "app.server.ready", severity = "info")]
struct Ready {
    #[attribute(key = "server.port")]
    port: u16,
}

#[span(name = "app.request", kind = "server")]
struct Request {
    #[attribute(key = "url.path")]
    path: String,
}

fn main() {}
