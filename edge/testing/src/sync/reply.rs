//! What a policy server says, and how it misbehaves.

use std::time::Duration;

use serde_json::Value;

/// One answer.
#[derive(Debug, Clone)]
pub enum Reply {
    /// This `SyncResponse`.
    Document(Value),
    /// A body of these bytes, said to be what was asked for.
    Raw(Vec<u8>),
    /// A status of HTTP, or what gRPC has for it, and how many seconds to stay away.
    Status(u16, Option<u64>),
    /// The connection is closed, or the stream reset, instead of an answer.
    HangUp,
    /// The first half of a `SyncResponse`, and then the connection breaks.
    Cut(Value),
    /// The other reply, later.
    After(Duration, Box<Reply>),
}

impl Reply {
    /// Whether the client has every reason to believe that the server took its statuses.
    pub(super) fn is_success(&self) -> bool {
        let error = |document: &Value| ["error_message", "errorMessage"].map(|key| !document[key].is_null());
        match self {
            Self::Document(document) => error(document) == [false; 2],
            Self::After(_, reply) => reply.is_success(),
            Self::Raw(_) | Self::Status(..) | Self::HangUp | Self::Cut(_) => false,
        }
    }
}
