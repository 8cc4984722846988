//! Gives others the policies in force, and hears what they did: `POST /v1/policy/sync`, protobuf and JSON.

mod status;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

pub use status::PolicyStatus;

use crate::plan::{Answerer, Head, Plan, Protocol};

const ROUTE: &str = "/v1/policy/sync";

const TEXT: &str = "text/plain; charset=utf-8";

/// Seconds until there may be something to give.
const RETRY_SECONDS: &str = "5";

/// How messages are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncEncoding {
    /// `application/x-protobuf`
    Protobuf,
    /// `application/json`
    Json,
}

impl SyncEncoding {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }

    fn of(headers: &HeaderMap) -> Option<Self> {
        let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        [Self::Protobuf, Self::Json].into_iter().find(|it| essence.eq_ignore_ascii_case(it.content_type()))
    }
}

/// Where policies are had from.
pub trait PolicySource: Send + Sync + std::fmt::Debug {
    /// A whole `SyncResponse`, or `None` as long as nobody knows which policies are in force.
    fn response(&self, encoding: SyncEncoding) -> Option<Bytes>;

    /// What a client's policies did since it last got an answer.
    fn told(&self, statuses: &[PolicyStatus]);
}

/// Answers clients of the policy protocol, if there is anybody to answer.
#[derive(Debug)]
pub struct PolicySync {
    clerk: Option<Arc<Clerk>>,
}

impl PolicySync {
    /// Answers with what `source` has. Without one the route is not its own.
    pub fn new(source: Option<Arc<dyn PolicySource>>) -> Self {
        Self { clerk: source.map(|source| Arc::new(Clerk(source))) }
    }
}

impl Protocol for PolicySync {
    fn name(&self) -> &'static str {
        "policy_sync"
    }

    fn plan(&self, head: &Head<'_>) -> Option<Plan> {
        let clerk = self.clerk.as_ref().filter(|_| head.uri.path() == ROUTE)?;
        Some(match *head.method {
            Method::POST => Plan::Answer { route: ROUTE, answerer: Arc::clone(clerk) as _ },
            _ => Plan::Respond { route: ROUTE, response: method_not_allowed() },
        })
    }
}

#[derive(Debug)]
struct Clerk(Arc<dyn PolicySource>);

impl Answerer for Clerk {
    fn answer(&self, headers: &HeaderMap, body: &[u8]) -> Response<Bytes> {
        let Some(encoding) = SyncEncoding::of(headers) else {
            return refusal(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "application/x-protobuf or application/json is needed\n".to_owned(),
            );
        };
        let statuses = match status::read(body, encoding) {
            Ok(statuses) => statuses,
            Err(error) => return refusal(StatusCode::BAD_REQUEST, format!("{error}\n")),
        };
        // Without an answer the client tells the same again.
        let Some(answer) = self.0.response(encoding) else { return not_yet() };
        self.0.told(&statuses);
        response(StatusCode::OK, encoding.content_type(), answer)
    }
}

fn method_not_allowed() -> Response<Bytes> {
    let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n".to_owned());
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    response
}

/// An empty set would take a client's policies away.
fn not_yet() -> Response<Bytes> {
    let mut response =
        refusal(StatusCode::SERVICE_UNAVAILABLE, "policies have not been loaded yet\n".to_owned());
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
    response
}

fn refusal(status: StatusCode, said: String) -> Response<Bytes> {
    response(status, TEXT, said.into())
}

fn response(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
