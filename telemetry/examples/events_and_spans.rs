//! Events and spans that are declared as structs: what a caller says about its trace comes in as a header and goes out
//! again, a filter and providers say what goes where, and what an exporter would send is taken and printed.
//!
//! `cargo run -p telemetry --example events_and_spans`

use std::error::Error;
use std::fmt::Write;
use std::time::Duration;

use telemetry::logs::{
    self, Aspect, FieldValue, Filter, InternalProvider, LogSetup, Provider, Providers, Taken, its,
};
use telemetry::trace::{self, Parent, SpanStatus, TraceConfig, TraceContext};
use telemetry::{AttributeValue, event, otel_debug, otel_info, span};

/// What came of a request.
#[derive(AttributeValue, Clone, Copy)]
enum Outcome {
    Served,
    Failed,
}

/// Serves one request.
#[span(name = "app.request", kind = "server")]
struct RequestSpan {
    /// Method of the request.
    #[attribute(key = "http.request.method")]
    method: &'static str,
    /// What came of it, once that is known.
    #[attribute(key = "app.outcome")]
    outcome: Option<Outcome>,
}

/// Asks the storage.
#[span(name = "app.query", kind = "client")]
struct QuerySpan<'a> {
    /// Key of what is asked for.
    #[attribute(key = "app.query.key")]
    key: &'a str,
}

/// The storage did not answer, and the request failed.
#[event(name = "app.query.failed", severity = "warn")]
struct QueryFailed<'a> {
    /// Key of what was asked for.
    #[attribute(key = "app.query.key")]
    key: &'a str,
    /// How often it was tried.
    #[attribute(key = "app.query.attempts")]
    attempts: u32,
    /// What went wrong, if it said so.
    #[attribute(key = "error.type")]
    error: Option<&'a str>,
    /// What a person reads.
    #[message]
    message: &'a str,
}

fn main() -> Result<(), Box<dyn Error>> {
    set_up()?;
    otel_info!("app.server.ready", server.address = "127.0.0.1", server.port = 8080);
    {
        let _admin = logs::aspect(Aspect::Admin);
        otel_info!("app.config.reloaded", "goes to the console, because it is of the administration");
    }

    // A request that is part of a trace, and one that begins its own.
    let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for (traceparent, key) in [(header, "orders/1"), ("", "orders/missing")] {
        let sent = serve(traceparent, key);
        println!("in  {traceparent:?}\nout {sent:?}");
    }

    export();
    logs::flush(Duration::from_secs(1));
    Ok(())
}

/// Who wants to see more sets `RUST_LOG=debug`.
fn set_up() -> Result<(), Box<dyn Error>> {
    let filter = Filter::from_env("info,h2=warn".parse::<Filter>()?)?;
    let providers = Providers {
        engine: Provider::Its,
        global: None, // as the engine's
        admin: Some(Provider::ConsoleDirect),
        internal: InternalProvider::ConsoleDirect,
    };
    logs::init(LogSetup::new(filter, providers));
    trace::init(Some(TraceConfig::default()));
    Ok(())
}

/// Serves a request with the header `traceparent`; which one it sends to the storage.
fn serve(traceparent: &str, key: &str) -> String {
    let caller = TraceContext::parse(traceparent, "").ok();
    let parent = caller.as_ref().map_or(Parent::None, Parent::Remote);
    let mut request = RequestSpan { method: "GET", outcome: None }.start_in(parent);
    // What happens on this thread meanwhile belongs to the request.
    let _in_request = request.enter();
    otel_debug!("app.request.started", app.query.key = key);
    let (sent, is_found) = query(key);
    if is_found {
        request.set(RequestSpan::OUTCOME, Outcome::Served);
    } else {
        request.set(RequestSpan::OUTCOME, Outcome::Failed);
        request.set_status(SpanStatus::Error("the storage did not answer"));
    }
    sent
}

fn query(key: &str) -> (String, bool) {
    let span = QuerySpan { key }.start();
    let _in_query = span.enter();
    let is_found = !key.ends_with("missing");
    if !is_found {
        QueryFailed { key, attempts: 3, error: Some("timeout"), message: "no answer in time" }.emit();
    }
    (span.context().traceparent(), is_found)
}

/// What an exporter does about once a second: takes what all threads recorded, and reads it where it is.
fn export() {
    // None of it feeds what is exported.
    let _suppressed = logs::suppress();
    let mut taken = Taken::new();
    its::take(&mut taken);
    for log in taken.logs() {
        let trace = log.span().map_or_else(|| "none".to_owned(), |span| span.trace_id.to_string());
        let message = log.message().unwrap_or_default();
        println!("event {} {}{} trace={trace} {message}", log.level(), log.name(), fields(log.fields()));
    }
    for span in taken.spans() {
        let (kind, name, fields) = (span.kind().as_str(), span.name(), fields(span.fields()));
        let parent = span.parent().map_or_else(|| "none".to_owned(), |parent| parent.to_string());
        println!(
            "span {kind} {name}{fields} trace={} parent={parent} {:?}",
            span.context().trace_id,
            span.status()
        );
    }
}

fn fields<'a>(fields: impl Iterator<Item = (&'a str, FieldValue<'a>)>) -> String {
    let mut text = String::new();
    for (key, value) in fields {
        let _ = match value {
            FieldValue::Text(value) => write!(text, " {key}={value:?}"),
            FieldValue::Int(value) => write!(text, " {key}={value}"),
            FieldValue::Double(value) => write!(text, " {key}={value}"),
            FieldValue::Bool(value) => write!(text, " {key}={value}"),
        };
    }
    text
}
