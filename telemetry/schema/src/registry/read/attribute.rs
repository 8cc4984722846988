//! Reading attributes, groups and references.

use serde_yaml_ng::Value;

use super::node::{Fields, Node, unknown_word};
use super::{annotation, deprecated, examples, literal, stability};
use crate::registry::annotation as key;
use crate::registry::attribute::{
    AttributeDef, AttributeGroup, AttributeRef, AttributeType, AttributeUse, EnumMember, Requirement,
    Visibility,
};
use crate::registry::literal::Literal;
use crate::registry::word::{PlainType, Word};

pub(super) fn attribute(node: Node<'_>) -> AttributeDef {
    let known = ["key", "type", "brief", "note", "stability", "deprecated", "examples", "annotations"];
    let fields = node.fields(&known);
    let own = annotation(&fields, &[key::VALUES_MAX]);
    AttributeDef {
        key: fields.text("key"),
        kind: fields
            .required("type")
            .and_then(attribute_type)
            .unwrap_or(AttributeType::Plain(PlainType::Any)),
        brief: fields.text("brief"),
        note: fields.optional_text("note"),
        stability: stability(&fields),
        deprecated: deprecated(&fields),
        examples: examples(&fields),
        values_max: own.and_then(|own| own.get(key::VALUES_MAX)?.count()),
    }
}

fn attribute_type(node: Node<'_>) -> Option<AttributeType> {
    if let Value::Mapping(_) = node.value() {
        let fields = node.fields(&["members"]);
        fields.required("members")?;
        return Some(AttributeType::Enum(fields.list("members", member)));
    }
    let text = node.text()?;
    let kind = type_of(&text);
    if kind.is_none() {
        let plain = PlainType::ALL.iter().map(|word| word.as_str());
        let known: Vec<&str> = plain.chain(["string[]", "template[string]", "members"]).collect();
        node.problem(unknown_word(&text, &known));
    }
    kind
}

fn type_of(text: &str) -> Option<AttributeType> {
    let template = text.strip_prefix("template[").and_then(|rest| rest.strip_suffix(']'));
    let (element, is_template) = template.map_or((text, false), |element| (element, true));
    let (word, is_list) = element.strip_suffix("[]").map_or((element, false), |word| (word, true));
    let plain = PlainType::from_word(word)?;
    Some(match (is_template, is_list) {
        (false, false) => AttributeType::Plain(plain),
        // The format has no list of anything.
        (_, true) if plain == PlainType::Any => return None,
        (false, true) => AttributeType::List(plain),
        (true, false) => AttributeType::Template(plain),
        (true, true) => AttributeType::TemplateList(plain),
    })
}

fn member(node: Node<'_>) -> EnumMember {
    let fields = node.fields(&["id", "value", "brief", "note", "stability", "deprecated", "annotations"]);
    let id = fields.text("id");
    EnumMember {
        value: fields.get("value").and_then(|node| literal(&node)).unwrap_or_else(|| Literal::text(&id)),
        id,
        brief: fields.optional_text("brief"),
        note: fields.optional_text("note"),
        stability: fields.word("stability"),
        deprecated: deprecated(&fields),
    }
}

pub(super) fn group(node: Node<'_>) -> AttributeGroup {
    let known = ["id", "visibility", "brief", "note", "stability", "deprecated", "annotations", "attributes"];
    let fields = node.fields(&known);
    AttributeGroup { id: fields.text("id"), visibility: visibility(&fields), attributes: uses(&fields) }
}

fn visibility(fields: &Fields<'_>) -> Visibility {
    let text = fields.text("visibility");
    if text == "internal" {
        for key in ["brief", "note", "stability", "deprecated", "annotations"] {
            if fields.get(key).is_some() {
                fields.problem(format!("an internal group has no `{key}`: make it public or leave it out"));
            }
        }
        return Visibility::Internal;
    }
    if text != "public" && !text.is_empty() {
        fields.problem(format!("visibility: {}", unknown_word(&text, &["public", "internal"])));
    }
    Visibility::Public {
        brief: fields.text("brief"),
        note: fields.optional_text("note"),
        stability: stability(fields),
        deprecated: deprecated(fields),
        metric_set: annotation(fields, &[key::METRIC_SET]).and_then(|own| own.optional_text(key::METRIC_SET)),
    }
}

pub(super) fn uses(fields: &Fields<'_>) -> Vec<AttributeUse> {
    fields.list("attributes", attribute_use)
}

fn attribute_use(node: Node<'_>) -> AttributeUse {
    let known = [
        "ref",
        "ref_group",
        "requirement_level",
        "brief",
        "note",
        "stability",
        "deprecated",
        "examples",
        "annotations",
        "sampling_relevant",
    ];
    let fields = node.fields(&known);
    if let Some(group) = fields.get("ref_group") {
        if fields.get("ref").is_some() {
            fields.problem("write either `ref` or `ref_group`");
        }
        return AttributeUse::Group(group.text().unwrap_or_default());
    }
    AttributeUse::Ref(attribute_ref(&fields))
}

fn attribute_ref(fields: &Fields<'_>) -> AttributeRef {
    let own = annotation(fields, &[key::VARYING, key::VALUES_MAX, key::MEMBERS]);
    let own = own.as_ref();
    let id = |node: Node<'_>| node.text().unwrap_or_default();
    AttributeRef {
        key: fields.text("ref"),
        requirement: fields.get("requirement_level").and_then(requirement),
        brief: fields.optional_text("brief"),
        note: fields.optional_text("note"),
        stability: fields.word("stability"),
        deprecated: deprecated(fields),
        examples: examples(fields),
        varying: own.is_some_and(|own| own.flag(key::VARYING)),
        values_max: own.and_then(|own| own.get(key::VALUES_MAX)?.count()),
        members: own.and_then(|own| own.get(key::MEMBERS).map(|_| own.list(key::MEMBERS, id))),
    }
}

fn requirement(node: Node<'_>) -> Option<Requirement> {
    const LEVELS: [&str; 4] = ["required", "conditionally_required", "recommended", "opt_in"];
    if let Value::Mapping(_) = node.value() {
        let fields = node.fields(&LEVELS[1..]);
        return fields
            .optional_text("conditionally_required")
            .map(Requirement::ConditionallyRequired)
            .or_else(|| fields.optional_text("recommended").map(|why| Requirement::Recommended(Some(why))))
            .or_else(|| fields.optional_text("opt_in").map(|why| Requirement::OptIn(Some(why))));
    }
    Some(match node.text()?.as_str() {
        "required" => Requirement::Required,
        "recommended" => Requirement::Recommended(None),
        "opt_in" => Requirement::OptIn(None),
        "conditionally_required" => {
            node.problem("write the condition: `conditionally_required: if ...`");
            return None;
        }
        other => {
            node.problem(unknown_word(other, &LEVELS));
            return None;
        }
    })
}
