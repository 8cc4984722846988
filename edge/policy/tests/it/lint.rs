//! Lints: what is sure to be odd is found, and nothing else.

use edge_policy::{Finding, PolicySet, Snapshot, lint};
use serde_json::{Value, json};

fn found(policies: &Value) -> Vec<Finding> {
    let set = PolicySet::parse(policies.to_string().as_bytes()).expect("a document");
    assert_eq!((&set.rejected, &set.warnings), (&vec![], &vec![]), "{policies}");
    lint(&set.policies, &Snapshot::compile(&set, None))
}

/// What is found in policies, as `lint policy place`.
#[track_caller]
fn check(policies: &Value, expected: &[&str]) {
    let found: Vec<String> = found(policies)
        .iter()
        .map(|finding| format!("{} {} {}", finding.lint, finding.policy, finding.place))
        .collect();
    assert_eq!(found, expected, "{policies}");
}

fn policy(id: &str, matchers: Value, keep: &str) -> Value {
    json!({"id": id, "log": {"match": matchers, "keep": keep}})
}

/// Whether two conditions on one attribute are found to exclude each other.
#[track_caller]
fn check_pair(a: Value, b: Value, is_contradiction: bool) {
    let matcher = |mut condition: Value| {
        condition["log_attribute"] = json!("k");
        condition
    };
    for (a, b) in [(&a, &b), (&b, &a)] {
        let set = json!([policy("p", json!([matcher(a.clone()), matcher(b.clone())]), "none")]);
        let expected: &[&str] = if is_contradiction { &["contradiction p log: match[1]"] } else { &[] };
        check(&set, expected);
    }
}

#[test]
fn conditions_that_cannot_hold_together_are_found() {
    for (a, b) in [
        (json!({"equals": "a"}), json!({"equals": "b"})),
        (json!({"equals": "a"}), json!({"equals": "a", "negate": true})),
        (json!({"equals": "1"}), json!({"equals": 1})),
        (json!({"equals": true}), json!({"equals": false})),
        (json!({"equals": 1}), json!({"equals": 2})),
        (json!({"exists": false}), json!({"contains": "x"})),
        (json!({"exists": true, "negate": true}), json!({"gt": 1})),
        (json!({"exists": false}), json!({"exists": true})),
        (json!({"gt": 5}), json!({"lt": 5})),
        (json!({"gte": 5}), json!({"lt": 5.0})),
        (json!({"gt": 5}), json!({"equals": 5})),
        (json!({"gt": 5}), json!({"gte": 2, "negate": true})),
        (json!({"gt": 9_223_372_036_854_775_806_i64}), json!({"lt": 9_223_372_036_854_775_806_i64})),
        (json!({"exact": "hello"}), json!({"starts_with": "x"})),
        (json!({"exact": "hello"}), json!({"ends_with": "x"})),
        (json!({"exact": "hello"}), json!({"contains": "x"})),
        (json!({"exact": "hello"}), json!({"regex": "^x"})),
        (json!({"exact": "hello"}), json!({"regex": "l+", "negate": true})),
        (
            json!({"exact": "HELLO", "case_insensitive": true}),
            json!({"contains": "x", "case_insensitive": true}),
        ),
        (json!({"starts_with": "ab"}), json!({"starts_with": "ac"})),
        (json!({"starts_with": "AB"}), json!({"starts_with": "ac", "case_insensitive": true})),
        (json!({"ends_with": "ab"}), json!({"ends_with": "cb"})),
        (json!({"starts_with": "abc"}), json!({"contains": "b", "negate": true})),
        (json!({"starts_with": "abc"}), json!({"gt": 1})),
        (json!({"equals": {"hex_value": "00ff"}}), json!({"starts_with": "01"})),
        (json!({"equals": {"hex_value": "00ff"}}), json!({"equals": {"hex_value": "00fe"}})),
    ] {
        check_pair(a, b, true);
    }
}

#[test]
fn conditions_that_may_hold_together_are_left_alone() {
    for (a, b) in [
        (json!({"gt": 1}), json!({"lt": 2})),
        (json!({"gte": 5}), json!({"lte": 5})),
        (json!({"equals": 5}), json!({"equals": 5.0})),
        (json!({"starts_with": "a"}), json!({"ends_with": "b"})),
        (json!({"starts_with": "ab"}), json!({"starts_with": "abc"})),
        (json!({"starts_with": "AB", "case_insensitive": true}), json!({"starts_with": "abC"})),
        (json!({"exact": "HELLO", "case_insensitive": true}), json!({"contains": "ell"})),
        (json!({"contains": "a"}), json!({"contains": "b"})),
        (json!({"regex": "^a"}), json!({"regex": "^b"})),
        (json!({"equals": "a", "negate": true}), json!({"equals": "b", "negate": true})),
        (json!({"exists": false}), json!({"equals": "b", "negate": true})),
        (json!({"equals": {"hex_value": "00ff"}}), json!({"exact": "00ff"})),
    ] {
        check_pair(a, b, false);
    }
    let apart = json!([{"log_attribute": "a", "equals": 1}, {"resource_attribute": "a", "equals": 2}]);
    check(&json!([policy("p", apart, "none")]), &[]);
}

#[test]
fn a_matcher_that_never_holds_is_found() {
    for matcher in [
        json!({"log_field": "severity_number", "gt": 24}),
        json!({"log_field": "severity_number", "equals": 0}),
        json!({"log_field": "severity_number", "contains": "ERROR"}),
        json!({"log_field": "severity_text", "gte": 9}),
        json!({"log_field": "trace_id", "equals": "00ff"}),
        json!({"log_attribute": "a", "gt": {"double_value": "NaN"}}),
    ] {
        check(&json!([policy("p", json!([matcher]), "none")]), &["unmatchable p log: match[0]"]);
    }
    for matcher in [
        json!({"log_field": "severity_number", "gt": 23}),
        json!({"log_field": "severity_number", "lt": 9}),
        json!({"log_field": "severity_number", "gt": 24, "negate": true}),
        json!({"log_field": "body", "gt": 24}),
        json!({"log_field": "trace_id", "starts_with": "00"}),
    ] {
        check(&json!([policy("p", json!([matcher]), "none")]), &[]);
    }
}

fn debug() -> Value {
    json!([{"log_field": "severity_text", "exact": "DEBUG"}])
}

fn debug_of_shop() -> Value {
    json!([{"log_attribute": "shop", "equals": 7}, {"log_field": "severity_text", "exact": "DEBUG"}])
}

#[test]
fn a_policy_that_another_always_wins_over_is_shadowed() {
    for (wide, narrow, is_shadowed) in [
        ("none", "all", true),
        ("none", "10%", true),
        ("none", "5/s", true),
        ("none", "none", true),
        ("1%", "10%", true),
        ("10%", "10%", true),
        ("10%", "1%", false),
        ("10%", "all", false),
        ("10%", "5/s", false),
        ("5/s", "10%", false),
        ("5/s", "5/s", false),
        ("all", "none", false),
    ] {
        let set = json!([policy("a-wide", debug(), wide), policy("narrow", debug_of_shop(), narrow)]);
        check(&set, if is_shadowed { &["shadowed narrow log: keep"] } else { &[] });
    }
}

#[test]
fn of_equal_percentages_the_first_by_id_decides() {
    check(&json!([policy("z-wide", debug(), "10%"), policy("narrow", debug_of_shop(), "10%")]), &[]);
    let set = json!([policy("z-wide", debug(), "none"), policy("narrow", debug_of_shop(), "none")]);
    check(&set, &["shadowed narrow log: keep"]);
}

#[test]
fn a_shadow_falls_also_by_weaker_conditions() {
    let wide = |condition: Value| json!([policy("w", json!([condition]), "none")])[0].clone();
    let narrow = |condition: Value| json!([policy("n", json!([condition]), "10%")])[0].clone();
    let matcher = |name: &str, value: Value| json!({"log_attribute": "k", name: value});
    for (weaker, stronger, is_shadowed) in [
        (matcher("exists", json!(true)), matcher("gt", json!(3)), true),
        (matcher("gt", json!(3)), matcher("gt", json!(5)), true),
        (matcher("gt", json!(3)), matcher("equals", json!(4)), true),
        (matcher("gt", json!(3)), matcher("gte", json!(3)), false),
        (matcher("contains", json!("b")), matcher("starts_with", json!("abc")), true),
        (matcher("starts_with", json!("a")), matcher("starts_with", json!("abc")), true),
        (matcher("starts_with", json!("abc")), matcher("starts_with", json!("a")), false),
        (matcher("regex", json!("b+")), matcher("exact", json!("abc")), true),
        (matcher("regex", json!("b+")), matcher("contains", json!("b")), false),
        (matcher("exists", json!(false)), matcher("exists", json!(true)), false),
    ] {
        let set = json!([wide(weaker), narrow(stronger)]);
        check(&set, if is_shadowed { &["shadowed n log: keep"] } else { &[] });
    }
}

#[test]
fn what_is_advised_against_a_shadow_leaves_a_valid_policy() {
    let trace = |id, share| of("trace", id, json!([{"span_kind": "server"}]), json!({"percentage": share}));
    let advice = |set: &Value| found(set)[0].remedy;
    // A trace policy without a keep is none.
    assert!(advice(&json!([trace("n", 10), trace("w", 5)])).starts_with("remove it, "));
    let mut changing = policy("narrow", debug_of_shop(), "10%");
    let wide = policy("wide", debug(), "5%");
    assert!(advice(&json!([changing.clone(), wide.clone()])).starts_with("remove it, "));
    changing["log"]["transform"] = json!({"remove": [{"log_attribute": "x"}]});
    assert!(advice(&json!([changing.clone(), wide.clone()])).starts_with("remove its keep, "));
    changing["log"].as_object_mut().expect("a target").remove("keep");
    check(&json!([changing, wide]), &[]);
}

#[test]
fn disabled_policies_cast_no_shadow() {
    let mut off = policy("off", debug(), "none");
    off["enabled"] = json!(false);
    check(&json!([off, policy("on", debug_of_shop(), "10%")]), &[]);
}

#[test]
fn the_same_under_two_ids_is_a_duplicate_whatever_the_order_of_matchers() {
    let mut turned = debug_of_shop();
    turned.as_array_mut().expect("a list").reverse();
    let set = json!([policy("a", debug_of_shop(), "none"), policy("b", turned.clone(), "none")]);
    check(&set, &["duplicate b log: match"]);
    let mut other = policy("b", turned, "all");
    other["log"]["transform"] = json!({"remove": [{"log_attribute": "x"}]});
    check(&json!([policy("a", debug_of_shop(), "all"), other]), &[]);
}

#[test]
fn patterns_that_take_nearly_everything_are_found() {
    for (name, text) in [
        ("regex", ".*"),
        ("regex", ".+"),
        ("regex", "(?s)^.*$"),
        ("contains", ""),
        ("starts_with", ""),
        ("ends_with", ""),
    ] {
        let found: Vec<Finding> =
            found(&json!([policy("p", json!([{"log_field": "body", name: text}]), "none")]));
        let lints: Vec<&str> = found.iter().map(|finding| finding.lint).collect();
        assert!(lints.contains(&"broad-pattern"), "{name} {text:?}: {found:?}");
    }
    for text in ["a*b", "[a-z]", "^$", "^.{0,100}$"] {
        let set = json!([policy("p", json!([{"log_field": "body", "regex": text}]), "none")]);
        assert!(found(&set).iter().all(|finding| finding.lint != "broad-pattern"), "{text}");
    }
}

#[test]
fn patterns_left_to_the_fallback_engine_are_found() {
    let matchers = json!([{"log_field": "body", "regex": "foo.{0,400}bar"}, {"log_field": "event_name", "regex": "ab+c"}]);
    let lints: Vec<String> = found(&json!([policy("p", matchers, "none")]))
        .iter()
        .map(|f| format!("{} {}", f.lint, f.place))
        .collect();
    assert!(lints.contains(&"fallback-pattern log: match[0]".to_owned()), "{lints:?}");
    assert!(!lints.iter().any(|lint| lint.ends_with("match[1]")), "{lints:?}");
}

fn of(signal: &str, id: &str, matchers: Value, keep: Value) -> Value {
    json!({"id": id, signal: {"match": matchers, "keep": keep}})
}

#[test]
fn metrics_and_traces_are_looked_at_alike() {
    let name = |field: &str, value: &str| json!({field: "name", "exact": value});
    let both = json!([name("metric_field", "a"), name("metric_field", "b")]);
    check(&json!([of("metric", "m", both, json!(false))]), &["contradiction m metric: match[1]"]);
    let types = json!([{"metric_type": "gauge"}, {"metric_type": "sum"}]);
    check(&json!([of("metric", "m", types, json!(false))]), &["contradiction m metric: match[1]"]);
    let wide = json!([name("metric_field", "a")]);
    let narrow = json!([name("metric_field", "a"), {"datapoint_attribute": "k", "exists": true}]);
    let set = json!([of("metric", "n", narrow, json!(true)), of("metric", "w", wide, json!(false))]);
    check(&set, &["shadowed n metric: keep"]);
    let wide = json!([{"span_kind": "server"}]);
    let narrow = json!([{"span_kind": "server"}, {"span_status": "error"}]);
    for (wide_share, narrow_share, is_shadowed) in [(0, 10, true), (5, 10, true), (10, 5, false)] {
        let set = json!([
            of("trace", "n", narrow.clone(), json!({"percentage": narrow_share})),
            of("trace", "w", wide.clone(), json!({"percentage": wide_share})),
        ]);
        check(&set, if is_shadowed { &["shadowed n trace: keep"] } else { &[] });
    }
}

#[test]
fn a_span_with_several_events_satisfies_several_conditions() {
    let keep = json!({"percentage": 5});
    let events = json!([{"event_name": "retry"}, {"event_name": "exception"}]);
    check(&json!([of("trace", "t", events, keep.clone())]), &[]);
    let events = json!([{"event_name": "retry"}, {"event_name": "retry", "negate": true}]);
    check(&json!([of("trace", "t", events, keep.clone())]), &["contradiction t trace: match[1]"]);
    let values = json!([{"event_attribute": "k", "equals": 1}, {"event_attribute": "k", "equals": 2}]);
    check(&json!([of("trace", "t", values, keep)]), &[]);
}

#[test]
fn a_policy_that_hands_on_copies_is_never_without_effect() {
    let mut copied = policy("narrow", debug_of_shop(), "10%");
    copied["extensions"] = json!([{"type": "com.usetero/s3-dump", "version": "1.0.0", "mode": "dropped"}]);
    check(&json!([policy("wide", debug(), "none"), copied]), &[]);
}
