use telemetry::{event, span};

/// A tuple.
#[event(name = "app.tuple", severity = "info")]
struct Tuple(u16);

/// A type parameter.
#[event(name = "app.generic", severity = "info")]
struct Generic<T> {
    /// A port.
    #[attribute(key = "server.port")]
    port: T,
}

/// A constant parameter.
#[span(name = "app.constant")]
struct Constant<const N: usize> {}

/// A condition.
#[event(name = "app.conditional", severity = "info")]
struct Conditional {
    /// A port.
    #[cfg(any())]
    #[attribute(key = "server.port")]
    port: u16,
}

/// Two messages.
#[event(name = "app.messages", severity = "info")]
struct Messages {
    #[message]
    first: String,
    #[message]
    second: String,
}

/// A message with more to it.
#[event(name = "app.key", severity = "info")]
struct Key {
    #[message(key = "app.key")]
    #[attribute(key = "app.key")]
    message: String,
}

/// Spans have none.
#[span(name = "app.message")]
struct Message {
    #[message]
    only: String,
}

/// No struct.
#[event(name = "app.enum", severity = "info")]
enum Enum {}

/// No struct.
#[span(name = "app.enum")]
enum Other {}

fn main() {}
