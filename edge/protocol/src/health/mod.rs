//! Whether edge is alive and whether it is ready: `/_health` and `/_ready`. Nothing below them is anybody else's.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};

use crate::plan::{Head, Plan, Protocol};

const HEALTH: &str = "/_health";
const READY: &str = "/_ready";

/// Route of what is not there, for metrics: one series, whatever is asked for.
const UNKNOWN: &str = "/_health/*";

/// Says whether edge is ready to judge data.
pub trait Ready: Send + Sync {
    /// Whether every policy provider has answered or failed once. Must not block.
    fn is_ready(&self) -> bool;
}

/// Answers probes. `/_health` asks nobody: it says that requests are served at all.
pub struct Health {
    ready: Arc<dyn Ready>,
}

impl Health {
    /// Probes answered with what `ready` says.
    pub fn new(ready: Arc<dyn Ready>) -> Self {
        Self { ready }
    }
}

impl Protocol for Health {
    fn name(&self) -> &'static str {
        "health"
    }

    fn plan(&self, head: &Head<'_>) -> Option<Plan> {
        let route = match head.uri.path() {
            HEALTH => HEALTH,
            READY => READY,
            path if path.starts_with("/_health/") || path.starts_with("/_ready/") => UNKNOWN,
            _ => return None,
        };
        let response = match *head.method {
            Method::GET | Method::HEAD if route == UNKNOWN => status(StatusCode::NOT_FOUND, "not found"),
            Method::GET | Method::HEAD if route == HEALTH => status(StatusCode::OK, "ok"),
            Method::GET | Method::HEAD => readiness(self.ready.is_ready()),
            _ => method_not_allowed(),
        };
        Some(Plan::Respond { route, response })
    }
}

fn readiness(ready: bool) -> Response<Bytes> {
    if ready {
        return status(StatusCode::OK, "ready");
    }
    let mut response = status(StatusCode::SERVICE_UNAVAILABLE, "waiting for policies");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

fn status(code: StatusCode, word: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!("{{\"status\":\"{word}\"}}")));
    *response.status_mut() = code;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn method_not_allowed() -> Response<Bytes> {
    let mut response = status(StatusCode::METHOD_NOT_ALLOWED, "method not allowed");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

#[cfg(test)]
mod tests;
