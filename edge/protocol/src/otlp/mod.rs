//! OTLP over HTTP (opentelemetry.io/docs/specs/otlp): protobuf and JSON.

mod attributes;
mod batch;
mod editor;
mod enumeration;
mod json;
mod json_value;
mod json_write;
mod layout;
mod logs;
mod metrics;
mod protobuf;
mod protobuf_value;
mod protobuf_write;
mod traces;

use bytes::Bytes;
use edge_policy::Signal;
use http::header::CONTENT_TYPE;
use http::{Method, Response};

use crate::plan::{BodyFilter, FailOpen, Head, Plan, Protocol, Upstream};

pub use logs::{LogsJson, LogsProtobuf};
pub use metrics::{MetricsJson, MetricsProtobuf};
pub use traces::{TracesJson, TracesProtobuf};

/// OTLP over HTTP: filters logs, metrics and traces.
#[derive(Debug)]
pub struct Otlp;

/// A path, where it goes, whose policies apply, and how its bodies are filtered.
struct Route {
    path: &'static str,
    upstream: Upstream,
    signal: Signal,
    protobuf: &'static dyn BodyFilter,
    json: &'static dyn BodyFilter,
}

static ROUTES: [Route; 3] = [
    Route {
        path: "/v1/logs",
        upstream: Upstream::Logs,
        signal: Signal::Log,
        protobuf: &LogsProtobuf,
        json: &LogsJson,
    },
    Route {
        path: "/v1/metrics",
        upstream: Upstream::Metrics,
        signal: Signal::Metric,
        protobuf: &MetricsProtobuf,
        json: &MetricsJson,
    },
    Route {
        path: "/v1/traces",
        upstream: Upstream::Traces,
        signal: Signal::Trace,
        protobuf: &TracesProtobuf,
        json: &TracesJson,
    },
];

impl Protocol for Otlp {
    fn name(&self) -> &'static str {
        "otlp"
    }

    fn plan(&self, head: &Head<'_>) -> Option<Plan> {
        let Route { path, upstream, signal, protobuf, json } =
            ROUTES.iter().find(|route| route.path == head.uri.path())?;
        let is_post = head.method == Method::POST;
        let relay = |fail_open| Plan::Relay { route: path, upstream: *upstream, fail_open, limited: is_post };
        let filter = |filter, emptied| Plan::Filter {
            route: path,
            upstream: *upstream,
            signal: *signal,
            filter,
            emptied,
        };
        Some(match Format::of(head) {
            _ if !is_post => relay(None),
            Some(Format::Protobuf) => filter(*protobuf, emptied_protobuf),
            Some(Format::Json) => filter(*json, emptied_json),
            None => relay(Some((*signal, FailOpen::ContentType))),
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Protobuf,
    Json,
}

impl Format {
    /// The format that Content-Type names, parameters aside.
    fn of(head: &Head<'_>) -> Option<Self> {
        let value = head.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let essence = value.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case(PROTOBUF) {
            Some(Self::Protobuf)
        } else {
            essence.eq_ignore_ascii_case(JSON).then_some(Self::Json)
        }
    }
}

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// An empty message: full success.
fn emptied_protobuf() -> Response<Bytes> {
    success(PROTOBUF, b"")
}

fn emptied_json() -> Response<Bytes> {
    success(JSON, b"{}")
}

fn success(content_type: &'static str, body: &'static [u8]) -> Response<Bytes> {
    let response = Response::builder().header(CONTENT_TYPE, content_type);
    response.body(Bytes::from_static(body)).expect("constant headers are valid")
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Uri};

    use super::*;

    fn plan(method: &Method, target: &'static str, content_type: Option<&'static str>) -> Option<Plan> {
        let mut headers = HeaderMap::new();
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        Otlp.plan(&Head { method, uri: &Uri::from_static(target), headers: &headers })
    }

    fn name(plan: Option<&Plan>) -> &'static str {
        match plan {
            Some(Plan::Filter { emptied, .. }) if emptied().body().is_empty() => "filter protobuf",
            Some(Plan::Filter { .. }) => "filter json",
            Some(Plan::Relay { fail_open: Some(_), .. }) => "relay, counted",
            Some(Plan::Relay { .. }) => "relay",
            Some(Plan::Respond { .. } | Plan::Answer { .. } | Plan::Feed { .. }) => "respond",
            None => "not ours",
        }
    }

    #[test]
    fn the_content_type_picks_the_format() {
        for (content_type, expected) in [
            (Some("application/x-protobuf"), "filter protobuf"),
            (Some("Application/JSON; charset=utf-8"), "filter json"),
            (Some("text/plain"), "relay, counted"),
            (None, "relay, counted"),
        ] {
            for target in ["/v1/logs?x=1", "/v1/metrics", "/v1/traces"] {
                assert_eq!(name(plan(&Method::POST, target, content_type).as_ref()), expected, "{target}");
            }
        }
    }

    #[test]
    fn other_methods_are_relayed_and_other_paths_are_not_ours() {
        assert_eq!(name(plan(&Method::GET, "/v1/logs", None).as_ref()), "relay");
        assert_eq!(name(plan(&Method::PUT, "/v1/traces", Some(JSON)).as_ref()), "relay");
        assert_eq!(name(plan(&Method::POST, "/v1/logs/", Some(JSON)).as_ref()), "not ours");
    }
}
