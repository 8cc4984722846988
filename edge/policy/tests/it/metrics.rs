//! Metrics: whole ones and their data points, and who has the hit.

use edge_policy::{Decision, Nanos, Signal, Simple};
use serde_json::{Value, json};

use crate::record::{Part, counts, worker};

fn policy(id: &str, matchers: Value, keep: bool) -> Value {
    json!({"id": id, "metric": {"match": matchers, "keep": keep}})
}

fn by_name(id: &str, name: &str, keep: bool) -> Value {
    policy(id, json!([{"metric_field": "name", "exact": name}]), keep)
}

fn by_point(id: &str, value: &str, keep: bool) -> Value {
    policy(id, json!([{"datapoint_attribute": "k", "exact": value}]), keep)
}

fn point(value: &str) -> Part {
    Part::default().attribute("k", value)
}

/// The metric `m` and these points through the policies: which points are left, or none if the metric is not.
fn check(policies: Value, points: &[Part], left: Option<&[bool]>, expected: &[(&str, u64, u64)]) {
    let metric = Part::default()
        .with(Simple::MetricName, "m")
        .with(Simple::MetricType, 2_i64)
        .with(Simple::Temporality, 1_i64);
    let mut worker = worker(&policies);
    let mut session = worker.session(Signal::Metric, Nanos(0)).expect("metric policies");
    session.resource(&());
    session.scope(&());
    let found = (session.metric(&&metric) == Decision::Keep).then(|| {
        let mut point = |point| !session.wants_points() || session.point(point) == Decision::Keep;
        let left: Vec<bool> = points.iter().collect::<Vec<_>>().iter().map(&mut point).collect();
        session.metric_done(left.is_empty() || left.contains(&true));
        left
    });
    assert_eq!(found.as_deref(), left, "{policies}");
    let expected: Vec<(String, u64, u64)> =
        expected.iter().map(|(id, hits, misses)| ((*id).to_owned(), *hits, *misses)).collect();
    assert_eq!(counts(&mut worker), expected, "{policies}");
}

#[test]
fn one_policy_that_does_not_keep_is_enough() {
    let policies = json!([by_name("a", "m", true), by_name("b", "m", false), by_name("c", "m", false)]);
    check(policies, &[point("x")], None, &[("a", 0, 1), ("b", 1, 0), ("c", 0, 1)]);
}

#[test]
fn an_absent_keep_drops() {
    let policies = json!([{"id": "a", "metric": {"match": [{"metric_field": 1, "starts_with": "m"}]}}]);
    check(policies, &[], None, &[("a", 1, 0)]);
}

#[test]
fn points_are_decided_one_by_one() {
    let policies =
        json!([by_point("drop", "x", false), by_point("keep", "y", true), by_name("name", "m", true)]);
    let points = [point("x"), point("y"), point("x"), Part::default()];
    check(
        policies,
        &points,
        Some(&[false, true, false, true]),
        &[("drop", 2, 0), ("keep", 1, 0), ("name", 1, 0)],
    );
}

#[test]
fn a_metric_without_points_left_is_a_miss_for_who_kept_it() {
    let policies = json!([by_point("drop", "x", false), by_name("name", "m", true)]);
    check(policies.clone(), &[point("x")], Some(&[false]), &[("drop", 1, 0), ("name", 0, 1)]);
    // One that came without points was not emptied.
    check(policies, &[], Some(&[]), &[("name", 1, 0)]);
}

#[test]
fn a_dropped_metric_is_not_looked_at_further() {
    let policies = json!([by_point("point", "x", false), by_name("name", "m", false)]);
    check(policies, &[point("x")], None, &[("name", 1, 0)]);
}

#[test]
fn conditions_of_metric_and_point_hold_together() {
    let both = |name: &str| {
        policy(
            "a",
            json!([{"metric_field": "name", "exact": name}, {"datapoint_attribute": "k", "regex": "^x"}]),
            false,
        )
    };
    check(json!([both("m")]), &[point("x1"), point("y")], Some(&[false, true]), &[("a", 1, 0)]);
    check(json!([both("other")]), &[point("x1")], Some(&[true]), &[]);
    let negated = policy("a", json!([{"datapoint_attribute": "k", "exact": "x", "negate": true}]), false);
    check(json!([negated]), &[point("x"), Part::default()], Some(&[true, false]), &[("a", 1, 0)]);
}

#[test]
fn type_and_temporality_compare_by_themselves() {
    for (matcher, dropped) in [
        (json!({"metric_type": "sum"}), true),
        (json!({"metric_type": "METRIC_TYPE_SUM", "exists": true}), true),
        (json!({"metric_type": 2, "negate": true}), false),
        (json!({"metric_type": "gauge"}), false),
        (json!({"aggregation_temporality": "delta"}), true),
        (json!({"aggregationTemporality": "AGGREGATION_TEMPORALITY_CUMULATIVE"}), false),
        (json!({"aggregation_temporality": 2, "negate": true}), true),
    ] {
        let left = if dropped { None } else { Some(&[][..]) };
        let counts: &[_] = if dropped { &[("a", 1, 0)] } else { &[] };
        check(json!([policy("a", json!([matcher]), false)]), &[], left, counts);
    }
}
