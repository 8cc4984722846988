//! Lints of attributes, groups and references.

use std::collections::{HashMap, HashSet};

use super::{Lints, Taken};
use crate::metrics::set_name_problem;
use crate::prometheus::{LABELS_RESERVED, prometheus_name};
use crate::registry::attribute::{
    AttributeDef, AttributeGroup, AttributeRef, AttributeType, AttributeUse, EnumMember, Visibility,
};
use crate::registry::deprecated::Deprecated;
use crate::registry::literal::Literal;
use crate::registry::model::RegistryFile;
use crate::registry::word::PlainType;
use crate::suggestion::nearest;

pub(super) fn check(files: &[RegistryFile], lints: &mut Lints<'_>) {
    let mut keys = Taken::default();
    let mut ids = Taken::default();
    let known: Vec<&str> =
        files.iter().flat_map(|file| &file.attributes).map(|one| one.key.as_str()).collect();
    for file in files {
        for (index, attribute) in file.attributes.iter().enumerate() {
            let place = format!("attributes[{index}]");
            if let Some(first) = keys.take(&attribute.key, file, &place) {
                let message =
                    format!("attribute `{}` is already defined ({first}): refer to that", attribute.key);
                lints.problem(file, format!("{place}.key"), message);
            }
            check_attribute(file, &place, attribute, lints);
            renamed_to(file, &place, attribute.deprecated.as_ref(), "attribute", &known, lints);
        }
        for (index, group) in file.attribute_groups.iter().enumerate() {
            let place = format!("attribute_groups[{index}]");
            if let Some(first) = ids.take(&group.id, file, &place) {
                lints.problem(
                    file,
                    format!("{place}.id"),
                    format!("group `{}` is already defined ({first})", group.id),
                );
            }
            check_group(file, &place, group, lints);
        }
    }
}

fn check_attribute(file: &RegistryFile, place: &str, attribute: &AttributeDef, lints: &mut Lints<'_>) {
    let key = &attribute.key;
    if let Some(message) = set_name_problem(key) {
        lints.problem(file, format!("{place}.key"), message);
    }
    let label = prometheus_name(key);
    if LABELS_RESERVED.contains(&label.as_str()) {
        let message = format!("label `{label}` is Prometheus's own: give attribute `{key}` a namespace");
        lints.problem(file, format!("{place}.key"), message);
    }
    lints.brief(file, place, "attribute", &attribute.brief);
    if let AttributeType::Enum(members) = &attribute.kind {
        check_members(file, place, members, lints);
    }
    for (index, example) in attribute.examples.iter().enumerate() {
        if !fits(example, &attribute.kind) {
            let message = format!("example `{example}` is no value of attribute `{key}`");
            lints.problem(file, format!("{place}.examples[{index}]"), message);
        }
    }
    if attribute.values_max.is_some() && attribute.kind != AttributeType::Plain(PlainType::String) {
        lints.problem(
            file,
            format!("{place}.annotations"),
            "only the values of a `string` have a `values_max`",
        );
    }
}

fn check_members(file: &RegistryFile, place: &str, members: &[EnumMember], lints: &mut Lints<'_>) {
    let place = format!("{place}.type.members");
    if members.is_empty() {
        lints.problem(file, &place, "an enum needs at least one member");
    }
    let mut ids = HashSet::new();
    let mut values = HashSet::new();
    for (index, member) in members.iter().enumerate() {
        let value = &member.value;
        if !ids.insert(&member.id) {
            lints.problem(
                file,
                format!("{place}[{index}].id"),
                format!("there are two members `{}`", member.id),
            );
        }
        if !values.insert(value.to_string()) {
            lints.problem(
                file,
                format!("{place}[{index}].value"),
                format!("there are two members of value `{value}`"),
            );
        }
        if *value == Literal::text("") {
            lints.problem(
                file,
                format!("{place}[{index}].value"),
                "a value is empty: for Prometheus that is no label",
            );
        }
    }
}

fn fits(example: &Literal, kind: &AttributeType) -> bool {
    let (AttributeType::Plain(plain)
    | AttributeType::List(plain)
    | AttributeType::Template(plain)
    | AttributeType::TemplateList(plain)) = kind
    else {
        return true;
    };
    match plain {
        PlainType::Any => true,
        PlainType::String => matches!(example, Literal::Text(_)),
        PlainType::Int => matches!(example, Literal::Int(_)),
        PlainType::Double => matches!(example, Literal::Double(_) | Literal::Int(_)),
        PlainType::Boolean => matches!(example, Literal::Bool(_)),
    }
}

fn check_group(file: &RegistryFile, place: &str, group: &AttributeGroup, lints: &mut Lints<'_>) {
    if let Some(message) = set_name_problem(&group.id) {
        lints.problem(file, format!("{place}.id"), message);
    }
    if let Visibility::Public { brief, metric_set, .. } = &group.visibility {
        lints.brief(file, place, "group", brief);
        if let Some(message) = metric_set.as_deref().and_then(set_name_problem) {
            lints.problem(file, format!("{place}.annotations"), message);
        }
    }
    if contains(group, &group.id, lints, &mut HashSet::new()) {
        lints.problem(file, format!("{place}.attributes"), format!("group `{}` contains itself", group.id));
    }
    check_uses(file, place, &group.attributes, lints);
}

/// Whether a group refers to the group of an id, itself or through others.
fn contains<'a>(group: &'a AttributeGroup, id: &str, lints: &Lints<'a>, seen: &mut HashSet<&'a str>) -> bool {
    group.attributes.iter().any(|used| match used {
        AttributeUse::Group(inner) if inner == id => true,
        AttributeUse::Group(inner) if seen.insert(inner) => {
            lints.resolver.group(inner).is_some_and(|group| contains(group, id, lints, seen))
        }
        _ => false,
    })
}

/// References that refer to nothing, and attributes that cannot be told apart.
pub(super) fn check_uses(file: &RegistryFile, place: &str, uses: &[AttributeUse], lints: &mut Lints<'_>) {
    let mut keys = HashSet::new();
    for (index, used) in uses.iter().enumerate() {
        let place = format!("{place}.attributes[{index}]");
        match used {
            AttributeUse::Group(id) if lints.resolver.group(id).is_none() => {
                lints.problem(file, format!("{place}.ref_group"), format!("there is no group `{id}`"));
            }
            AttributeUse::Group(_) => {}
            AttributeUse::Ref(reference) => {
                if !keys.insert(&reference.key) {
                    let message = format!("attribute `{}` is referred to twice", reference.key);
                    lints.problem(file, format!("{place}.ref"), message);
                }
                check_reference(file, &place, reference, lints);
            }
        }
    }
    check_labels(file, place, uses, lints);
}

fn check_reference(file: &RegistryFile, place: &str, reference: &AttributeRef, lints: &mut Lints<'_>) {
    let key = &reference.key;
    let Some(definition) = lints.resolver.attribute(key) else {
        let known: Vec<&str> = lints.resolver.keys().collect();
        let hint = nearest(key, &known).map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
        lints.problem(file, format!("{place}.ref"), format!("there is no attribute `{key}`{hint}"));
        return;
    };
    let is_enum = matches!(definition.kind, AttributeType::Enum(_));
    if reference.varying && !is_enum {
        let message = format!("attribute `{key}` varies by recording, so it must be an enum");
        lints.problem(file, format!("{place}.annotations"), message);
    }
    if reference.values_max.is_some() && definition.kind != AttributeType::Plain(PlainType::String) {
        lints.problem(
            file,
            format!("{place}.annotations"),
            "only the values of a `string` have a `values_max`",
        );
    }
    let AttributeType::Enum(members) = &definition.kind else {
        if reference.members.is_some() {
            lints.problem(file, format!("{place}.annotations"), "only an enum has `members`");
        }
        return;
    };
    for id in reference.members.iter().flatten() {
        if !members.iter().any(|member| member.id == *id) {
            lints.problem(
                file,
                format!("{place}.annotations"),
                format!("attribute `{key}` has no member `{id}`"),
            );
        }
    }
}

/// Attributes of one signal that would be one label in Prometheus.
fn check_labels(file: &RegistryFile, place: &str, uses: &[AttributeUse], lints: &mut Lints<'_>) {
    let mut labels: HashMap<String, String> = HashMap::new();
    for attribute in lints.resolver.attributes_of(uses) {
        let label = prometheus_name(&attribute.key);
        if let Some(first) = labels.insert(label, attribute.key.clone()) {
            let message =
                format!("attributes `{first}` and `{}` would be one label in Prometheus", attribute.key);
            lints.problem(file, format!("{place}.attributes"), message);
        }
    }
}

/// A name that something is said to have now, and that nothing has.
pub(super) fn renamed_to(
    file: &RegistryFile,
    place: &str,
    deprecated: Option<&Deprecated>,
    what: &str,
    known: &[&str],
    lints: &mut Lints<'_>,
) {
    let Some(name) = deprecated.and_then(Deprecated::renamed_to) else { return };
    if !known.contains(&name) {
        let hint = nearest(name, known).map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
        lints.problem(file, format!("{place}.deprecated"), format!("there is no {what} `{name}`{hint}"));
    }
}
