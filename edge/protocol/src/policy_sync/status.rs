//! What a client tells of its policies.

use edge_policy::{StageTally, Tally};
use proto::Message;
use serde_json::Value;

use super::SyncEncoding;

/// What one policy of a client did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyStatus {
    /// The policy.
    pub id: String,
    /// What it counted; bytes are none of the protocol's.
    pub tally: Tally,
    /// Why the client cannot apply it.
    pub errors: Vec<String>,
}

/// The statuses of a `SyncRequest`, or what is wrong with it.
pub(super) fn read(body: &[u8], encoding: SyncEncoding) -> Result<Vec<PolicyStatus>, String> {
    let tree = match encoding {
        SyncEncoding::Protobuf => proto::decode(Message::SyncRequest, body).map_err(|it| it.to_string())?,
        SyncEncoding::Json => normalized(body)?,
    };
    let statuses = tree["policy_statuses"].as_array().map_or(&[][..], Vec::as_slice);
    Ok(statuses.iter().map(status).collect())
}

/// JSON has many spellings of a message, which itself has one.
fn normalized(body: &[u8]) -> Result<Value, String> {
    let tree: Value = serde_json::from_slice(body).map_err(|it| format!("not JSON: {it}"))?;
    let message = proto::encode(Message::SyncRequest, &tree).map_err(|it| it.to_string())?;
    proto::decode(Message::SyncRequest, &message).map_err(|it| it.to_string())
}

fn status(tree: &Value) -> PolicyStatus {
    let stages = ["remove", "redact", "rename", "add"].map(|stage| &tree[stage]);
    PolicyStatus {
        id: tree["id"].as_str().unwrap_or_default().to_owned(),
        tally: Tally {
            hits: count(&tree["match_hits"]),
            misses: count(&tree["match_misses"]),
            stages: stages
                .map(|stage| StageTally { hits: count(&stage["hits"]), misses: count(&stage["misses"]) }),
            ..Tally::default()
        },
        errors: texts(&tree["errors"]),
    }
}

/// What is negative was not counted.
fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn texts(list: &Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten();
    texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}
