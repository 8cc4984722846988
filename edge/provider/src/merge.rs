//! What several providers say, as one set: merged by policy id.

use std::collections::HashSet;

use edge_policy::PolicySet;
use serde_json::Value;

/// What kind of provider a set comes from; higher ones win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// A file on this machine.
    File,
    /// A server, over HTTP or gRPC.
    Server,
}

/// The latest set of every provider.
#[derive(Debug, Default)]
pub(crate) struct Merge {
    /// Lowest precedence first.
    entries: Vec<Entry>,
    updates: u64,
}

#[derive(Debug)]
struct Entry {
    class: Class,
    updated: u64,
    provider: String,
    set: PolicySet,
    /// Of everything it says something about, be it that it cannot be read.
    ids: HashSet<String>,
    /// The policies as they came, for others.
    trees: Vec<Value>,
}

impl Merge {
    /// Replaces what `provider` says. Of one class, the provider updated last has the highest precedence.
    pub(crate) fn update(&mut self, provider: &str, class: Class, set: PolicySet, trees: Vec<Value>) {
        self.entries.retain(|entry| entry.provider != provider);
        self.updates += 1;
        let ids = ids(&set).cloned().collect();
        let provider = provider.to_owned();
        self.entries.push(Entry { class, updated: self.updates, provider, set, ids, trees });
        self.entries.sort_by_key(|entry| (entry.class, entry.updated));
    }

    /// Whether what another provider says about `id` goes before what `provider` may say.
    pub(crate) fn is_another(&self, provider: &str, id: &str) -> bool {
        let first = self.entries.iter().rev().find(|entry| entry.ids.contains(id));
        first.is_some_and(|entry| entry.provider != provider)
    }

    /// Everything in force: of each id, what the provider with the highest precedence says about it, be it
    /// that the policy cannot be read. Ids that occur twice in one set stay, for the compiler to judge.
    pub(crate) fn merged(&self) -> PolicySet {
        let mut taken = HashSet::new();
        let mut kept = Vec::with_capacity(self.entries.len());
        for entry in self.entries.iter().rev() {
            let mut set = entry.set.clone();
            set.policies.retain(|policy| !taken.contains(&policy.id));
            set.rejected.retain(|rejected| !taken.contains(&rejected.id));
            taken.extend(entry.ids.iter());
            kept.push(set);
        }
        kept.into_iter().rev().fold(PolicySet::default(), appended)
    }

    /// The same policies as they came, in the order of their ids.
    pub(crate) fn trees(&self) -> Vec<Value> {
        let mut taken = HashSet::new();
        let mut kept = Vec::new();
        for entry in self.entries.iter().rev() {
            let is_first = |tree: &&Value| !taken.contains(id(tree));
            kept.extend(entry.trees.iter().filter(is_first).cloned());
            taken.extend(entry.ids.iter().map(String::as_str));
        }
        kept.sort_by(|a, b| id(a).cmp(id(b)));
        kept
    }
}

fn id(tree: &Value) -> &str {
    tree.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// The ids of a set, each at least once.
pub(crate) fn ids(set: &PolicySet) -> impl Iterator<Item = &String> {
    set.policies.iter().map(|policy| &policy.id).chain(set.rejected.iter().map(|rejected| &rejected.id))
}

fn appended(mut all: PolicySet, set: PolicySet) -> PolicySet {
    all.policies.extend(set.policies);
    all.rejected.extend(set.rejected);
    all.warnings.extend(set.warnings);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(merge: &mut Merge, provider: &str, class: Class, names: &[(&str, &str)]) {
        let (set, trees) = set(names);
        merge.update(provider, class, set, trees);
    }

    fn set(names: &[(&str, &str)]) -> (PolicySet, Vec<Value>) {
        let policies = names.iter().map(|(id, name)| {
            serde_json::json!({"id": id, "name": name, "log": {"match": [{"log_field": "body", "exists": true}]}})
        });
        let text = serde_json::json!({ "policies": policies.collect::<Vec<_>>() }).to_string();
        PolicySet::parse_with_trees(text.as_bytes()).unwrap()
    }

    fn named(merge: &Merge) -> Vec<(String, String)> {
        let named: Vec<_> =
            merge.merged().policies.into_iter().map(|policy| (policy.id, policy.name)).collect();
        let text = |tree: &Value, key: &str| tree[key].as_str().unwrap().to_owned();
        let trees = merge.trees().into_iter().map(|tree| (text(&tree, "id"), text(&tree, "name")));
        let mut sorted = named.clone();
        sorted.sort();
        assert_eq!(trees.collect::<Vec<_>>(), sorted, "others are offered what is in force");
        named
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect()
    }

    #[test]
    fn the_provider_updated_last_wins_by_id() {
        let mut merge = Merge::default();
        update(&mut merge, "one", Class::File, &[("a", "one"), ("b", "one")]);
        update(&mut merge, "two", Class::File, &[("b", "two"), ("c", "two")]);
        assert_eq!(named(&merge), pairs(&[("a", "one"), ("b", "two"), ("c", "two")]));
        update(&mut merge, "one", Class::File, &[("b", "one again")]);
        assert_eq!(named(&merge), pairs(&[("c", "two"), ("b", "one again")]));
    }

    #[test]
    fn a_server_goes_before_a_file_whichever_was_updated_last() {
        let mut merge = Merge::default();
        update(&mut merge, "server", Class::Server, &[("a", "server")]);
        update(&mut merge, "file", Class::File, &[("a", "file"), ("b", "file")]);
        assert_eq!(named(&merge), pairs(&[("b", "file"), ("a", "server")]));
        assert!(merge.is_another("file", "a") && !merge.is_another("server", "a"));
        assert!(!merge.is_another("server", "none"));
        update(&mut merge, "server 2", Class::Server, &[("a", "server 2")]);
        assert!(merge.is_another("server", "a"));
    }

    #[test]
    fn what_a_provider_no_longer_says_uncovers_what_others_say() {
        let mut merge = Merge::default();
        update(&mut merge, "one", Class::File, &[("a", "one")]);
        update(&mut merge, "two", Class::File, &[("a", "two")]);
        update(&mut merge, "two", Class::File, &[]);
        assert_eq!(named(&merge), pairs(&[("a", "one")]));
    }
}
