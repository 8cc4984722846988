//! The declaration of an attribute set and its validation.

use std::collections::HashMap;

use crate::metrics::{missing_brief, set_name_problem};
use crate::problem::{Part, Problem};
use crate::prometheus::{LABELS_RESERVED, prometheus_name};
use crate::stability::Promise;

/// An attribute set as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributesDeclaration {
    /// Name of the set.
    pub name: String,
    /// First paragraph of the doc comment.
    pub brief: String,
    /// The attributes in the order of declaration.
    pub attributes: Vec<AttributeDeclaration>,
}

/// One attribute as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeDeclaration {
    /// Name of the field.
    pub field: String,
    /// Full key, if the declaration overrides the derived one.
    pub key: Option<String>,
    /// First paragraph of the doc comment.
    pub brief: String,
    /// What the attribute promises.
    pub promise: Promise,
    /// Whether it is no attribute but another set, whose attributes stand in its place.
    pub is_flattened: bool,
}

impl AttributesDeclaration {
    /// Full key of an attribute of this set.
    pub fn full_key(&self, attribute: &AttributeDeclaration) -> String {
        attribute.key.clone().unwrap_or_else(|| format!("{}.{}", self.name, attribute.field))
    }

    /// All mistakes, in the order of declaration.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(set_name_problem(&self.name).map(|message| Problem::of_set(Part::Name, message)));
        if self.brief.is_empty() {
            problems.push(Problem::of_set(Part::Brief, missing_brief("attribute set")));
        }
        problems.extend(self.attributes.iter().enumerate().flat_map(|(index, attribute)| {
            let parts = self.attribute_problems(attribute);
            parts.into_iter().map(move |(part, message)| Problem::of_field(index, part, message))
        }));
        problems.extend(self.keys_taken());
        problems.sort_by_key(|problem| problem.place.field);
        problems
    }

    fn attribute_problems(&self, attribute: &AttributeDeclaration) -> Vec<(Part, String)> {
        if attribute.is_flattened {
            let message = "a flattened set has keys of its own: leave it out";
            let key = attribute.key.as_ref().map(|_| Part::Name);
            let given = key.into_iter().chain(attribute.promise.given());
            return given.map(|part| (part, message.to_owned())).collect();
        }
        let key = key_problems(&self.full_key(attribute)).into_iter().map(|message| (Part::Name, message));
        let brief = attribute.brief.is_empty().then(|| (Part::Brief, missing_brief("attribute")));
        key.chain(brief).chain(attribute.promise.problems()).collect()
    }

    /// Attributes that have the key of an earlier one, or that Prometheus could not tell from it.
    fn keys_taken(&self) -> Vec<Problem> {
        let mut seen = HashMap::new();
        let mut problems = Vec::new();
        let own = self.attributes.iter().enumerate().filter(|(_, attribute)| !attribute.is_flattened);
        for (index, attribute) in own {
            let key = self.full_key(attribute);
            let as_seen = (key.clone(), attribute.field.clone());
            if let Some((first, field)) = seen.insert(prometheus_name(&key), as_seen) {
                problems.push(Problem::of_field(index, Part::Name, taken(&key, &first, &field)));
            }
        }
        problems
    }
}

/// What is wrong with a key: its grammar, or that it is reserved.
pub(crate) fn key_problems(key: &str) -> Vec<String> {
    let label = prometheus_name(key);
    let own = LABELS_RESERVED.contains(&label.as_str());
    let own = own.then(|| format!("label `{label}` is Prometheus's own: give attribute `{key}` a namespace"));
    set_name_problem(key).into_iter().chain(own).collect()
}

fn taken(key: &str, first: &str, field: &str) -> String {
    if key == first {
        return format!("attribute `{key}` is already declared by field `{field}`");
    }
    format!("attribute `{key}` and `{first}` of field `{field}` would be one label in Prometheus")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(field: &str, key: Option<&str>) -> AttributeDeclaration {
        AttributeDeclaration {
            field: field.to_owned(),
            key: key.map(str::to_owned),
            brief: "Brief.".to_owned(),
            promise: Promise::default(),
            is_flattened: false,
        }
    }

    #[test]
    fn keys_default_to_the_set_name_and_the_field() {
        let set = AttributesDeclaration {
            name: "edge.route".to_owned(),
            brief: "Brief.".to_owned(),
            attributes: vec![attribute("template", None)],
        };
        assert_eq!(set.full_key(&set.attributes[0]), "edge.route.template");
        assert_eq!(set.problems(), []);
    }

    #[test]
    fn duplicate_and_malformed_keys_are_said() {
        let set = AttributesDeclaration {
            name: "edge.route".to_owned(),
            brief: String::new(),
            attributes: vec![
                attribute("a", Some("x.y")),
                attribute("b", Some("x.y")),
                attribute("c", Some("X")),
            ],
        };
        let places: Vec<_> = set.problems().iter().map(|problem| problem.place.field).collect();
        assert_eq!(places, [None, Some(1), Some(2)]);
    }

    #[test]
    fn keys_that_prometheus_cannot_tell_apart_or_needs_itself_are_said() {
        let attributes = [("a", "x.y"), ("b", "x_y"), ("c", "le"), ("d", "quantile"), ("e", "x.le")];
        let set = AttributesDeclaration {
            name: "edge.route".to_owned(),
            brief: "Brief.".to_owned(),
            attributes: attributes.map(|(field, key)| attribute(field, Some(key))).into(),
        };
        let places: Vec<_> = set.problems().iter().map(|problem| problem.place.field).collect();
        assert_eq!(places, [Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn a_flattened_set_needs_no_words_and_takes_none() {
        let flat = AttributeDeclaration { brief: String::new(), is_flattened: true, ..attribute("a", None) };
        let promise = Promise { stability: Some("stable".to_owned()), deprecated: None };
        let wordy = AttributeDeclaration { key: Some("x.y".to_owned()), promise, ..flat.clone() };
        let set = AttributesDeclaration {
            name: "edge.route".to_owned(),
            brief: "Brief.".to_owned(),
            attributes: vec![flat, attribute("b", Some("x.y")), wordy],
        };
        let places: Vec<_> = set.problems().iter().map(|it| (it.place.field, it.place.part)).collect();
        assert_eq!(places, [(Some(2), Part::Name), (Some(2), Part::Stability)]);
    }
}
