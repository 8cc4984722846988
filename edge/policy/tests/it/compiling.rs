//! What a new snapshot takes over from the one before and from a cache.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use edge_policy::{DatabaseCache, Nanos, PolicySet, Signal, Simple, Snapshot, Worker};
use serde_json::{Value as Json, json};

use crate::record::{Record, run};

/// A policy for each pattern, about the body.
fn set(patterns: &[String]) -> PolicySet {
    let policy = |(index, pattern): (usize, &String)| {
        let keep = "none";
        json!({
            "id": format!("p{index:04}"),
            "name": "",
            "log": { "match": [{ "log_field": "body", "regex": pattern }], "keep": keep },
        })
    };
    let policies: Vec<Json> = patterns.iter().enumerate().map(policy).collect();
    PolicySet::parse(json!({ "policies": policies }).to_string().as_bytes()).expect("a document")
}

/// Enough for several databases.
fn patterns() -> Vec<String> {
    (0..600).map(|index| format!("word{index:04} [0-9]+ done")).collect()
}

fn drops(snapshot: Snapshot, body: &str) -> bool {
    let mut worker = Worker::new(Arc::new(snapshot), 1);
    let record = Record::default().with(Simple::Body, body);
    let mut session = worker.session(Signal::Log, Nanos(0)).expect("there are policies");
    run(&mut session, &record);
    session.matched().len() == 1
}

#[test]
fn a_changed_policy_costs_one_database() {
    let mut patterns = patterns();
    let first = Snapshot::compile(&set(&patterns), None);
    assert!(first.databases_compiled() > 2, "{}", first.databases_compiled());
    let same = Snapshot::compile(&set(&patterns), Some(&first));
    assert_eq!(same.databases_compiled(), 0);
    patterns[300] = "another [0-9]+ done".to_owned();
    let changed = Snapshot::compile(&set(&patterns), Some(&same));
    assert!((1..=2).contains(&changed.databases_compiled()), "{}", changed.databases_compiled());
    assert!(drops(changed, "another 7 done"));
    patterns.rotate_left(100);
    let reordered = Snapshot::compile(&set(&patterns), Some(&same));
    assert!((1..=2).contains(&reordered.databases_compiled()), "{}", reordered.databases_compiled());
    assert!(drops(reordered, "word0042 7 done"));
}

#[derive(Default)]
struct Memory {
    stored: RefCell<HashMap<u64, Vec<u8>>>,
    refused: RefCell<Vec<u64>>,
}

impl DatabaseCache for Memory {
    fn load(&self, key: u64) -> Option<Vec<u8>> {
        self.stored.borrow().get(&key).cloned()
    }

    fn store(&self, key: u64, sealed: &[u8]) {
        self.stored.borrow_mut().insert(key, sealed.to_vec());
    }

    fn refused(&self, key: u64) {
        self.refused.borrow_mut().push(key);
    }
}

#[test]
fn a_cache_saves_every_compilation() {
    let (set, cache) = (set(&patterns()), Memory::default());
    let cold = Snapshot::compile_cached(&set, None, &cache);
    assert_eq!(cache.stored.borrow().len(), cold.databases_compiled());
    let warm = Snapshot::compile_cached(&set, None, &cache);
    assert_eq!(warm.databases_compiled(), 0);
    assert!(drops(warm, "word0042 7 done"));
}

#[test]
fn what_is_damaged_in_a_cache_is_told_and_compiled_anew() {
    let (set, cache) = (set(&patterns()), Memory::default());
    Snapshot::compile_cached(&set, None, &cache);
    let key = *cache.stored.borrow().keys().next().expect("databases were stored");
    cache.stored.borrow_mut().get_mut(&key).expect("it is there").pop();
    let warm = Snapshot::compile_cached(&set, None, &cache);
    assert_eq!((warm.databases_compiled(), &*cache.refused.borrow()), (1, &vec![key]));
    assert!(drops(warm, "word0042 7 done"));
    assert_eq!(Snapshot::compile_cached(&set, None, &cache).databases_compiled(), 0);
}
