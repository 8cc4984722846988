//! The exchange with one server: what to ask, and what an answer changes.

use edge_policy::PolicySet;
use serde_json::{Value, json};

use super::answer::{Answer, Unreadable};
use super::error::SyncError;

/// What is known of one server's policies.
#[derive(Debug)]
pub(super) struct Session {
    /// A `ClientMetadata`.
    client: Value,
    /// What the server said last, or what was remembered from it.
    known: Option<Known>,
    /// Whether the server itself has answered.
    has_synced: bool,
    hash: String,
    timestamp_nanos: u64,
}

/// The bodies that are in force: they decide whether an answer is news, and not its hash.
#[derive(Debug, PartialEq)]
struct Known {
    policies: Vec<Value>,
    unreadable: Vec<Unreadable>,
}

/// What an answer says.
#[derive(Debug)]
pub(super) enum News {
    /// What was known already.
    Same,
    /// A set that differs.
    Changed(PolicySet),
}

impl Session {
    pub(super) fn new(client: Value) -> Self {
        Self { client, known: None, has_synced: false, hash: String::new(), timestamp_nanos: 0 }
    }

    /// A `SyncRequest` with these statuses.
    pub(super) fn request(&self, statuses: &[Value]) -> Value {
        json!({
            "client_metadata": self.client,
            "full_sync": !self.has_synced,
            "last_sync_timestamp_unix_nano": self.timestamp_nanos,
            "last_successful_hash": self.hash,
            "policy_statuses": statuses,
        })
    }

    /// Takes an answer that came at `now`. One that cannot be taken changes nothing.
    pub(super) fn accept(&mut self, answer: Answer, now_nanos: u64) -> Result<News, SyncError> {
        if answer.is_empty() {
            return Err(SyncError::Malformed("it is empty".to_owned()));
        }
        let is_nothing_new =
            self.has_synced && !answer.is_list_told && !self.hash.is_empty() && answer.hash == self.hash;
        let news = if is_nothing_new { News::Same } else { self.compare(&answer)? };
        self.has_synced = true;
        self.timestamp_nanos = if answer.timestamp_nanos == 0 { now_nanos } else { answer.timestamp_nanos };
        self.hash = answer.hash;
        if let News::Changed(_) = news {
            self.known = Some(Known { policies: answer.policies, unreadable: answer.unreadable });
        }
        Ok(news)
    }

    fn compare(&self, answer: &Answer) -> Result<News, SyncError> {
        let is_known = self
            .known
            .as_ref()
            .is_some_and(|known| known.policies == answer.policies && known.unreadable == answer.unreadable);
        if is_known { Ok(News::Same) } else { answer.set().map(News::Changed) }
    }

    /// Takes what was remembered of an earlier answer, if the server has not answered yet.
    pub(super) fn remember(&mut self, policies: Vec<Value>) -> Result<PolicySet, SyncError> {
        let answer = Answer { policies, ..Answer::default() };
        let set = answer.set()?;
        self.known = Some(Known { policies: answer.policies, unreadable: Vec::new() });
        Ok(set)
    }

    /// What to remember: the policies that can be read.
    pub(super) fn policies(&self) -> &[Value] {
        self.known.as_ref().map_or(&[], |known| &known.policies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::source::Encoding;

    fn session() -> Session {
        Session::new(json!({"labels": []}))
    }

    fn policy(id: &str, text: &str) -> Value {
        json!({"id": id, "name": id, "log": {"match": [{"log_field": "body", "contains": text}], "keep": "none"}})
    }

    fn read(tree: &Value) -> Result<Answer, SyncError> {
        Answer::read(tree.to_string().as_bytes(), Encoding::Json)
    }

    /// The ids of the set that an answer brings, or `None` if it is no news.
    fn accept(session: &mut Session, tree: &Value) -> Accepted {
        match session.accept(read(tree)?, 77)? {
            News::Same => Ok(None),
            News::Changed(set) => Ok(Some(set.policies.into_iter().map(|policy| policy.id).collect())),
        }
    }

    type Accepted = Result<Option<Vec<String>>, SyncError>;

    #[expect(clippy::unnecessary_wraps, reason = "it stands for an answer that is news, beside `None`")]
    fn ids(ids: &[&str]) -> Option<Vec<String>> {
        Some(ids.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_first_request_asks_for_everything_and_the_next_says_what_is_known() {
        let mut session = session();
        let first = session.request(&[json!({"id": "a"})]);
        assert_eq!((&first["full_sync"], &first["last_successful_hash"]), (&json!(true), &json!("")));
        assert_eq!(first["policy_statuses"], json!([{"id": "a"}]));
        let answer = json!({"policies": [], "hash": "h", "syncTimestampUnixNano": "12345678901234567890"});
        assert_eq!(accept(&mut session, &answer), Ok(ids(&[])));
        let next = session.request(&[]);
        assert_eq!((&next["full_sync"], &next["last_successful_hash"]), (&json!(false), &json!("h")));
        assert_eq!(next["last_sync_timestamp_unix_nano"], json!(12_345_678_901_234_567_890_u64));
        assert_eq!(accept(&mut session, &json!({"hash": "h"})), Ok(None));
        assert_eq!(session.request(&[])["last_sync_timestamp_unix_nano"], json!(77));
    }

    #[test]
    fn the_bodies_decide_and_not_the_hash() {
        let mut session = session();
        let one = json!({"policies": [policy("a", "x"), policy("b", "y")], "hash": "1"});
        assert_eq!(accept(&mut session, &one), Ok(ids(&["a", "b"])));
        // Another hash, another order.
        let same = json!({"policies": [policy("b", "y"), policy("a", "x")], "hash": "2"});
        assert_eq!(accept(&mut session, &same), Ok(None));
        assert_eq!(session.request(&[])["last_successful_hash"], "2");
        let other = json!({"policies": [policy("b", "z")], "hash": "2"});
        assert_eq!(accept(&mut session, &other), Ok(ids(&["b"])));
        let none = json!({"policies": [], "hash": "2"});
        assert_eq!(accept(&mut session, &none), Ok(ids(&[])));
    }

    #[test]
    fn a_hash_that_is_known_without_a_list_says_that_nothing_is_new() {
        let mut session = session();
        assert_eq!(
            accept(&mut session, &json!({"policies": [policy("a", "x")], "hash": "1"})),
            Ok(ids(&["a"]))
        );
        assert_eq!(accept(&mut session, &json!({"hash": "1"})), Ok(None));
        assert_eq!(accept(&mut session, &json!({"hash": "1", "sync_type": "SYNC_TYPE_FULL"})), Ok(ids(&[])));
        assert_eq!(
            accept(&mut session, &json!({"policies": [policy("a", "x")], "hash": "2"})),
            Ok(ids(&["a"]))
        );
        assert_eq!(accept(&mut session, &json!({"hash": "3"})), Ok(ids(&[])));
    }

    #[test]
    fn an_answer_that_cannot_be_taken_changes_nothing() {
        let mut session = session();
        let good = json!({"policies": [policy("a", "x")], "hash": "1"});
        assert_eq!(accept(&mut session, &good), Ok(ids(&["a"])));
        for bad in [
            json!({"policies": [policy("b", "x")], "hash": "2", "error_message": "busy"}),
            json!({"policies": [policy("b", "x")], "hash": "2", "errorMessage": "busy"}),
            json!({"policies": {"id": "b"}, "hash": "2"}),
            json!({"policies": [{"name": "no id"}], "hash": "2"}),
            json!({}),
            json!([]),
        ] {
            assert!(accept(&mut session, &bad).is_err(), "{bad}");
        }
        assert_eq!(session.request(&[])["last_successful_hash"], "1");
        assert_eq!(accept(&mut session, &good), Ok(None));
    }

    #[test]
    fn a_bad_policy_is_rejected_alone_whatever_the_encoding() {
        let bad = json!({"id": "bad", "log": {"match": [{"log_field": "body", "regex": "(["}]}});
        let tree = json!({"policies": [policy("a", "x"), bad], "hash": "1"});
        let protobuf = proto::encode(proto::Message::SyncResponse, &tree).unwrap();
        let cut = [&protobuf[..], b"\x0a\x07\x0a\x02id\x12\x01\xff", b"\xf2\x01\x03new"].concat();
        let json = Answer::read(tree.to_string().as_bytes(), Encoding::Json).unwrap().set().unwrap();
        let protobuf = Answer::read(&cut, Encoding::Protobuf).unwrap().set().unwrap();
        let rejected = |set: &PolicySet| {
            set.rejected.iter().map(|it| (it.id.clone(), it.errors[0].clone())).collect::<Vec<_>>()
        };
        assert!(rejected(&json)[0].1.starts_with("log: match[0]: invalid regex"), "{:?}", json.rejected);
        assert_eq!(rejected(&json)[0], rejected(&protobuf)[0]);
        assert_eq!(rejected(&protobuf)[1].0, "id");
        assert_eq!((json.policies.len(), protobuf.policies.len()), (1, 1));
    }

    #[test]
    fn a_policy_in_which_a_key_comes_twice_is_rejected_alone_and_not_remembered() {
        let twice = policy("twice", "x").to_string().replacen('{', r#"{"name": "a", "name": "b", "#, 1);
        let body = format!(r#"{{"policies": [{twice}, {}], "hash": "1"}}"#, policy("a", "x"));
        let mut session = session();
        let answer = Answer::read(body.as_bytes(), Encoding::Json).unwrap();
        let News::Changed(set) = session.accept(answer, 77).unwrap() else { panic!("news") };
        assert_eq!((set.policies.len(), session.policies()), (1, &[policy("a", "x")][..]));
        assert_eq!(set.rejected[0].id, "twice");
        assert_eq!(set.rejected[0].errors, ["`name` comes more than once"]);
        let list = r#"{"policies": [], "policies": [], "hash": "1"}"#;
        assert!(Answer::read(list.as_bytes(), Encoding::Json).is_err());
    }

    #[test]
    fn what_was_remembered_is_replaced_by_the_first_answer_that_differs() {
        let mut session = session();
        assert!(session.policies().is_empty());
        assert_eq!(session.remember(vec![policy("a", "x")]).unwrap().policies.len(), 1);
        assert_eq!(session.request(&[])["full_sync"], true);
        assert_eq!(accept(&mut session, &json!({"policies": [policy("a", "x")], "hash": "1"})), Ok(None));
        assert_eq!(session.policies(), [policy("a", "x")]);
    }
}
