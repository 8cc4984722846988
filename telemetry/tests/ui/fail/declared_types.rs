use telemetry::{event, span};

struct Opaque;

/// What no field can be.
#[event(name = "app.opaque", severity = "info")]
struct OpaqueEvent {
    /// No value.
    #[attribute(key = "app.opaque")]
    opaque: Opaque,
    /// No text.
    #[message]
    message: Opaque,
}

/// A request.
#[span(name = "app.request")]
struct RequestSpan {
    /// Status of the response.
    #[attribute(key = "http.response.status_code")]
    status_code: Option<u16>,
}

/// A query.
#[span(name = "app.query")]
struct QuerySpan {
    /// How many rows.
    #[attribute(key = "app.rows")]
    rows: Option<u64>,
}

fn main() {
    let mut request = RequestSpan { status_code: None }.start();
    request.set(RequestSpan::STATUS_CODE, "200");
    request.set(QuerySpan::ROWS, 1);
}
