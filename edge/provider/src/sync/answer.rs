//! What a server answers, whatever the encoding.

use edge_policy::{About, PolicySet, Rejected, Repeated, Tree, Warning};
use proto::Response;
use serde_json::{Map, Value};

use super::broadcast::{self, ExtensionConfig};
use super::error::SyncError;
use super::source::Encoding;

/// Number of `SYNC_TYPE_FULL`.
const FULL: u64 = 1;

/// A `SyncResponse` without an error.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// As trees, in the order of their ids.
    pub(super) policies: Vec<Value>,
    pub(super) unreadable: Vec<Unreadable>,
    pub(super) hash: String,
    pub(super) timestamp_nanos: u64,
    /// Zero for none.
    pub(super) recommended_seconds: u64,
    /// Whether a list without policies was sent, and not just none.
    pub(super) is_list_told: bool,
    pub(super) extension_configs: Vec<ExtensionConfig>,
}

/// A policy that cannot be read.
#[derive(Debug, PartialEq)]
pub(super) struct Unreadable {
    /// Its id, if that much can be read.
    id: Option<String>,
    errors: Vec<String>,
}

impl Answer {
    pub(super) fn read(body: &[u8], encoding: Encoding) -> Result<Self, SyncError> {
        let answer = match encoding {
            Encoding::Json => Self::read_json(body)?,
            Encoding::Protobuf => Self::read_protobuf(body)?,
        };
        Ok(answer.sorted())
    }

    fn read_json(body: &[u8]) -> Result<Self, SyncError> {
        let Tree { value, repeated } = Tree::from_json(body).map_err(malformed)?;
        let Value::Object(mut members) = value else {
            return Err(SyncError::Malformed("it is no object".to_owned()));
        };
        if let Some(list) = repeated.iter().find(|key| key.is_list()) {
            return Err(malformed(list));
        }
        let list = members.remove("policies").filter(|list| !list.is_null());
        let is_list_told = list.is_some();
        let policies = match list {
            None => Vec::new(),
            Some(Value::Array(policies)) => policies,
            Some(_) => return Err(SyncError::Malformed("`policies` is no list".to_owned())),
        };
        let answer = Self::of(&members)?;
        let (policies, unreadable) = apart(policies, &repeated);
        Ok(Self { policies, unreadable, is_list_told: is_list_told || answer.is_list_told, ..answer })
    }

    fn read_protobuf(body: &[u8]) -> Result<Self, SyncError> {
        let Response { policies, rest } = Response::decode(body).map_err(malformed)?;
        let mut answer = Self::of(rest.as_object().unwrap_or(&Map::new()))?;
        answer.is_list_told |= !policies.is_empty();
        for policy in policies {
            match policy {
                Ok(tree) => answer.policies.push(tree),
                Err(proto::Unreadable { id, error }) => {
                    answer.unreadable.push(Unreadable { id, errors: vec![error.to_string()] });
                }
            }
        }
        Ok(answer)
    }

    /// What stands beside the policies. Of what only informs, a value of the wrong type is as good as none.
    fn of(members: &Map<String, Value>) -> Result<Self, SyncError> {
        let get = |snake: &str, camel: &str| members.get(snake).or_else(|| members.get(camel));
        let text = |snake, camel| get(snake, camel).and_then(Value::as_str).unwrap_or_default();
        let number = |snake, camel| get(snake, camel).and_then(integer).unwrap_or_default();
        let error = text("error_message", "errorMessage");
        if !error.is_empty() {
            return Err(SyncError::Reported(error.to_owned()));
        }
        Ok(Self {
            hash: text("hash", "hash").to_owned(),
            timestamp_nanos: number("sync_timestamp_unix_nano", "syncTimestampUnixNano"),
            recommended_seconds: number(
                "recommended_sync_interval_seconds",
                "recommendedSyncIntervalSeconds",
            ),
            is_list_told: get("sync_type", "syncType").is_some_and(is_full),
            extension_configs: broadcast::read(get("extension_configs", "extensionConfigs")),
            ..Self::default()
        })
    }

    /// Policies have no order, so that another order is the same set. Stable: the later of two with one id wins.
    fn sorted(mut self) -> Self {
        self.policies.sort_by(|a, b| id(a).cmp(id(b)));
        self
    }

    /// Whether nothing at all was said.
    pub(super) fn is_empty(&self) -> bool {
        let says_nothing = self.hash.is_empty() && self.timestamp_nanos == 0 && self.recommended_seconds == 0;
        says_nothing && !self.is_list_told
    }

    /// The set of its policies, each valid, or rejected with its errors.
    pub(super) fn set(&self) -> Result<PolicySet, SyncError> {
        if self.policies.is_empty() && self.unreadable.iter().any(|it| it.id.is_none()) {
            return Err(SyncError::Malformed(self.unreadable[0].errors.join("; ")));
        }
        let mut set = PolicySet::from_trees(&self.policies).map_err(malformed)?;
        for Unreadable { id, errors } in &self.unreadable {
            match id {
                Some(id) => {
                    set.policies.retain(|policy| policy.id != *id);
                    set.rejected.push(Rejected { id: id.clone(), errors: errors.clone() });
                }
                None => set.warnings.push(Warning {
                    about: About::Document,
                    remark: format!("a policy without a readable id is ignored: {}", errors.join("; ")),
                }),
            }
        }
        Ok(set)
    }
}

/// Takes out the policies in which a key comes more than once, which may say something else to their author. What is wrong
/// with a disabled one can wait.
fn apart(policies: Vec<Value>, repeated: &[Repeated]) -> (Vec<Value>, Vec<Unreadable>) {
    let (mut readable, mut unreadable) = (Vec::new(), Vec::new());
    // In the order of the policies.
    let mut repeated = repeated.iter().filter(|key| key.policy().is_some()).peekable();
    for (index, policy) in policies.into_iter().enumerate() {
        let keys = std::iter::from_fn(|| repeated.next_if(|key| key.policy() == Some(index)));
        let errors: Vec<String> = keys.map(ToString::to_string).collect();
        if errors.is_empty() || policy.get("enabled") == Some(&Value::Bool(false)) {
            readable.push(policy);
        } else {
            unreadable
                .push(Unreadable { id: Some(id(&policy).to_owned()).filter(|id| !id.is_empty()), errors });
        }
    }
    (readable, unreadable)
}

fn malformed(error: impl std::fmt::Display) -> SyncError {
    SyncError::Malformed(error.to_string())
}

fn integer(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn is_full(value: &Value) -> bool {
    let name = value.as_str().map(str::to_ascii_uppercase);
    integer(value) == Some(FULL) || name.is_some_and(|name| name == "FULL" || name == "SYNC_TYPE_FULL")
}

fn id(policy: &Value) -> &str {
    policy.get("id").and_then(Value::as_str).unwrap_or_default()
}
