//! The policies in force, as other clients of the policy protocol are given them.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use edge_stream::protobuf::write_bytes;
use proto::Message;
use serde_json::{Value, json};

/// Number of `SyncResponse.policies`.
const POLICIES: u32 = 1;

/// What is offered to others: encoded when it changes, so that it costs nothing to ask.
#[derive(Debug)]
pub struct Served {
    recommended_interval: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    offer: Option<Arc<Offer>>,
    /// Every policy that was ever offered: what it did may be told after it is gone.
    ids: HashSet<String>,
}

/// One `SyncResponse`, in both encodings.
#[derive(Debug)]
pub struct Offer {
    /// In the canonical spelling.
    pub json: Bytes,
    /// As the message.
    pub protobuf: Bytes,
}

impl Served {
    /// Offers nothing yet. Others are recommended to ask once an interval.
    pub fn new(recommended_interval: Duration) -> Self {
        Self { recommended_interval, state: Mutex::default() }
    }

    /// What is offered now; `None` before any provider has said anything.
    pub fn offer(&self) -> Option<Arc<Offer>> {
        self.state().offer.clone()
    }

    /// Whether a policy of this id was ever offered.
    pub fn has_offered(&self, id: &str) -> bool {
        self.state().ids.contains(id)
    }

    /// Offers these policies from now on. One that has no message is not in force here either, and is left out.
    pub(crate) fn replace(&self, mut policies: Vec<Value>) {
        let mut bodies = Vec::new();
        policies.retain(|policy| {
            let body = proto::encode(Message::Policy, policy);
            body.is_ok_and(|body| {
                write_bytes(&mut bodies, POLICIES, &body);
                true
            })
        });
        let ids: Vec<_> = policies.iter().filter_map(|it| it["id"].as_str().map(str::to_owned)).collect();
        let Ok(offer) = self.encoded(policies, bodies) else { return };
        let mut state = self.state();
        state.ids.extend(ids);
        state.offer = Some(Arc::new(offer));
    }

    /// `bodies` are the policies as the fields that they are in the message.
    fn encoded(&self, policies: Vec<Value>, mut bodies: Vec<u8>) -> Result<Offer, proto::EncodeError> {
        let mut hash = DefaultHasher::new();
        hash.write(&bodies);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut response = json!({
            "hash": format!("{:016x}", hash.finish()),
            "sync_timestamp_unix_nano": now.as_nanos() as u64,
            "recommended_sync_interval_seconds": self.recommended_interval.as_secs(),
            "sync_type": "SYNC_TYPE_FULL",
        });
        bodies.extend(proto::encode(Message::SyncResponse, &response)?);
        response["policies"] = policies.into();
        let json = proto::canonical(Message::SyncResponse, &response)?.to_string().into();
        Ok(Offer { json, protobuf: bodies.into() })
    }

    /// Every change of it is one assignment, so that a panic leaves it whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(id: &str) -> Value {
        json!({"id": id, "log": {"match": [{"log_attribute": "k", "exists": true}], "keep": "none"}})
    }

    #[test]
    fn both_encodings_say_the_same_and_the_hash_tells_bodies_apart() {
        let served = Served::new(Duration::from_secs(30));
        assert!(served.offer().is_none());
        let mut hashes = HashSet::new();
        for policies in [vec![policy("a"), json!({"id": 7})], vec![policy("b")], Vec::new()] {
            served.replace(policies);
            let offer = served.offer().unwrap();
            let json: Value = serde_json::from_slice(&offer.json).unwrap();
            assert_eq!(proto::encode(Message::SyncResponse, &json).unwrap(), offer.protobuf);
            assert_eq!(
                (&json["recommendedSyncIntervalSeconds"], &json["syncType"]),
                (&30.into(), &"SYNC_TYPE_FULL".into())
            );
            hashes.insert(json["hash"].to_string());
        }
        assert_eq!(hashes.len(), 3);
        assert!(served.has_offered("a") && served.has_offered("b") && !served.has_offered("c"));
    }
}
