//! What a server answers, taken apart so that one policy that cannot be read does not take the others with it.

use serde_json::Value;

use crate::{DecodeError, Message, decode, fields};

/// Number of `SyncResponse.policies`.
const POLICIES: u64 = 1;

/// Number of `Policy.id`.
const ID: u64 = 1;

/// A `SyncResponse` as trees.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The policies, each readable or not, in their order.
    pub policies: Vec<Result<Value, Unreadable>>,
    /// Everything else.
    pub rest: Value,
}

/// A policy that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its id, if that much can be read.
    pub id: Option<String>,
    /// Why.
    pub error: DecodeError,
}

impl Response {
    /// Takes a protobuf message apart.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut policies = Vec::new();
        let mut others = Vec::new();
        let mut left = bytes;
        while !left.is_empty() {
            let (field, rest) =
                fields::next(left).ok_or_else(|| DecodeError("a field is cut off or has no type".into()))?;
            match field.content {
                Some(policy) if field.number == POLICIES => policies.push(readable(policy)),
                _ => others.extend_from_slice(field.whole),
            }
            left = rest;
        }
        Ok(Self { policies, rest: decode(Message::SyncResponse, &others)? })
    }
}

fn readable(policy: &[u8]) -> Result<Value, Unreadable> {
    decode(Message::Policy, policy).map_err(|error| Unreadable { id: id(policy), error })
}

/// The last id in front of what cannot be read.
fn id(mut policy: &[u8]) -> Option<String> {
    let mut id = None;
    while let Some((field, rest)) = fields::next(policy) {
        if let (ID, Some(content)) = (field.number, field.content) {
            id = std::str::from_utf8(content).ok().map(str::to_owned);
        }
        policy = rest;
    }
    id
}
