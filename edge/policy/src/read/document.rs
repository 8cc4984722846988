//! A whole document: JSON or YAML, a list of policies or an object that holds one.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt;

use serde_json::Value;

use super::object::{Object, Report, kind};
use super::tree::{Repeated, Tree};
use super::{About, PolicySet, Rejected, Warning, extension, flow, target};
use crate::model::Policy;

pub(super) const KNOWN: [&str; 11] = [
    "id",
    "name",
    "description",
    "enabled",
    "created_at_unix_nano",
    "modified_at_unix_nano",
    "labels",
    "log",
    "metric",
    "trace",
    "extensions",
];

/// A text that is no policy document at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    problem: String,
    /// Line and column, from 1.
    position: Option<(usize, usize)>,
}

impl ParseError {
    fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), position: None }
    }

    fn json(error: &serde_json::Error) -> Self {
        Self { problem: format!("not JSON: {error}"), position: Some((error.line(), error.column())) }
    }

    fn yaml(error: &serde_yaml_ng::Error) -> Self {
        let position = error.location().map(|location| (location.line(), location.column()));
        Self { problem: format!("not YAML: {error}"), position }
    }

    /// The line and column of the text that it is about, from 1, if it is about one.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.position
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl std::error::Error for ParseError {}

pub(super) fn parse(text: &[u8]) -> Result<(PolicySet, Vec<Value>), ParseError> {
    let Tree { value, repeated } = read_tree(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text))?;
    if repeated.iter().any(Repeated::is_list) {
        return Err(ParseError::new("`policies` comes more than once: put all policies into one list"));
    }
    let mut warnings = Vec::new();
    let trees = policies(value, &mut warnings)?;
    let mut set = from_trees(&trees, &repeated)?;
    set.warnings.splice(..0, warnings);
    Ok((set, sound(trees, &repeated)))
}

/// Those in which no key comes more than once: another reader would take them for valid.
fn sound(mut trees: Vec<Value>, repeated: &[Repeated]) -> Vec<Value> {
    let odd: HashSet<usize> = repeated.iter().filter_map(Repeated::policy).collect();
    let mut index = 0..;
    trees.retain(|_| index.next().is_some_and(|index| !odd.contains(&index)));
    trees
}

/// `repeated` are the keys that come more than once in them.
pub(super) fn from_trees(policies: &[Value], repeated: &[Repeated]) -> Result<PolicySet, ParseError> {
    // A list of other things, or the first line of a file in the middle of being written, must not unload every
    // policy: only an empty list says that there are none.
    let has_id = |policy: &Value| policy.get("id").and_then(Value::as_str).is_some_and(|id| !id.is_empty());
    if !policies.is_empty() && !policies.iter().any(has_id) {
        return Err(ParseError::new("no entry of the list is a policy with an `id`"));
    }
    let mut set = PolicySet::default();
    // In the order of the document, and so of the policies.
    let mut repeated = repeated.iter().filter(|key| key.policy().is_some()).peekable();
    for (index, policy) in policies.iter().enumerate() {
        let report = Report::default();
        while let Some(key) = repeated.next_if(|key| key.policy() == Some(index)) {
            report.error("", key);
        }
        read_policy(policy, index, report, &mut set);
    }
    keep_the_later(&mut set);
    Ok(set)
}

/// JSON if it is that, else YAML. A text that looks like JSON and is neither gets JSON's error.
fn read_tree(text: &[u8]) -> Result<Tree, ParseError> {
    let json = match Tree::from_json(text) {
        Ok(tree) => return Ok(tree),
        Err(error) => ParseError::json(&error),
    };
    // YAML allows no deeper nesting, and takes its time, the square of the depth, before it says so.
    if json.problem.contains("recursion limit exceeded") {
        return Err(json);
    }
    if flow::is_too_deep(text) {
        return Err(ParseError::new("not YAML: its brackets nest too deep"));
    }
    Tree::from_yaml(text).map_err(|yaml| {
        let looks_like_json =
            text.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|b| b"{[".contains(b));
        if looks_like_json { json } else { ParseError::yaml(&yaml) }
    })
}

fn policies(tree: Value, warnings: &mut Vec<Warning>) -> Result<Vec<Value>, ParseError> {
    let list = match tree {
        Value::Null => return Err(nothing("the document holds nothing but perhaps comments")),
        Value::Object(mut members) => {
            let list = members.remove("policies");
            let unknown = members.keys().filter(|key| *key != "$schema");
            warnings.extend(unknown.map(|key| Warning {
                about: About::Document,
                remark: format!("unknown field `{key}` is ignored"),
            }));
            list.ok_or_else(|| ParseError::new("no `policies` in the document"))?
        }
        other => other,
    };
    match list {
        Value::Array(policies) => Ok(policies),
        Value::Null => Err(nothing("nothing stands behind `policies`")),
        other => Err(ParseError::new(format!("expected a list of policies, found {}", kind(&other)))),
    }
}

/// It may be the beginning of a file that is being written: that there are no policies must be said.
fn nothing(found: &str) -> ParseError {
    ParseError::new(format!("{found}: write `policies: []` to say that there are none"))
}

fn read_policy(value: &Value, index: usize, report: Report, set: &mut PolicySet) {
    let policy = Object::new(value, "", &report, &KNOWN).map(|object| (read_id(&object), read(&object)));
    let errors = report.errors.into_inner();
    let warnings = report.warnings.into_inner();
    let about = match &policy {
        Some((Some(id), _)) => About::Policy(id.clone()),
        _ => About::Nameless(index),
    };
    let warning = |remark| Warning { about: about.clone(), remark };
    set.warnings.extend(warnings.into_iter().map(warning));
    match policy {
        Some((Some(_), Some(policy))) if errors.is_empty() => set.policies.push(policy),
        // Nobody asked for a disabled policy: what is wrong with it can wait.
        Some((_, Some(Policy { enabled: false, .. }))) => {}
        Some((Some(id), _)) if !is_disabled(value) => set.rejected.push(Rejected { id, errors }),
        Some((Some(_), _)) => {}
        _ => set.warnings.push(warning(format!("the policy is ignored: {}", errors.join("; ")))),
    }
}

fn is_disabled(policy: &Value) -> bool {
    policy.get("enabled") == Some(&Value::Bool(false))
}

/// The later of two policies with one id wins, in the place of the earlier.
fn keep_the_later(set: &mut PolicySet) {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(set.policies.len());
    let mut kept: Vec<Policy> = Vec::with_capacity(set.policies.len());
    for policy in set.policies.drain(..) {
        match places.entry(policy.id.clone()) {
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(policy);
            }
            Entry::Occupied(place) => {
                let about = About::Policy(policy.id.clone());
                let remark = "a later policy has the same id and replaces it".to_owned();
                set.warnings.push(Warning { about, remark });
                kept[*place.get()] = policy;
            }
        }
    }
    set.policies = kept;
}

fn read_id(object: &Object<'_, '_>) -> Option<String> {
    if let Some(number @ Value::Number(_)) = object.get("id") {
        object.error("`id` is a number, expected a string");
        return Some(number.to_string());
    }
    let id = object.string("id").filter(|id| !id.is_empty());
    if id.is_none() {
        object.error("no id");
    }
    id.map(str::to_owned)
}

fn read(object: &Object<'_, '_>) -> Option<Policy> {
    let enabled = object.flag("enabled").unwrap_or(true);
    let name = object.string("name").unwrap_or_default().to_owned();
    let id = object.get("id")?.as_str()?.to_owned();
    let extensions = extension::read(object);
    Some(Policy { id, name, enabled, target: target::read(object)?, extensions })
}
