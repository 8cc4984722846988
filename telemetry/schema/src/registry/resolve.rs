//! References followed: which attributes a signal has in the end.

use std::collections::HashMap;

use super::attribute::{
    AttributeDef, AttributeGroup, AttributeRef, AttributeType, AttributeUse, Requirement,
};
use super::deprecated::Deprecated;
use super::model::Registry;
use super::word::Stability;

/// Finds what references refer to.
#[derive(Debug)]
pub struct Resolver<'a> {
    attributes: HashMap<&'a str, &'a AttributeDef>,
    groups: HashMap<&'a str, &'a AttributeGroup>,
}

/// An attribute as a signal has it.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedAttribute {
    /// Full key.
    pub key: String,
    /// What it holds here.
    pub kind: AttributeType,
    /// What it means here.
    pub brief: String,
    /// What else there is to know.
    pub note: Option<String>,
    /// How much it may still change here.
    pub stability: Stability,
    /// Why it should not be used here.
    pub deprecated: Option<Deprecated>,
    /// How many different texts are told apart at most.
    pub values_max: Option<u32>,
    /// Whether it is always there.
    pub requirement: Requirement,
    /// Given with each recording, not at registration.
    pub varying: bool,
}

impl ResolvedAttribute {
    /// Whether it is always there.
    pub fn is_required(&self) -> bool {
        self.requirement == Requirement::Required
    }
}

impl<'a> Resolver<'a> {
    /// Knows every definition of a registry. Of several with one name the first counts.
    pub fn new(registry: &'a Registry) -> Self {
        let mut resolver = Self { attributes: HashMap::new(), groups: HashMap::new() };
        for file in &registry.files {
            for attribute in &file.attributes {
                resolver.attributes.entry(&attribute.key).or_insert(attribute);
            }
            for group in &file.attribute_groups {
                resolver.groups.entry(&group.id).or_insert(group);
            }
        }
        resolver
    }

    /// The definition of an attribute.
    pub fn attribute(&self, key: &str) -> Option<&'a AttributeDef> {
        self.attributes.get(key).copied()
    }

    /// The group of an id.
    pub fn group(&self, id: &str) -> Option<&'a AttributeGroup> {
        self.groups.get(id).copied()
    }

    /// Every key, by name.
    pub fn keys(&self) -> impl Iterator<Item = &'a str> {
        let mut keys: Vec<&str> = self.attributes.keys().copied().collect();
        keys.sort_unstable();
        keys.into_iter()
    }

    /// All attributes, groups dissolved. What refers to nothing is left out; of several uses of one key the last
    /// counts.
    pub fn attributes_of(&self, uses: &[AttributeUse]) -> Vec<ResolvedAttribute> {
        let mut resolved = Vec::new();
        self.collect(uses, &mut Vec::new(), &mut resolved);
        resolved
    }

    fn collect<'u>(
        &self,
        uses: &'u [AttributeUse],
        path: &mut Vec<&'u str>,
        into: &mut Vec<ResolvedAttribute>,
    ) where
        'a: 'u,
    {
        for used in uses {
            match used {
                AttributeUse::Ref(reference) => {
                    let Some(definition) = self.attribute(&reference.key) else { continue };
                    let attribute = resolve(definition, reference);
                    match into.iter_mut().find(|other| other.key == attribute.key) {
                        Some(other) => *other = attribute,
                        None => into.push(attribute),
                    }
                }
                AttributeUse::Group(id) if !path.contains(&id.as_str()) => {
                    let Some(group) = self.group(id) else { continue };
                    path.push(id);
                    self.collect(&group.attributes, path, into);
                    path.pop();
                }
                // A group within itself adds nothing.
                AttributeUse::Group(_) => {}
            }
        }
    }
}

fn resolve(definition: &AttributeDef, reference: &AttributeRef) -> ResolvedAttribute {
    ResolvedAttribute {
        key: definition.key.clone(),
        kind: kind_here(&definition.kind, reference),
        brief: reference.brief.clone().unwrap_or_else(|| definition.brief.clone()),
        note: reference.note.clone().or_else(|| definition.note.clone()),
        stability: reference.stability.unwrap_or(definition.stability),
        deprecated: reference.deprecated.clone().or_else(|| definition.deprecated.clone()),
        values_max: reference.values_max.or(definition.values_max),
        requirement: reference.requirement.clone().unwrap_or(Requirement::Recommended(None)),
        varying: reference.varying,
    }
}

fn kind_here(kind: &AttributeType, reference: &AttributeRef) -> AttributeType {
    match (kind, &reference.members) {
        (AttributeType::Enum(all), Some(ids)) => {
            let of_id = |id: &String| all.iter().find(|member| member.id == *id).cloned();
            AttributeType::Enum(ids.iter().filter_map(of_id).collect())
        }
        (kind, _) => kind.clone(),
    }
}
