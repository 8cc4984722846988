//! The descriptors of the messages.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MessageDescriptor};

/// The compiled `.proto`; a test keeps it fresh.
const DESCRIPTORS: &[u8] = include_bytes!("generated/policy.binpb");

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).expect("a test decodes the committed descriptors"));

/// A message that stands by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// One rule.
    Policy,
    /// What a client did and has.
    SyncRequest,
    /// What a client is to do.
    SyncResponse,
}

impl Message {
    /// Every one of them.
    pub const ALL: [Self; 3] = [Self::Policy, Self::SyncRequest, Self::SyncResponse];

    pub(crate) fn descriptor(self) -> MessageDescriptor {
        let name = match self {
            Self::Policy => "tero.policy.v1.Policy",
            Self::SyncRequest => "tero.policy.v1.SyncRequest",
            Self::SyncResponse => "tero.policy.v1.SyncResponse",
        };
        POOL.get_message_by_name(name).expect("a test looks every message up")
    }
}

/// A field whose absence means false in protobuf and true in JSON, and which is therefore always told.
pub(crate) const TRUE_IF_ABSENT_IN_JSON: &str = "tero.policy.v1.Policy.enabled";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_and_field_that_is_named_is_declared() {
        for message in Message::ALL {
            message.descriptor();
        }
        let policy = Message::Policy.descriptor();
        assert!(policy.fields().any(|field| field.full_name() == TRUE_IF_ABSENT_IN_JSON));
        let service = POOL.services().next().expect("a service");
        let method = service.methods().next().expect("a method");
        assert_eq!(crate::SYNC_METHOD, format!("/{}/{}", service.full_name(), method.name()));
    }
}
