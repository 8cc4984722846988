//! What the environment adds: `TERO_*` overrides of scalar keys and `${NAME}` inside strings.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::Problem;
use super::keys::join;
use crate::nearest::nearest;

/// Prefixes of overriding variables; the first one that is set wins.
const PREFIXES: [&str; 2] = ["TERO_", "EDGE_"];

/// The environment variables of the process, or of a test.
pub type Variables = BTreeMap<String, String>;

/// A variable that looks like an override and is none: a slip of the pen, or somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownVariable {
    /// Its name.
    pub name: String,
    /// The variable of that prefix that is spelled most like it.
    pub nearest: String,
}

/// Replaces every scalar of `tree` that a variable overrides. Returns the variable's name by the key it set.
pub(super) fn override_scalars(
    tree: &mut Map<String, Value>,
    variables: &Variables,
) -> BTreeMap<String, String> {
    let mut overridden = BTreeMap::new();
    visit_scalars("", tree, &mut |place, value| {
        let path = variable_path(place);
        let set = PREFIXES.iter().map(|prefix| format!("{prefix}{path}")).find_map(|name| {
            // A variable that is set but empty says nothing: composed environments often pass those on.
            let text = variables.get(&name).filter(|text| !text.is_empty())?;
            Some((name, text.clone()))
        });
        if let Some((name, text)) = set {
            *value = Value::String(text);
            overridden.insert(place.to_owned(), name);
        }
    });
    overridden
}

/// The variables with an override's prefix that name no scalar of `tree` and stand in no `${NAME}` either.
pub(super) fn unknown(tree: &mut Map<String, Value>, variables: &Variables) -> Vec<UnknownVariable> {
    let (mut paths, mut texts) = (Vec::new(), String::new());
    visit_scalars("", tree, &mut |place, _| paths.push(variable_path(place)));
    for value in tree.values() {
        texts += &value.to_string();
    }
    let unknown = |name: &String| {
        let prefix = PREFIXES.into_iter().find(|prefix| name.starts_with(prefix))?;
        let (distance, nearest) = nearest(&name[prefix.len()..], paths.iter().map(String::as_str))?;
        let used = distance == 0 || texts.contains(&format!("${{{name}}}"));
        (!used).then(|| UnknownVariable { name: name.clone(), nearest: format!("{prefix}{nearest}") })
    };
    variables.keys().filter_map(unknown).collect()
}

/// `a.b` as it stands in a variable's name behind the prefix.
fn variable_path(place: &str) -> String {
    place.replace('.', "_").to_uppercase()
}

fn visit_scalars(place: &str, tree: &mut Map<String, Value>, visit: &mut impl FnMut(&str, &mut Value)) {
    for (key, value) in tree.iter_mut() {
        let place = join(place, key);
        match value {
            Value::Object(inner) => visit_scalars(&place, inner, visit),
            Value::Array(_) => {}
            scalar => visit(&place, scalar),
        }
    }
}

/// Replaces `${NAME}` in every string of `value`, at any depth.
pub(super) fn substitute(place: &str, value: &mut Value, variables: &Variables, problems: &mut Vec<Problem>) {
    match value {
        Value::String(text) if text.contains("${") => match substituted(text, variables) {
            Ok(replaced) => *text = replaced,
            Err(message) => {
                problems.push(Problem::new(place, message));
                // Not read any further: one mistake is told once.
                *value = Value::Null;
            }
        },
        Value::Object(inner) => {
            for (key, value) in inner {
                substitute(&join(place, key), value, variables, problems);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter_mut().enumerate() {
                substitute(&format!("{place}[{index}]"), value, variables, problems);
            }
        }
        _ => {}
    }
}

/// `text` with `${NAME}` replaced and `$${NAME}` unescaped, left to right; values are not looked at again.
fn substituted(text: &str, variables: &Variables) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        let end = from.find('}').ok_or("`${` without its `}`; write `$${` for a literal one")?;
        let name = &from[2..end];
        rest = &from[end + 1..];
        if let Some(before) = before.strip_suffix('$') {
            out.push_str(before);
            out.push_str(&from[..=end]);
        } else {
            out.push_str(before);
            out.push_str(variables.get(name).ok_or_else(|| unset(name))?);
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn unset(name: &str) -> String {
    if name.is_empty() {
        return "`${}` names no environment variable".to_owned();
    }
    format!("environment variable {name} is not set; set it, or write `$${{{name}}}` for the literal text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(text: &str, expected: Result<&str, &str>) {
        let variables = Variables::from([("A".into(), "x".into()), ("B".into(), "${A}".into())]);
        assert_eq!(substituted(text, &variables).as_deref().map_err(String::as_str), expected, "{text}");
    }

    #[test]
    fn names_are_replaced_and_escaped_ones_are_not() {
        check("plain $A }", Ok("plain $A }"));
        check("${A}", Ok("x"));
        check("a${A}b${A}", Ok("axbx"));
        check("$${A}${A}", Ok("${A}x"));
        check("${B}", Ok("${A}"));
    }

    #[test]
    fn an_unset_name_is_named() {
        check(
            "${NOPE}",
            Err("environment variable NOPE is not set; set it, or write `$${NOPE}` for the literal text"),
        );
        check("${}", Err("`${}` names no environment variable"));
        check("${A", Err("`${` without its `}`; write `$${` for a literal one"));
    }

    #[test]
    fn a_variable_that_overrides_nothing_is_told_with_the_nearest_that_would() {
        let Value::Object(mut tree) = json!({"log_level": "info", "list": [{"value": "${EDGE_KEY}"}]}) else {
            unreachable!()
        };
        let names = ["TERO_LOG_LEVLE", "EDGE_LIST", "EDGE_KEY", "EDGE_LOG_LEVEL", "TERO_", "LOG_LEVLE"];
        let variables = names.map(|name| (name.to_owned(), "x".to_owned())).into();
        let told: Vec<_> =
            unknown(&mut tree, &variables).into_iter().map(|it| (it.name, it.nearest)).collect();
        let pair = |name: &str, nearest: &str| (name.to_owned(), nearest.to_owned());
        assert_eq!(
            told,
            [
                pair("EDGE_LIST", "EDGE_LOG_LEVEL"),
                pair("TERO_", "TERO_LOG_LEVEL"),
                pair("TERO_LOG_LEVLE", "TERO_LOG_LEVEL")
            ]
        );
    }

    #[test]
    fn overrides_reach_scalars_at_any_depth_and_tero_wins() {
        let Value::Object(mut tree) = json!({"log_level": "info", "service": {"name": "edge"}, "list": []})
        else {
            unreachable!()
        };
        let variables = Variables::from([
            ("TERO_LOG_LEVEL".into(), "debug".into()),
            ("EDGE_LOG_LEVEL".into(), "warn".into()),
            ("EDGE_SERVICE_NAME".into(), "mine".into()),
            ("TERO_SERVICE_NAME".into(), String::new()),
            ("TERO_LIST".into(), "x".into()),
        ]);
        let overridden = override_scalars(&mut tree, &variables);
        assert_eq!(
            Value::Object(tree),
            json!({"log_level": "debug", "service": {"name": "mine"}, "list": []})
        );
        assert_eq!(overridden["log_level"], "TERO_LOG_LEVEL");
        assert_eq!(overridden["service.name"], "EDGE_SERVICE_NAME");
    }
}
