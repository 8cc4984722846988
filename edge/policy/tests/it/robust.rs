//! Many policies, and policies that would cost too much: each answers for itself alone.

use std::sync::Arc;

use edge_policy::{Decision, PolicySet, Simple, Snapshot, Worker};
use serde_json::{Value, json};

use crate::record::{Record, counts, decide};

/// A worker over a document that may hold invalid policies, and the ids of those.
fn load(policies: Vec<Value>) -> (Worker, Vec<String>) {
    let set = PolicySet::parse(json!(policies).to_string().as_bytes()).expect("a policy document");
    let snapshot = Snapshot::compile(&set, None);
    let rejected = snapshot.rejected().iter().map(|rejected| rejected.id.clone()).collect();
    (Worker::new(Arc::new(snapshot), 1), rejected)
}

fn dropper(id: &str, matcher: Value) -> Value {
    json!({"id": id, "log": {"match": [matcher], "keep": "none"}})
}

#[test]
fn twenty_thousand_policies_load_and_decide() {
    let policy = |i: u32| {
        let matcher = match i % 4 {
            0 => json!({"resource_attribute": "service.name", "exact": format!("service-{i}")}),
            1 => json!({"log_field": "body", "contains": format!("request {i} failed")}),
            2 => json!({"log_attribute": format!("key.{}", i % 500), "starts_with": format!("value-{i}")}),
            _ => json!({"log_field": "body", "regex": format!("^job {i}: (done|lost)$")}),
        };
        dropper(&format!("p{i:05}"), matcher)
    };
    let (mut worker, rejected) = load((0..20_000).map(policy).collect());
    assert_eq!((worker.snapshot().ids().len(), rejected.len()), (20_000, 0));
    let records = [
        Record::body("request 4001 failed at last"),
        Record::body("job 19999: lost"),
        Record::body("job 19999: found"),
    ];
    assert_eq!(decide(&mut worker, &records), [Decision::Drop, Decision::Drop, Decision::Keep]);
    let hits = counts(&mut worker).into_iter().map(|(id, ..)| id).collect::<Vec<_>>();
    assert_eq!(hits, ["p04001", "p19999"]);
}

#[test]
fn a_policy_of_too_many_fields_leaves_room_for_the_others() {
    let field = |index: usize| json!({"log_attribute": format!("k{index}"), "exists": false});
    let many =
        json!({"id": "many", "log": {"match": (0..70_000).map(field).collect::<Vec<_>>(), "keep": "none"}});
    let thousands = json!({"id": "thousands", "log": {"match": (0..5_000).map(field).collect::<Vec<_>>()}});
    let (mut worker, rejected) =
        load(vec![many, thousands, dropper("one", json!({"log_field": "body", "exact": "x"}))]);
    assert_eq!(rejected, ["many"]);
    assert_eq!(decide(&mut worker, &[Record::body("x")]), [Decision::Drop]);
    assert_eq!(counts(&mut worker).len(), 2);
}

#[test]
fn a_pattern_that_costs_too_much_costs_its_own_policy_only() {
    let patterns = [
        "(a{1000}){1000}".to_owned(),
        "(?:(?:a{0,99}){0,99}){0,99}x".to_owned(),
        "((a*)*)*b".to_owned(),
        "(a|aa)+$".to_owned(),
        format!("({})", (0..3000).map(|i| format!("w{i}.*x{i}")).collect::<Vec<_>>().join("|")),
        "(".repeat(2000) + &")".repeat(2000),
        "a?".repeat(500) + &"a".repeat(500),
        "\\pL{500}.*\\pN{500}".to_owned(),
    ];
    let bad = |(i, pattern): (usize, &String)| {
        dropper(&format!("bad-{i}"), json!({"log_field": "body", "regex": pattern}))
    };
    let mut policies: Vec<Value> = patterns.iter().enumerate().map(bad).collect();
    policies.push(dropper("good", json!({"log_field": "body", "regex": "^GET /health"})));
    let (mut worker, rejected) = load(policies);
    assert!(rejected.iter().all(|id| id.starts_with("bad-")), "{rejected:?}");
    // Those in force are right about a text that is hard for a backtracking engine.
    let records =
        [Record::body("GET /health"), Record::body(&"a".repeat(5000)).with(Simple::SeverityText, "x")];
    assert_eq!(decide(&mut worker, &records)[0], Decision::Drop);
    let hits = counts(&mut worker);
    assert!(hits.iter().any(|(id, hits, _)| id == "good" && *hits == 1), "{hits:?}");
}
