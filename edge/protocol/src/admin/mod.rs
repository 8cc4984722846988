//! What edge tells an operator about itself: `/_edge/metrics`, `/_edge/policies` and `/_edge/schema`; and about the
//! traffic that flows: `/_edge/tail` and `/_edge/simulate`. Nothing below `/_edge/` is anybody else's.

mod live;
mod policies;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use telemetry::accept::{self, Preference};

pub use live::{LiveSource, Refusal, Tail, TailDecision};
use live::{Simulating, Source, Tailing};
pub use policies::{PolicyReport, PolicyRow};

use crate::plan::{Feeder, Head, Plan, Protocol};

const METRICS: &str = "/_edge/metrics";
const POLICIES: &str = "/_edge/policies";
const SCHEMA: &str = "/_edge/schema";
const TAIL: &str = "/_edge/tail";
const SIMULATE: &str = "/_edge/simulate";

/// Route of what is not there, for metrics: one series, whatever is asked for.
const UNKNOWN: &str = "/_edge/*";

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";
/// RFC 9512.
const YAML: &str = "application/yaml";

/// Where the answers come from.
pub trait AdminSource: Send + Sync {
    /// Edge's own metrics, or `None` if they are switched off.
    fn metrics(&self, format: MetricsFormat) -> Option<String>;

    /// What each policy did.
    fn policies(&self) -> PolicyReport;

    /// The semantic registry of edge's own telemetry.
    fn schema(&self, format: SchemaFormat) -> String;
}

/// How the semantic registry is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaFormat {
    /// The files of the registry, one document each.
    Yaml,
    /// One object with the content of each file under its name.
    Json,
}

impl SchemaFormat {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Yaml => YAML,
            Self::Json => JSON,
        }
    }
}

/// How metrics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsFormat {
    /// Prometheus text exposition format 0.0.4.
    Prometheus,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl MetricsFormat {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// Answers the admin routes.
pub struct Admin {
    source: Arc<dyn AdminSource>,
    live: Source,
}

impl Admin {
    /// Routes answered with what `source` says, and `live` of the traffic that flows.
    pub fn new(source: Arc<dyn AdminSource>, live: Arc<dyn LiveSource>) -> Self {
        Self { source, live: Source(live) }
    }

    /// What answers the request if it is about the traffic that flows, and the method that it must have.
    fn live(&self, head: &Head<'_>) -> Option<(&'static str, Method, Box<dyn Feeder>)> {
        let (source, query) = (self.live.clone(), head.uri.query().unwrap_or_default().to_owned());
        match head.uri.path() {
            TAIL => Some((TAIL, Method::GET, Box::new(Tailing { source, query }))),
            SIMULATE => Some((SIMULATE, Method::POST, Box::new(Simulating { source, query }))),
            _ => None,
        }
    }

    fn metrics(&self, head: &Head<'_>) -> Response<Bytes> {
        let format = metrics_format(head);
        match self.source.metrics(format) {
            Some(text) => answer(StatusCode::OK, format.content_type(), text),
            None => answer(StatusCode::NOT_FOUND, TEXT, "switched off by telemetry.prometheus\n".to_owned()),
        }
    }

    fn policies(&self, head: &Head<'_>) -> Response<Bytes> {
        let report = self.source.policies();
        if wants_json(head) {
            answer(StatusCode::OK, JSON, policies::json(&report))
        } else {
            answer(StatusCode::OK, TEXT, policies::text(&report))
        }
    }

    fn schema(&self, head: &Head<'_>) -> Response<Bytes> {
        let format = if wants_json(head) { SchemaFormat::Json } else { SchemaFormat::Yaml };
        answer(StatusCode::OK, format.content_type(), self.source.schema(format))
    }
}

impl Protocol for Admin {
    fn name(&self) -> &'static str {
        "admin"
    }

    fn plan(&self, head: &Head<'_>) -> Option<Plan> {
        if let Some((route, method, feeder)) = self.live(head) {
            return Some(if *head.method == method {
                Plan::Feed { route, feeder }
            } else {
                Plan::Respond { route, response: method_not_allowed(allowed(&method)) }
            });
        }
        let (route, respond): (_, fn(&Self, &Head<'_>) -> Response<Bytes>) = match head.uri.path() {
            METRICS => (METRICS, Self::metrics),
            POLICIES => (POLICIES, Self::policies),
            SCHEMA => (SCHEMA, Self::schema),
            path if path == "/_edge" || path.starts_with("/_edge/") => (UNKNOWN, |_, _| not_found()),
            _ => return None,
        };
        let response = match *head.method {
            Method::GET | Method::HEAD => respond(self, head),
            _ => method_not_allowed("GET, HEAD"),
        };
        Some(Plan::Respond { route, response })
    }
}

fn not_found() -> Response<Bytes> {
    let text =
        format!("there is nothing here; {METRICS}, {POLICIES}, {SCHEMA}, {TAIL} and {SIMULATE} answer\n");
    answer(StatusCode::NOT_FOUND, TEXT, text)
}

/// OpenMetrics only for those who ask for it by name.
fn metrics_format(head: &Head<'_>) -> MetricsFormat {
    let open = preference(head, "application/openmetrics-text");
    if open.is_named && open.quality > 0 && open.quality >= preference(head, "text/plain").quality {
        MetricsFormat::OpenMetrics
    } else {
        MetricsFormat::Prometheus
    }
}

fn wants_json(head: &Head<'_>) -> bool {
    let format =
        head.uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("format="));
    let by_accept = || preference(head, "application/json").quality > preference(head, "text/plain").quality;
    format.map_or_else(by_accept, |format| format == "json")
}

/// A field that is no text says nothing, and is still there: it does not mean that anything is wanted.
fn preference(head: &Head<'_>, media: &str) -> Preference {
    let fields = head.headers.get_all(header::ACCEPT).iter();
    accept::preference(fields.map(|field| field.to_str().unwrap_or_default()), media)
}

fn allowed(method: &Method) -> &'static str {
    if *method == Method::POST { "POST" } else { "GET" }
}

fn method_not_allowed(allowed: &'static str) -> Response<Bytes> {
    let mut response = answer(StatusCode::METHOD_NOT_ALLOWED, TEXT, "method not allowed\n".to_owned());
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

fn answer(status: StatusCode, content_type: &'static str, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

#[cfg(test)]
mod tests;
