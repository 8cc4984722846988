//! Documents: every spelling is read, every mistake is named, and none hurts its neighbour.

use edge_policy::{Extension, ExtensionMode, Keep, PolicySet, Target};
use serde_json::{Value, json};

fn parse(text: &str) -> PolicySet {
    PolicySet::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The errors of a lone policy `p` with this log target.
fn errors(log: &Value) -> Vec<String> {
    let mut set = parse(&json!([{"id": "p", "log": log}]).to_string());
    set.rejected.pop().map(|rejected| rejected.errors).unwrap_or_default()
}

fn matcher_errors(matcher: Value) -> Vec<String> {
    errors(&json!({"match": [matcher]}))
}

#[test]
fn json_and_yaml_say_the_same_in_either_case() {
    for text in [
        r#"{"policies":[{"id":"a","log":{"match":[{"log_field":"LOG_FIELD_BODY","starts_with":"x"}],"keep":"none","sample_key":{"log_attribute":"k"}}}]}"#,
        r#"[{"id":"a","log":{"match":[{"logField":"body","startsWith":"x"}],"keep":"none","sampleKey":{"logAttribute":["k"]}}}]"#,
        r#"{"policies":[{"id":"a","enabled":true,"log":{"match":[{"log_field":1,"starts_with":"x"}],"keep":"none","sample_key":{"log_attribute":{"path":["k"]}}}}]}"#,
        "policies:\n  - id: a\n    log:\n      match:\n        - log_field: BODY\n          starts_with: x\n      keep: none\n      sample_key:\n        log_attribute: k\n",
        "- id: a\n  log: {match: [{logField: body, startsWith: x}], keep: none, sampleKey: {logAttribute: [k]}}\n",
    ] {
        let set = parse(text);
        assert_eq!(
            (set.rejected.len(), set.warnings.len(), set.policies.len()),
            (0, 0, 1),
            "{text}: {set:?}"
        );
        let Target::Log(log) = &set.policies[0].target else { panic!("a log policy") };
        assert_eq!((log.keep, log.matchers.len(), log.sample_key.is_some()), (Keep::None, 1, true), "{text}");
    }
}

#[test]
fn what_only_yaml_can_say_neither_vanishes_nor_hurts_the_others() {
    let trace = |id: &str, percentage: &str| {
        format!(
            "- id: {id}\n  trace: {{match: [{{trace_field: name, exists: true}}], keep: {{percentage: {percentage}}}}}\n"
        )
    };
    let log = |id: &str, matcher: &str| format!("- id: {id}\n  log: {{match: [{{log_field: {matcher}}}]}}\n");
    let text = [
        trace("all", ".inf"),
        trace("nan", ".nan"),
        trace("none", "-.inf"),
        log("digits", &format!("trace_id, exact: {}", "1".repeat(32))),
        log("infinite", "severity_number, lt: {double_value: .inf}"),
        log("bare", "severity_number, lt: .inf"),
        log("text", "severity_number, lt: Infinity"),
        log("tagged", "!any body, exists: true"),
        "- id: keys\n  1: x\n  name: y\n  log: {match: [{log_field: body, exists: true}]}\n".to_owned(),
    ];
    let set = parse(&text.concat());
    let ids = |ids: Vec<&String>| ids.into_iter().cloned().collect::<Vec<_>>();
    let in_force = ids(set.policies.iter().map(|policy| &policy.id).collect());
    assert_eq!(in_force, ["all", "infinite", "bare", "tagged", "keys"]);
    assert_eq!(
        ids(set.rejected.iter().map(|policy| &policy.id).collect()),
        ["nan", "none", "digits", "text"]
    );
    let Target::Trace(all) = &set.policies[0].target else { panic!("a trace policy") };
    assert!((all.keep.percentage - 100.0).abs() < f32::EPSILON);
    assert_eq!(set.policies[4].name, "y");
}

#[test]
fn a_document_that_is_none_is_an_error_that_says_why() {
    for (text, expected) in [
        ("{\"policies\": [", "not JSON: EOF while parsing a list at line 1 column 14"),
        ("{\"rules\": []}", "no `policies` in the document"),
        ("42", "expected a list of policies, found a number"),
        ("{\"policies\": {}}", "expected a list of policies, found an object"),
        ("a: [", "not YAML: "),
        ("# nothing yet\n", "the document holds nothing but perhaps comments: write `policies: []`"),
        ("---\n", "the document holds nothing but perhaps comments: write `policies: []`"),
        ("null", "the document holds nothing but perhaps comments: write `policies: []`"),
        ("policies:\n", "nothing stands behind `policies`: write `policies: []`"),
        ("policies: []\npolicies: []\n", "`policies` comes more than once"),
        ("- 1\n", "no entry of the list is a policy with an `id`"),
        ("[{\"name\": \"x\"}]", "no entry of the list is a policy with an `id`"),
    ] {
        let error = PolicySet::parse(text.as_bytes()).expect_err(text).to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}

#[test]
fn nothing_panics_on_bytes_that_are_no_text() {
    assert!(PolicySet::parse(b"\xff\xfe[]").is_err());
    let error = PolicySet::parse(&b"[".repeat(100_000)).expect_err("nested too deep").to_string();
    assert!(error.starts_with("not JSON: recursion limit exceeded"), "{error}");
    for deep in ["[!t ", "{a: "] {
        let error =
            PolicySet::parse(deep.repeat(100_000).as_bytes()).expect_err("nested too deep").to_string();
        assert_eq!(error, "not YAML: its brackets nest too deep", "{deep}");
    }
    assert_eq!(parse("\u{feff}[]").policies.len(), 0);
}

#[test]
fn a_key_that_comes_twice_is_an_error_of_its_policy() {
    let log = |keep: &str| format!(r#""log": {{"match": [{{"log_field": "body", "exists": true}}]{keep}}}"#);
    let twice = r#"{"id": "twice", "name": "a", "name": "b", "log": {"match": [{"log_field": "body", "exists": true},
        {"log_field": "body", "regex": "a", "regex": "b", "regex": "c"}], "keep": "all", "keep": "none"}}"#;
    let spelled =
        r#"{"id": "spelled", "log": {"match": [{"log_field": "body", "logField": "body", "exists": true}]}}"#;
    let fine = format!(r#"{{"id": "fine", {}}}"#, log(""));
    let off = format!(r#"{{"id": "off", "enabled": false, {}}}"#, log(r#", "keep": "all", "keep": "none""#));
    let list = format!("[{fine}, {twice}, {spelled}, {off}]");
    for text in [list.clone(), format!("{{\"policies\": {list}}}"), format!("# YAML\npolicies: {list}")] {
        let (set, trees) = PolicySet::parse_with_trees(text.as_bytes()).expect(&text);
        let ids: Vec<&str> = set.policies.iter().map(|policy| policy.id.as_str()).collect();
        // Nobody asked for a disabled policy: what is wrong with it can wait.
        assert_eq!((ids, trees.len()), (vec!["fine"], 2), "{text}");
        let errors: Vec<&[String]> = set.rejected.iter().map(|rejected| &rejected.errors[..]).collect();
        let expected = [
            "`name` comes more than once",
            "log: match[1]: `regex` comes more than once",
            "log: `keep` comes more than once",
        ];
        assert_eq!(errors[0], expected, "{text}");
        assert_eq!(errors[1], ["log: match[0]: `log_field` comes more than once, also as `logField`"]);
    }
}

#[test]
fn every_problem_of_a_policy_is_named_with_its_place() {
    let found = errors(&json!({
        "match": [
            {"log_attribute": [], "exact": "x"},
            {"log_field": "body", "regex": "([bad"},
            {"log_field": "body"},
            {"exact": "x"},
        ],
        "keep": "bogus",
        "transform": {
            "redact": [{"log_field": "body", "regex": "([bad"}, {"log_field": "trace_id"}],
            "rename": [{"from_log_attribute": "a", "to": ""}, {"from_log_field": "body", "to": "b"}],
        },
    }));
    for expected in [
        "log: match[0]: attribute has empty path",
        "log: match[1]: invalid regex \"([bad\": ",
        "log: match[2]: no match condition",
        "log: match[3]: no field selector",
        "log: keep: invalid value \"bogus\"",
        "log: transform: redact[0]: invalid regex \"([bad\": ",
        "log: transform: redact[1]: identifiers and severity_number",
        "log: transform: rename[0]: rename target `to` is empty",
        "log: transform: rename[1]: simple fields cannot be renamed",
    ] {
        assert!(found.iter().any(|error| error.starts_with(expected)), "{expected} in {found:#?}");
    }
    assert_eq!(found.len(), 9, "{found:#?}");
}

#[test]
fn bad_literals_are_errors_of_their_policy() {
    let field = |condition: Value| {
        let mut matcher = json!({"log_field": "trace_id"});
        matcher.as_object_mut().expect("an object").extend(condition.as_object().expect("an object").clone());
        matcher_errors(matcher)
    };
    for condition in [
        json!({"exact": "abc"}),
        json!({"exact": "zz"}),
        json!({"equals": "é0"}),
        json!({"equals": {"hex_value": "0"}}),
        json!({"equals": {"bytes_value": "!"}}),
        json!({"equals": {}}),
        json!({"equals": [1]}),
        json!({"equals": {"int_value": "1.5"}}),
        json!({"equals": {"int_value": 1, "bool_value": true}}),
        json!({"equals": 18_446_744_073_709_551_615_u64}),
        json!({"gt": "5"}),
        json!({"gte": true}),
        json!({"lt": {}}),
        json!({"regex": 5}),
        json!({"exists": "true"}),
        json!({"exact": "00", "exists": true}),
        json!({"negate": "no", "exists": true}),
    ] {
        assert_eq!(field(condition.clone()).len(), 1, "{condition}: {:?}", field(condition.clone()));
    }
}

#[test]
fn an_integer_may_be_a_string_or_a_whole_double() {
    let errors =
        |int: Value| matcher_errors(json!({"log_field": "body", "equals": {"int_value": int}})).len();
    for int in [json!(16), json!("16"), json!(16.0), json!(-1.6e1)] {
        assert_eq!(errors(int.clone()), 0, "{int}");
    }
    for int in [json!(16.5), json!(1e19), json!("x"), json!(true)] {
        assert_eq!(errors(int.clone()), 1, "{int}");
    }
}

#[test]
fn a_path_has_a_limit() {
    let errors =
        |segments: usize| matcher_errors(json!({"log_attribute": vec!["k"; segments], "exists": true}));
    assert_eq!(errors(64), Vec::<String>::new());
    assert_eq!(errors(65), ["log: match[0]: `log_attribute` has 65 segments, more than 64"]);
}

#[test]
fn unspecified_and_unknown_enums_are_errors() {
    for field in [json!("LOG_FIELD_UNSPECIFIED"), json!(0), json!(99), json!("bdy"), json!(true)] {
        let found = matcher_errors(json!({"log_field": field, "exists": true}));
        assert!(found.len() == 1 && found[0].starts_with("log: match[0]: log_field: "), "{found:?}");
    }
}

#[test]
fn an_empty_match_and_a_missing_target_are_errors() {
    assert_eq!(errors(&json!({"match": []})), ["log: match: at least one matcher is needed"]);
    assert_eq!(errors(&json!({})), ["log: match: at least one matcher is needed"]);
    let set = parse(r#"[{"id":"p"},{"id":"q","log":null},{"id":"r","metric":{"match":[]}}]"#);
    let ids: Vec<&str> = set.rejected.iter().map(|rejected| rejected.id.as_str()).collect();
    assert_eq!(ids, ["p", "q", "r"]);
}

#[test]
fn one_bad_policy_leaves_the_others_alone() {
    let set = parse(
        r#"[{"id":"bad","log":{"match":[{"log_field":"body","gt":"x"}]}},
            {"id":"good","log":{"match":[{"log_field":"body","exists":true}]}},
            "no object", {"name":"no id"}, {"id":7}]"#,
    );
    assert_eq!((set.policies.len(), set.rejected.len(), set.warnings.len()), (1, 2, 2), "{set:#?}");
}

#[test]
fn what_is_wrong_with_a_disabled_policy_can_wait() {
    let set =
        parse(r#"[{"id":"p","enabled":false,"log":{"match":[]}},{"id":"q","enabled":false,"nothing":1}]"#);
    assert_eq!(set.rejected, []);
}

#[test]
fn unknown_fields_are_ignored_with_a_warning() {
    let set = parse(
        r#"{"version":2,"policies":[{"id":"p","volume":1,"log":{"match":[{"log_field":"body","exists":true,"x":1},{"log_attribute":{"path":["k"],"y":1},"exists":true}]}}]}"#,
    );
    assert_eq!((set.policies.len(), set.warnings.len()), (1, 4), "{:?}", set.warnings);
    let last = set.warnings.last().map(ToString::to_string);
    let last = last.as_deref();
    assert_eq!(last, Some("policy `p`: log: match[1]: log_attribute: unknown field `y` is ignored"));
}

#[test]
fn the_later_of_two_policies_with_one_id_wins() {
    let log = |keep| json!({"match": [{"log_field": "body", "exists": true}], "keep": keep});
    let set = parse(&json!([{"id": "p", "log": log("none")}, {"id": "p", "log": log("all")}]).to_string());
    let Target::Log(target) = &set.policies[0].target else { panic!("a log policy") };
    assert_eq!((set.policies.len(), target.keep), (1, Keep::All));
}

#[test]
fn trace_keeps_are_validated() {
    let errors = |keep: Value| {
        let target = json!({"match": [{"trace_field": "name", "exists": true}], "keep": keep});
        let set = parse(&json!([{"id": "p", "trace": target}]).to_string());
        set.rejected.first().map_or(Vec::new(), |rejected| rejected.errors.clone())
    };
    for good in [
        json!({}),
        json!({"percentage": 250, "mode": "SAMPLING_MODE_EQUALIZING", "sampling_precision": 14, "hashSeed": "7"}),
        json!({"percentage": "12.5", "mode": 2, "fail_closed": false}),
    ] {
        assert_eq!(errors(good.clone()), Vec::<String>::new(), "{good}");
    }
    for (bad, expected) in [
        (Value::Null, "trace: keep: a percentage is needed"),
        (json!("50%"), "trace: keep: expected an object"),
        (json!({"percentage": -1}), "trace: keep: percentage: -1 is not a number from 0 to 100"),
        (json!({"percentage": "NaN"}), "trace: keep: percentage: \"NaN\" is not"),
        (json!({"mode": "random"}), "trace: keep: mode: \"random\" is not one of"),
        (json!({"mode": 0}), "trace: keep: mode: unspecified is not one of"),
        (json!({"sampling_precision": 15}), "trace: keep: sampling_precision: 15 is not"),
        (json!({"sampling_precision": 0}), "trace: keep: sampling_precision: 0 is not"),
        (json!({"hash_seed": -1}), "trace: keep: hash_seed: -1 is not"),
        (json!({"fail_closed": 1}), "trace: keep: `fail_closed` is a number"),
    ] {
        let found = errors(bad.clone());
        assert!(found.len() == 1 && found[0].starts_with(expected), "{bad}: {found:?}");
    }
}

#[test]
fn selectors_that_compare_by_themselves_take_no_other_condition() {
    let errors = |signal: &str, matcher: Value| {
        let target =
            json!({"match": [matcher], "keep": if signal == "trace" { json!({}) } else { json!(true) }});
        let set = parse(&json!([{"id": "p", signal: target}]).to_string());
        set.rejected.first().map_or(Vec::new(), |rejected| rejected.errors.clone())
    };
    for (signal, matcher, expected) in [
        ("trace", json!({"span_kind": 0}), "trace: match[0]: span_kind: unspecified is not one of"),
        (
            "trace",
            json!({"span_kind": "server", "exact": "x"}),
            "trace: match[0]: `exact`: this field is compared",
        ),
        (
            "trace",
            json!({"event_name": "x", "exists": false}),
            "trace: match[0]: `exists`: this field is compared",
        ),
        ("trace", json!({"link_trace_id": "xyz"}), "trace: match[0]: link_trace_id: invalid hex"),
        (
            "trace",
            json!({"trace_field": "body", "exists": true}),
            "trace: match[0]: trace_field: \"body\" is not",
        ),
        ("trace", json!({"trace_field": "name"}), "trace: match[0]: no match condition"),
        ("metric", json!({"metric_type": "METRIC_TYPE_UNSPECIFIED"}), "metric: match[0]: metric_type: "),
        ("metric", json!({"datapoint_attribute": "k"}), "metric: match[0]: no match condition"),
        ("metric", json!({"log_field": "body", "exists": true}), "metric: match[0]: no field selector"),
    ] {
        let found = errors(signal, matcher.clone());
        assert!(found.len() == 1 && found[0].starts_with(expected), "{matcher}: {found:?}");
    }
    assert_eq!(errors("trace", json!({"event_attribute": "k"})), Vec::<String>::new());
}

#[test]
fn extensions_are_read() {
    let read = |extension: Value| {
        let log = json!({"match": [{"log_field": "body", "exists": true}]});
        parse(&json!([{"id": "p", "log": log, "extensions": [extension]}]).to_string())
    };
    let set = read(
        json!({"type": "com.usetero/s3-dump", "version": "1.0.0", "config": "e30=", "mode": "EXTENSION_MODE_KEPT"}),
    );
    let expected = Extension {
        kind: "com.usetero/s3-dump".into(),
        version: "1.0.0".into(),
        config: b"{}".into(),
        mode: ExtensionMode::Kept,
    };
    assert_eq!(set.policies[0].extensions, [expected]);
    let set = read(json!({"type": "x", "config": {"a": 1}}));
    let [extension] = &set.policies[0].extensions[..] else { panic!("one extension") };
    assert_eq!((&extension.config[..], extension.mode), (&br#"{"a":1}"#[..], ExtensionMode::Matched));
    for text in ["{\"a\":1}", "no base64"] {
        let set = read(json!({"type": "x", "config": text}));
        assert_eq!(set.policies[0].extensions[0].config, text.as_bytes());
    }
    let set = read(json!({"mode": "sometimes", "config": 1}));
    assert_eq!(set.rejected[0].errors.len(), 3, "{set:?}");
}

#[test]
fn keeps_beyond_a_bare_all_are_not_needed() {
    assert_eq!(errors(&json!({"match": [{"log_field": "body", "exists": true}]})), Vec::<String>::new());
}
