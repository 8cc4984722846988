//! The policy protocol's messages, as trees of plain values, in protobuf and in JSON.
//!
//! Refuses to know what a policy means: it turns bytes into the tree that a policy file would have held, and
//! back. The messages are those of `proto/tero/policy/v1/policy.proto`.

mod fields;
mod from_tree;
mod response;
mod schema;
mod spelling;
mod to_tree;

pub use from_tree::EncodeError;
pub use response::{Response, Unreadable};
pub use schema::Message;

use prost_reflect::DynamicMessage;
use serde_json::Value;

/// Full name of the method that exchanges what a client did for what it is to do.
pub const SYNC_METHOD: &str = "/tero.policy.v1.PolicyService/Sync";

/// Bytes that are no message of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a protobuf message: {0}")]
pub struct DecodeError(pub(crate) String);

/// A protobuf message as a tree: keys in snake case, enums as numbers, bytes as base64. Fields that have their
/// default are left out, unless the protocol tells an absent field from one that has its default.
///
/// Unknown fields are ignored.
pub fn decode(message: Message, bytes: &[u8]) -> Result<Value, DecodeError> {
    let message = DynamicMessage::decode(message.descriptor(), bytes);
    let message = message.map_err(|error| DecodeError(error.to_string()))?;
    Ok(to_tree::tree(&message, to_tree::Style::Plain))
}

/// A tree, in every spelling that JSON and YAML give it, as a protobuf message. Unknown members are ignored.
pub fn encode(message: Message, tree: &Value) -> Result<Vec<u8>, EncodeError> {
    let message = from_tree::message(&message.descriptor(), tree)?;
    Ok(prost_reflect::prost::Message::encode_to_vec(&message))
}

/// A tree as the proto3 JSON mapping spells it: keys in camel case, enums by name, 64-bit integers as strings.
pub fn canonical(message: Message, tree: &Value) -> Result<Value, EncodeError> {
    Ok(to_tree::tree(&from_tree::message(&message.descriptor(), tree)?, to_tree::Style::Canonical))
}
