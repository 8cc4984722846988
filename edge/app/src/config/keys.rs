//! Which keys exist: the defaults say, and the elements of lists are listed here.

use serde_json::{Map, Value};

use super::error::Problem;
use crate::nearest::nearest;

/// What an element of each list may hold.
const ELEMENTS: [(&str, &[&str]); 5] = [
    ("service.resource_attributes", &["name", "value"]),
    ("service.labels", &["name", "value"]),
    (
        "policy_providers",
        &[
            "id",
            "type",
            "path",
            "url",
            "encoding",
            "headers",
            "poll_interval_secs",
            "poll_interval",
            "timeout",
            "cache_path",
        ],
    ),
    ("policy_providers.headers", &["name", "value"]),
    (
        "extensions.targets",
        &[
            "kind",
            "name",
            "bucket",
            "path",
            "region",
            "account",
            "endpoint",
            "prefix",
            "compression",
            "max_object_bytes",
            "max_object_age",
            "max_backlog_bytes",
        ],
    ),
];

/// Lays `file` over `defaults`; what `defaults` does not have is a problem.
pub(super) fn overlay(
    defaults: &mut Map<String, Value>,
    file: Map<String, Value>,
    problems: &mut Vec<Problem>,
) {
    overlay_at("", defaults, file, problems);
}

fn overlay_at(
    place: &str,
    defaults: &mut Map<String, Value>,
    file: Map<String, Value>,
    problems: &mut Vec<Problem>,
) {
    for (key, value) in file {
        let place = join(place, &key);
        match (defaults.get_mut(&key), value) {
            (None, _) => problems.push(unknown(&place, &key, defaults.keys().map(String::as_str))),
            // A key without a value says nothing, so that its default stays.
            (Some(_), Value::Null) => {}
            (Some(Value::Object(inner)), Value::Object(value)) => overlay_at(&place, inner, value, problems),
            (Some(Value::Object(inner)), _) => {
                problems.push(Problem::new(&place, format!("must be a table of {}", names(inner.keys()))));
            }
            (Some(slot), value) => {
                check_elements(&place, &place, &value, problems);
                *slot = value;
            }
        }
    }
}

/// `list` names the list in [`ELEMENTS`], `place` the very one, with indices.
fn check_elements(list: &str, place: &str, value: &Value, problems: &mut Vec<Problem>) {
    let Some((_, known)) = ELEMENTS.iter().find(|(name, _)| *name == list) else { return };
    for (index, element) in value.as_array().into_iter().flatten().enumerate() {
        for (key, inner) in element.as_object().into_iter().flatten() {
            let place = format!("{place}[{index}].{key}");
            if known.contains(&key.as_str()) {
                check_elements(&join(list, key), &place, inner, problems);
            } else {
                problems.push(unknown(&place, key, known.iter().copied()));
            }
        }
    }
}

fn unknown<'a>(place: &str, key: &str, known: impl Iterator<Item = &'a str>) -> Problem {
    let nearest = nearest(key, known).map_or("", |(_, nearest)| nearest);
    Problem::new(place, format!("unknown key; the nearest known one is `{nearest}`"))
}

fn names<'a>(keys: impl Iterator<Item = &'a String>) -> String {
    keys.map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

/// `a.b` of `a` and `b`; `b` at the root.
pub(super) fn join(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn overlaid(file: Value) -> (Value, Vec<String>) {
        let Value::Object(mut defaults) =
            json!({"listen_port": 1, "deadlines": {"head": "30s", "body": "30s"}, "policy_providers": []})
        else {
            unreachable!()
        };
        let Value::Object(file) = file else { unreachable!() };
        let mut problems = Vec::new();
        overlay(&mut defaults, file, &mut problems);
        (Value::Object(defaults), problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_file_states_only_what_differs() {
        let (tree, problems) =
            overlaid(json!({"deadlines": {"body": "1s", "head": null}, "listen_port": null}));
        assert_eq!(tree["deadlines"], json!({"head": "30s", "body": "1s"}));
        assert_eq!(tree["listen_port"], 1);
        assert_eq!(problems, Vec::<String>::new());
    }

    #[test]
    fn an_unknown_key_names_its_place_and_the_nearest_known_one() {
        let (_, problems) = overlaid(json!({
            "listen_prot": 2,
            "deadlines": {"haed": 1},
            "policy_providers": [{"id": "a"}, {"pth": "x", "headers": [{"nam": "a"}]}],
        }));
        assert_eq!(
            problems,
            [
                "listen_prot: unknown key; the nearest known one is `listen_port`",
                "deadlines.haed: unknown key; the nearest known one is `head`",
                "policy_providers[1].pth: unknown key; the nearest known one is `path`",
                "policy_providers[1].headers[0].nam: unknown key; the nearest known one is `name`",
            ]
        );
    }

    #[test]
    fn a_table_cannot_be_replaced_by_a_scalar() {
        let (_, problems) = overlaid(json!({"deadlines": 3}));
        assert_eq!(problems, ["deadlines: must be a table of `head`, `body`"]);
    }
}
