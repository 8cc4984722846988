//! The merge of matching policies, and who is counted for what.

use std::sync::Arc;

use edge_policy::{Decision, Level, Nanos, PolicySet, Signal, Simple, Snapshot, Worker};
use serde_json::{Value, json};

use crate::record::{Owned, Record, counts, decide, run, worker};

fn policy(id: &str, keep: &str) -> Value {
    json!({"id": id, "log": {"match": [{"log_field": "body", "exists": true}], "keep": keep}})
}

fn keyed(id: &str, keep: &str, key: Value) -> Value {
    let mut policy = policy(id, keep);
    policy["log"]["sample_key"] = key;
    policy
}

fn row(id: &str, hits: u64, misses: u64) -> (String, u64, u64) {
    (id.into(), hits, misses)
}

#[test]
fn none_beats_everything_and_the_first_of_several_gets_the_hit() {
    let mut worker =
        worker(&json!([policy("b", "none"), policy("a", "all"), policy("c", "none"), policy("d", "5/s")]));
    assert_eq!(decide(&mut worker, &[Record::body("x")]), [Decision::Drop]);
    assert_eq!(counts(&mut worker), [row("a", 0, 1), row("b", 1, 0), row("c", 0, 1), row("d", 0, 1)]);
}

#[test]
fn a_kept_record_is_a_hit_for_all() {
    let mut worker = worker(&json!([policy("a", "all"), policy("b", "10/s"), policy("c", "100%")]));
    assert_eq!(decide(&mut worker, &[Record::body("x")]), [Decision::Keep]);
    assert_eq!(counts(&mut worker), [row("a", 1, 0), row("b", 1, 0), row("c", 1, 0)]);
    assert_eq!(counts(&mut worker), []);
}

#[test]
fn only_the_lowest_percentage_decides() {
    let key = json!({"log_field": "trace_id"});
    let mut worker = worker(&json!([
        keyed("a", "0.5%", key.clone()),
        keyed("b", "0.001%", key.clone()),
        keyed("c", "75%", key)
    ]));
    // R = ff…ff: kept by any percentage. R = 0: dropped by all, and b is the one that asks.
    let id =
        |tail: u8| Record::body("x").with(Simple::TraceId, Owned::Bytes([&[1; 9][..], &[tail; 7]].concat()));
    assert_eq!(decide(&mut worker, &[id(0xff), id(0)]), [Decision::Keep, Decision::Drop]);
    assert_eq!(counts(&mut worker), [row("a", 1, 1), row("b", 2, 0), row("c", 1, 1)]);
}

#[test]
fn rate_limits_are_asked_in_id_order_and_count_apart() {
    let mut worker = worker(&json!([policy("a", "3/10s"), policy("b", "2/10s")]));
    let decisions = decide(&mut worker, &vec![Record::body("x"); 5]);
    assert_eq!(decisions, [Decision::Keep, Decision::Keep, Decision::Drop, Decision::Drop, Decision::Drop]);
    // The third takes a's last token and is refused by b; then a refuses.
    assert_eq!(counts(&mut worker), [row("a", 4, 1), row("b", 3, 2)]);
}

#[test]
fn a_record_dropped_by_another_policy_takes_no_token() {
    let drop_x = json!({"id": "z", "log": {"match": [{"log_field": "body", "exact": "x"}], "keep": "none"}});
    let mut worker = worker(&json!([policy("a", "1/10s"), drop_x]));
    let decisions =
        decide(&mut worker, &[Record::body("x"), Record::body("x"), Record::body("y"), Record::body("y")]);
    assert_eq!(decisions, [Decision::Drop, Decision::Drop, Decision::Keep, Decision::Drop]);
}

#[test]
fn a_rate_window_survives_a_reload_with_the_same_limit() {
    let parse =
        |keep: &str| PolicySet::parse(json!([policy("a", keep)]).to_string().as_bytes()).expect("valid");
    let first = Arc::new(Snapshot::compile(&parse("1/10s"), None));
    let mut worker = Worker::new(Arc::clone(&first), 1);
    let ask = |worker: &mut Worker| {
        let record = Record::body("x");
        run(&mut worker.session(Signal::Log, Nanos(5)).expect("a policy for logs"), &record)
    };
    assert_eq!(ask(&mut worker), Decision::Keep);
    let second = Arc::new(Snapshot::compile(&parse("1/10s"), Some(&first)));
    assert!(worker.adopt(&second) && !worker.adopt(&second));
    assert_eq!(ask(&mut worker), Decision::Drop);
    worker.adopt(&Arc::new(Snapshot::compile(&parse("2/10s"), Some(&second))));
    assert_eq!(ask(&mut worker), Decision::Keep);
}

#[test]
fn a_sample_key_decides_alike_for_like_values() {
    let mut worker = worker(&json!([keyed("a", "50%", json!({"log_attribute": "request"}))]));
    let requests: Vec<Record> = (0..400)
        .map(|i| Record::body("x").attribute(Level::Record, "request", &*format!("request {}", i % 200)))
        .collect();
    let decisions = decide(&mut worker, &requests);
    assert_eq!(decisions[..200], decisions[200..]);
    let kept = decisions[..200].iter().filter(|decision| **decision == Decision::Keep).count();
    assert!((60..=140).contains(&kept), "{kept} of 200");
}

#[test]
fn a_record_without_its_sample_key_is_kept() {
    let mut worker = worker(&json!([keyed("a", "0.001%", json!({"log_attribute": "request"}))]));
    let records = [Record::body("x"), Record::body("x").attribute(Level::Record, "request", ""), {
        Record::body("x").attribute(Level::Record, "request", Owned::Map(vec![]))
    }];
    assert_eq!(decide(&mut worker, &records), [Decision::Keep; 3]);
}

#[test]
fn without_a_key_chance_decides() {
    let mut worker = worker(&json!([policy("a", "30%")]));
    let kept =
        decide(&mut worker, &vec![Record::body("x"); 5000]).iter().filter(|d| **d == Decision::Keep).count();
    assert!((1350..=1650).contains(&kept), "{kept} of 5000");
}

#[test]
fn disabled_policies_are_not_in_force() {
    let mut off = policy("a", "none");
    off["enabled"] = false.into();
    let mut worker = worker(&json!([off]));
    assert!(worker.session(Signal::Log, Nanos(0)).is_none());
}

#[test]
fn an_aborted_batch_counts_nothing() {
    let mut worker = worker(&json!([policy("a", "none")]));
    let record = Record::body("x");
    let mut session = worker.session(Signal::Log, Nanos(0)).expect("a policy for logs");
    run(&mut session, &record);
    session.abort();
    assert_eq!(counts(&mut worker), []);
}

#[test]
fn shared_fields_are_seen_by_every_record_and_forgotten_with_their_resource() {
    let mut worker = worker(&json!([{"id": "a", "log": {"match": [
        {"resource_attribute": "s", "exact": "api"}, {"log_field": "body", "contains": "x"}], "keep": "none"}}]));
    let api = Record::body("x").attribute(Level::Resource, "s", "api");
    let other = Record::body("x");
    let mut session = worker.session(Signal::Log, Nanos(0)).expect("a policy for logs");
    session.resource(&&api.parts[0]);
    for _ in 0..3 {
        session.scope(&());
        assert_eq!(session.record(&&api.parts[2]), Decision::Drop);
        assert_eq!(session.record(&()), Decision::Keep);
        assert_eq!(session.record(&&api.parts[2]), Decision::Drop);
    }
    session.resource(&&other.parts[0]);
    session.scope(&());
    assert_eq!(session.record(&&other.parts[2]), Decision::Keep);
}
