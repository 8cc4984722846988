//! The declaration of an attribute set and its validation.

use std::collections::HashMap;

use crate::metrics::{missing_brief, set_name_problem};
use crate::problem::{Part, Problem};
use crate::prometheus::{LABELS_RESERVED, prometheus_name};

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
        let mut seen = HashMap::new();
        for (index, attribute) in self.attributes.iter().enumerate() {
            let key = self.full_key(attribute);
            problems
                .extend(set_name_problem(&key).map(|message| Problem::of_field(index, Part::Name, message)));
            if attribute.brief.is_empty() {
                problems.push(Problem::of_field(index, Part::Brief, missing_brief("attribute")));
            }
            let label = prometheus_name(&key);
            if LABELS_RESERVED.contains(&label.as_str()) {
                let message =
                    format!("label `{label}` is Prometheus's own: give attribute `{key}` a namespace");
                problems.push(Problem::of_field(index, Part::Name, message));
            }
            if let Some((first, field)) = seen.insert(label, (key.clone(), attribute.field.clone())) {
                problems.push(Problem::of_field(index, Part::Name, taken(&key, &first, &field)));
            }
        }
        problems
    }
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
}
