//! The JSON Schema of policy documents: complete, told in words, and of one mind with the reader.

use edge_policy::{PolicySet, schema};
use jsonschema::Validator;
use serde_json::{Value, json};

fn validator() -> Validator {
    jsonschema::validator_for(&schema()).expect("a schema")
}

/// Whether the reader takes the document without a word.
fn reads(document: &Value) -> bool {
    let set = PolicySet::parse(document.to_string().as_bytes());
    set.is_ok_and(|set| set.rejected.is_empty() && set.warnings.is_empty())
}

#[track_caller]
fn check(validator: &Validator, document: &Value, is_valid: bool) {
    assert_eq!(reads(document), is_valid, "the reader, about {document}");
    assert_eq!(validator.is_valid(document), is_valid, "the schema, about {document}");
}

fn log(members: Value) -> Value {
    let mut log = json!({"match": [{"log_field": "body", "exists": true}]});
    for (name, member) in members.as_object().expect("members") {
        log[name] = member.clone();
    }
    json!([{"id": "p", "log": log}])
}

fn matchers(signal: &str, matcher: &Value) -> Value {
    let keep = match signal {
        "log" => json!("none"),
        "metric" => json!(false),
        _ => json!({"percentage": 5}),
    };
    json!({"policies": [{"id": "p", signal: {"match": [matcher], "keep": keep}}]})
}

#[test]
fn matchers_of_every_kind_are_valid_and_misspelt_ones_are_not() {
    let validator = validator();
    for (signal, matcher, is_valid) in [
        ("log", json!({"log_field": "body", "exists": true}), true),
        ("log", json!({"log_field": "LOG_FIELD_BODY", "contains": "x", "negate": true}), true),
        ("log", json!({"logField": "BODY", "startsWith": "x", "caseInsensitive": true}), true),
        ("log", json!({"log_field": 1006, "gte": 9}), true),
        ("log", json!({"log_attribute": "a", "equals": 5.5}), true),
        ("log", json!({"log_attribute": ["a", "b"], "equals": {"int_value": "5"}}), true),
        ("log", json!({"scope_attribute": {"path": ["a"]}, "lt": {"double_value": "Infinity"}}), true),
        ("log", json!({"log_attribute": "a", "equals": {"hex_value": "00ff"}}), true),
        ("log", json!({"log_feild": "body", "exists": true}), false),
        ("log", json!({"log_field": "bdoy", "exists": true}), false),
        ("log", json!({"log_field": "body", "exist": true}), false),
        ("log", json!({"log_field": "body"}), false),
        ("log", json!({"log_field": "body", "exact": "a", "regex": "a"}), false),
        ("log", json!({"log_field": "body", "log_attribute": "a", "exact": "a"}), false),
        ("log", json!({"log_attribute": [], "exists": true}), false),
        ("log", json!({"log_attribute": "", "exists": true}), false),
        ("log", json!({"log_attribute": "a", "gt": "5"}), false),
        ("log", json!({"log_attribute": "a", "equals": {}}), false),
        ("log", json!({"log_attribute": "a", "equals": {"hex_value": "0"}}), false),
        ("log", json!({"span_attribute": "a", "exists": true}), false),
        ("metric", json!({"metric_field": "name", "exact": "x"}), true),
        ("metric", json!({"metric_type": "sum"}), true),
        ("metric", json!({"metricType": "METRIC_TYPE_SUM", "exists": true, "negate": true}), true),
        ("metric", json!({"aggregation_temporality": "delta", "contains": "x"}), false),
        ("metric", json!({"metric_type": "summ"}), false),
        ("metric", json!({"datapoint_attribute": "a"}), false),
        ("trace", json!({"span_kind": "server"}), true),
        ("trace", json!({"span_status": "unset"}), true),
        ("trace", json!({"event_name": "exception"}), true),
        ("trace", json!({"event_attribute": "a"}), true),
        ("trace", json!({"event_attribute": "a", "equals": 1}), true),
        ("trace", json!({"event_attribute": "a", "equals": 1, "gt": 0}), false),
        ("trace", json!({"link_trace_id": "0102"}), true),
        ("trace", json!({"link_trace_id": "01020"}), false),
        ("trace", json!({"span_kind": "server", "exists": false}), false),
    ] {
        check(&validator, &matchers(signal, &matcher), is_valid);
    }
}

#[test]
fn keeps_and_transforms_are_valid_as_the_reader_says() {
    let validator = validator();
    for keep in ["", "all", "none", "0%", "12.5%", "100%", "100.0%", "100/s", "1/m", "2/5s", "10/15m"] {
        check(&validator, &log(json!({"keep": keep})), true);
    }
    for keep in ["ALL", "banana", "-1%", "101%", "%", "5.%", "0/s", "1.5/s", "1/0s", "1/h"] {
        check(&validator, &log(json!({"keep": keep})), false);
    }
    for (transform, is_valid) in [
        (
            json!({"remove": [{"log_attribute": "a"}], "add": [{"log_attribute": "a", "value": "x", "upsert": true}]}),
            true,
        ),
        (json!({"redact": [{"log_field": "body", "regex": "x", "replacement": ""}]}), true),
        (json!({"rename": [{"from_log_attribute": "a", "to": "b"}]}), true),
        (json!({"rename": [{"fromResourceAttribute": "a", "to": "b"}]}), true),
        (json!({"rename": [{"from_log_attribute": "a", "to": ""}]}), false),
        (json!({"rename": [{"from_log_field": "body", "to": "b"}]}), false),
        (json!({"removed": []}), false),
        (json!({"redact": [{"log_field": "body", "regexp": "x"}]}), false),
    ] {
        check(&validator, &log(json!({"transform": transform})), is_valid);
    }
    check(&validator, &log(json!({"sample_key": {"log_attribute": "user"}})), true);
    check(&validator, &log(json!({"sampleKey": {"log_field": "trace_id"}})), true);
}

#[test]
fn policies_and_trace_keeps_are_valid_as_the_reader_says() {
    let validator = validator();
    let trace =
        |keep: Value| json!([{"id": "p", "trace": {"match": [{"span_kind": "server"}], "keep": keep}}]);
    for (keep, is_valid) in [
        (
            json!({"percentage": 12.5, "mode": "equalizing", "sampling_precision": 14, "hash_seed": 7, "fail_closed": false}),
            true,
        ),
        (json!({"percentage": 5, "mode": "SAMPLING_MODE_PROPORTIONAL"}), true),
        (json!({"percentage": -1}), false),
        (json!({"percentage": 5, "sampling_precision": 15}), false),
        (json!({"percentage": 5, "mode": "random"}), false),
        (json!({"percent": 5}), false),
        (json!("5%"), false),
    ] {
        check(&validator, &trace(keep), is_valid);
    }
    let policy = |more: Value| {
        let mut policy = json!({"id": "p", "log": {"match": [{"log_field": "body", "exists": true}]}});
        policy.as_object_mut().expect("an object").extend(more.as_object().expect("members").clone());
        json!({"policies": [policy]})
    };
    let extension =
        json!({"type": "com.usetero/s3-dump", "version": "1.0.0", "mode": "kept", "config": {"target": {}}});
    for (more, is_valid) in [
        (
            json!({"name": "n", "description": "d", "enabled": true, "createdAtUnixNano": "5", "labels": [{"key": "team"}]}),
            true,
        ),
        (json!({"extensions": [extension]}), true),
        (json!({"nmae": "n"}), false),
        (json!({"metric": {"match": [{"metric_type": "sum"}], "keep": false}}), false),
        (json!({"log": {"match": []}}), false),
    ] {
        check(&validator, &policy(more), is_valid);
    }
    check(&validator, &json!({"$schema": "policy.schema.json", "policies": []}), true);
    assert!(!validator.is_valid(&json!({"rules": []})));
}

#[test]
fn everything_is_described() {
    /// Finds members of `properties` and definitions without words.
    fn undescribed(name: &str, schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(members) => {
                let properties = members.get("properties").and_then(Value::as_object).into_iter().flatten();
                // `exists` in the rule beside an enum is no member of its own.
                for (member, schema) in properties.filter(|(_, schema)| schema.get("const").is_none()) {
                    let words = schema["description"].as_str().unwrap_or_default();
                    if words.is_empty() && member != "path" {
                        found.push(format!("{name}.{member}"));
                    }
                }
                members.iter().for_each(|(member, schema)| undescribed(member, schema, found));
            }
            Value::Array(schemas) => schemas.iter().for_each(|schema| undescribed(name, schema, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    let schema = schema();
    undescribed("", &schema, &mut found);
    for (name, definition) in schema["$defs"].as_object().expect("definitions") {
        let inner = &definition["anyOf"][1];
        let is_enum = definition["anyOf"][0].get("enum").is_some();
        let words = [definition, inner].iter().any(|schema| schema["description"].as_str() > Some(""));
        if !words && !is_enum {
            found.push(name.clone());
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

/// Every policy document of the conformance cases.
fn case_documents() -> Vec<(String, Value)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/tests/cases");
    let cases =
        std::fs::read_dir(folder).expect("the folder of cases").map(|case| case.expect("a case").path());
    let document = |case: std::path::PathBuf| {
        let text = std::fs::read(case.join("policies.json")).expect("policies.json");
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        (name, serde_json::from_slice(&text).expect("JSON"))
    };
    cases.map(document).collect()
}

#[test]
fn the_conformance_cases_are_valid_as_the_reader_says() {
    let (validator, mut valid) = (validator(), 0);
    for (name, document) in case_documents() {
        if reads(&document) {
            let problems: Vec<String> =
                validator.iter_errors(&document).map(|error| error.to_string()).collect();
            assert_eq!(problems, Vec::<String>::new(), "{name}");
            valid += 1;
        }
    }
    assert!(valid > 30, "only {valid} cases are valid");
}

/// The path to each member of an object in the document, but for what only values of attributes hold.
fn members(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, member) in object {
                let path = format!("{path}/{name}");
                members(member, &path, found);
                found.push(path);
            }
        }
        Value::Array(list) => {
            for (index, element) in list.iter().enumerate() {
                members(element, &format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// The document with the last letter of a key doubled.
fn misspelt(document: &Value, path: &str) -> Value {
    let mut document = document.clone();
    let (object, name) = path.rsplit_once('/').expect("a path has a parent");
    let object = document.pointer_mut(object).and_then(Value::as_object_mut).expect("it is there");
    let value = object.remove(name).expect("it is there");
    object.insert(format!("{name}{}", &name[name.len() - 1..]), value);
    document
}

#[test]
fn no_misspelt_key_of_the_conformance_cases_is_valid() {
    let validator = validator();
    for (name, document) in case_documents().into_iter().filter(|(_, document)| reads(document)) {
        let mut paths = Vec::new();
        members(&document, "", &mut paths);
        for path in paths {
            assert!(!validator.is_valid(&misspelt(&document, &path)), "{name}: {path}");
        }
    }
}
