//! The span of a request on its way through, and what the headers say about the trace that it is part of.

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Version};
use telemetry::span;
use telemetry::trace::{Parent, SpanOf, SpanStatus, TraceContext};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// A request that goes on to an intake, from its route to the end of its response.
#[span(name = "edge.http.server.request", kind = "server")]
pub(crate) struct RequestSpan {
    /// Method of the request; `_OTHER` for what HTTP does not define.
    #[attribute(key = "http.request.method")]
    method: &'static str,
    /// Route template.
    #[attribute(key = "http.route")]
    route: &'static str,
    /// Path of the request.
    #[attribute(key = "url.path")]
    path: String,
    /// Scheme of the listener.
    #[attribute(key = "url.scheme")]
    scheme: &'static str,
    /// Version of HTTP.
    #[attribute(key = "network.protocol.version")]
    version: &'static str,
    /// Status of the response.
    #[attribute(key = "http.response.status_code")]
    status_code: Option<u16>,
    /// Bytes of the request's body, as received.
    #[attribute(key = "http.request.body.size")]
    request_bytes: Option<u64>,
    /// Bytes of the response's body, as sent.
    #[attribute(key = "http.response.body.size")]
    response_bytes: Option<u64>,
    /// Status of a response that says that edge or the intake failed, or `cancelled` if there was none.
    #[attribute(key = "error.type")]
    error: Option<String>,
}

/// What became of a request.
pub(crate) struct Outcome {
    /// `None` if the sender was gone before there was a response.
    pub(crate) status: Option<StatusCode>,
    pub(crate) received_bytes: u64,
    pub(crate) sent_bytes: u64,
}

/// The span of a request under way.
#[derive(Debug)]
pub(crate) struct Traced(SpanOf<RequestSpan>);

impl Traced {
    /// Part of the trace that the sender says the request belongs to; of one of its own if it says nothing valid.
    pub(crate) fn start<B>(request: &Request<B>, route: &'static str, is_tls: bool) -> Self {
        let span = RequestSpan {
            method: method(request.method()),
            route,
            path: request.uri().path().to_owned(),
            scheme: if is_tls { "https" } else { "http" },
            version: if request.version() == Version::HTTP_10 { "1.0" } else { "1.1" },
            status_code: None,
            request_bytes: None,
            response_bytes: None,
            error: None,
        };
        let caller = caller(request.headers());
        Self(span.start_in(caller.as_ref().map_or(Parent::None, Parent::Remote)))
    }

    /// Tells the intake that this span is what called it (W3C Trace Context, section 3.2). If nobody records it, what
    /// the sender said stays.
    pub(crate) fn propagate(&self, headers: &mut HeaderMap) {
        if !self.0.is_recording() {
            return;
        }
        let context = self.0.context();
        insert(headers, TRACEPARENT, &context.traceparent());
        if context.state.as_str().is_empty() {
            headers.remove(TRACESTATE);
        } else {
            insert(headers, TRACESTATE, context.state.as_str());
        }
    }

    /// Ends the span.
    pub(crate) fn end(mut self, outcome: &Outcome) {
        let span = &mut self.0;
        span.set(RequestSpan::REQUEST_BYTES, outcome.received_bytes);
        span.set(RequestSpan::RESPONSE_BYTES, outcome.sent_bytes);
        match outcome.status {
            None => span.set(RequestSpan::ERROR, "cancelled".to_owned()),
            Some(status) => {
                span.set(RequestSpan::STATUS_CODE, status.as_u16());
                if status.is_server_error() {
                    span.set(RequestSpan::ERROR, status.as_str().to_owned());
                    span.set_status(SpanStatus::Error(""));
                }
            }
        }
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // Contexts are written in visible ASCII.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// What the sender says; more than one `traceparent` says nothing, lines of `tracestate` are one list.
fn caller(headers: &HeaderMap) -> Option<TraceContext> {
    let mut parents = headers.get_all(TRACEPARENT).iter();
    let (Some(parent), None) = (parents.next(), parents.next()) else { return None };
    let states: Vec<&str> =
        headers.get_all(TRACESTATE).iter().filter_map(|state| state.to_str().ok()).collect();
    TraceContext::parse(parent.to_str().ok()?, &states.join(",")).ok()
}

/// Methods of RFC 9110 and RFC 5789: what a sender makes up must not become values without end.
fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    KNOWN.into_iter().find(|known| method == known).unwrap_or("_OTHER")
}
