//! Changes of attributes, and of which attributes a signal has.

use super::renames::{Named, pair};
use super::{Changes, Common};
use crate::registry::attribute::{AttributeDef, AttributeType, AttributeUse, EnumMember};
use crate::registry::deprecated::Deprecated;
use crate::registry::resolve::ResolvedAttribute;

impl Named for AttributeDef {
    const KIND: &'static str = "attribute";

    fn name(&self) -> &str {
        &self.key
    }

    fn deprecated(&self) -> Option<&Deprecated> {
        self.deprecated.as_ref()
    }

    fn resembles(&self, other: &Self) -> bool {
        self.brief == other.brief && self.kind == other.kind
    }
}

pub(super) fn diff(old: &[&AttributeDef], new: &[&AttributeDef], changes: &mut Changes<'_>) {
    let pairs = pair(old, new);
    super::signals::comings_and_goings(&pairs, changes);
    for (old, new) in pairs.kept {
        let subject = subject(&old.key);
        changes.common(&subject, &common(old), &common(new));
        diff_types(&subject, &old.kind, &new.kind, changes);
        if old.values_max != new.values_max {
            changes.compatible(&subject, "the number of values that are told apart changed");
        }
    }
}

fn subject(key: &str) -> String {
    format!("attribute `{key}`")
}

fn common(attribute: &AttributeDef) -> Common<'_> {
    Common {
        brief: &attribute.brief,
        stability: attribute.stability,
        is_deprecated: attribute.deprecated.is_some(),
    }
}

fn diff_types(subject: &str, old: &AttributeType, new: &AttributeType, changes: &mut Changes<'_>) {
    match (old, new) {
        (AttributeType::Enum(old), AttributeType::Enum(new)) => diff_members(subject, old, new, changes),
        (old, new) => changes.changed(subject, "type", &old.to_string(), &new.to_string()),
    }
}

/// Members by their values: nobody who uses what is emitted ever sees an id.
fn diff_members(subject: &str, old: &[EnumMember], new: &[EnumMember], changes: &mut Changes<'_>) {
    let lacks = |members: &[EnumMember], sought: &EnumMember| {
        !members.iter().any(|member| member.value == sought.value)
    };
    for member in old.iter().filter(|member| lacks(new, member)) {
        changes.breaking(subject, format!("member `{}` removed", member.value));
    }
    for member in new.iter().filter(|member| lacks(old, member)) {
        changes.compatible(subject, format!("member `{}` added", member.value));
    }
}

/// Changes of which attributes a signal has.
pub(super) fn diff_uses(
    subject: &str,
    old: &[AttributeUse],
    new: &[AttributeUse],
    changes: &mut Changes<'_>,
) {
    let (old, new) = (changes.old.attributes_of(old), changes.new.attributes_of(new));
    for gone in old.iter().filter(|attribute| !has(&new, attribute)) {
        let message = format!("{} attribute `{}` removed", level(gone), gone.key);
        if gone.is_required() {
            changes.breaking(subject, message);
        } else {
            changes.compatible(subject, message);
        }
    }
    for come in new.iter().filter(|attribute| !has(&old, attribute)) {
        let message = format!("{} attribute `{}` added", level(come), come.key);
        if come.is_required() {
            changes.breaking(subject, message);
        } else {
            changes.compatible(subject, message);
        }
    }
    for before in &old {
        let Some(after) = new.iter().find(|after| after.key == before.key) else { continue };
        match (before.is_required(), after.is_required()) {
            (true, false) => {
                changes.breaking(subject, format!("attribute `{}` is no longer required", before.key));
            }
            (false, true) => {
                changes.compatible(subject, format!("attribute `{}` is now required", before.key));
            }
            _ => {}
        }
    }
}

fn has(attributes: &[ResolvedAttribute], sought: &ResolvedAttribute) -> bool {
    attributes.iter().any(|attribute| attribute.key == sought.key)
}

fn level(attribute: &ResolvedAttribute) -> &'static str {
    if attribute.is_required() { "required" } else { "optional" }
}
