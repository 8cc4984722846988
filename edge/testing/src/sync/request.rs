//! What a policy server was asked.

use http::request::Parts;
use proto::Message;
use serde_json::Value;

/// How a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP with JSON.
    Json,
    /// HTTP with protobuf.
    Protobuf,
    /// gRPC.
    Grpc,
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncRequest {
    /// How it came.
    pub protocol: Protocol,
    /// The path.
    pub path: String,
    /// Header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The `SyncRequest`: keys in snake case, enums by number; null if it is none.
    pub tree: Value,
}

impl SyncRequest {
    pub(super) fn new(head: &Parts, body: &[u8]) -> Self {
        let content_type = head.headers.get("content-type").map_or(&b""[..], |value| value.as_bytes());
        let (protocol, tree) = match content_type {
            b"application/json" => (Protocol::Json, from_json(body)),
            b"application/grpc" => (Protocol::Grpc, body.get(5..).and_then(from_protobuf)),
            _ => (Protocol::Protobuf, from_protobuf(body)),
        };
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
        Self {
            protocol,
            path: head.uri.path().to_owned(),
            headers: headers.collect(),
            tree: tree.unwrap_or_default(),
        }
    }

    /// The first value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The status that it has of a policy, if it has one.
    pub fn status(&self, id: &str) -> Option<&Value> {
        self.tree["policy_statuses"].as_array()?.iter().find(|status| status["id"] == id)
    }
}

fn from_protobuf(body: &[u8]) -> Option<Value> {
    proto::decode(Message::SyncRequest, body).ok()
}

/// Through the message, so that what it does not have is not there.
fn from_json(body: &[u8]) -> Option<Value> {
    let tree = serde_json::from_slice(body).ok()?;
    from_protobuf(&proto::encode(Message::SyncRequest, &tree).ok()?)
}
