//! Attribute sets, enums, and the fields of events and spans.

use super::names::{Names, is_plain_value};
use super::source::Arguments;
use super::{At, EnumType, Field, Generator, is_sdks_own};
use crate::registry::attribute::{AttributeGroup, AttributeType, AttributeUse, EnumMember};
use crate::registry::literal::Literal;
use crate::registry::model::RegistryFile;
use crate::registry::resolve::ResolvedAttribute;
use crate::registry::word::PlainType;

impl Generator<'_> {
    pub(super) fn attribute_sets(&mut self, files: &[RegistryFile]) {
        let is_set = |group: &AttributeGroup| group.metric_set().is_none() && !is_sdks_own(&group.id);
        // Named before any is written, because a set may contain one that comes later.
        for group in files.iter().flat_map(|file| &file.attribute_groups).filter(|group| is_set(group)) {
            let name = self.types.of_type(&group.id, "Attributes");
            self.sets.insert(group.id.clone(), name);
        }
        for file in files {
            for (index, group) in file.attribute_groups.iter().enumerate() {
                if is_set(group) {
                    let place = format!("attribute_groups[{index}]");
                    self.attribute_group(At { file, place: &place }, group);
                }
            }
        }
    }

    fn attribute_group(&mut self, at: At<'_>, group: &AttributeGroup) {
        let brief = match group.brief() {
            "" => format!("Attributes that others have in common: `{}`.", group.id),
            brief => brief.to_owned(),
        };
        let name = self.sets[&group.id].clone();
        self.attribute_set(at, &name, &group.id, &brief, &group.attributes);
    }

    /// Writes an attribute set with a field for each use; a group becomes a field that is flattened.
    pub(super) fn attribute_set(
        &mut self,
        at: At<'_>,
        name: &str,
        id: &str,
        brief: &str,
        uses: &[AttributeUse],
    ) {
        let mut names = Names::default();
        let mut fields = Vec::new();
        for used in uses {
            if let AttributeUse::Group(group) = used
                && let Some(ty) = self.sets.get(group).cloned()
            {
                fields.push(flattened(group, ty, &mut names));
                continue;
            }
            for attribute in self.resolver.attributes_of(std::slice::from_ref(used)) {
                let Some(ty) = self.owned_type(at, &attribute) else { continue };
                fields.push(field(&attribute, ty, id, &mut names));
            }
        }
        self.source.import("attribute_set");
        self.source.item(brief, None);
        let helper = Arguments::default().text("name", id).helper("", "attribute_set");
        self.write_struct(helper, name, &fields);
    }

    fn owned_type(&mut self, at: At<'_>, attribute: &ResolvedAttribute) -> Option<String> {
        if let (AttributeType::Plain(PlainType::String), Some(max)) = (&attribute.kind, attribute.values_max)
        {
            self.source.import("Open");
            return Some(format!("Open<{max}>"));
        }
        self.value_type(at, attribute, "String")
    }

    /// The fields of an event or a span, which borrow their texts.
    pub(super) fn borrowed_fields(&mut self, at: At<'_>, attributes: &[ResolvedAttribute]) -> Vec<Field> {
        let mut names = Names::default();
        let mut fields = Vec::new();
        for attribute in attributes {
            let Some(ty) = self.borrowed_type(at, attribute) else { continue };
            let ty = if attribute.is_required() { ty } else { format!("Option<{ty}>") };
            // A field of an event always has its key: there is no set to derive it from.
            fields.push(field(attribute, ty, "", &mut names));
        }
        fields
    }

    fn borrowed_type(&mut self, at: At<'_>, attribute: &ResolvedAttribute) -> Option<String> {
        if attribute.kind == AttributeType::Plain(PlainType::Any) {
            self.source.import("logs::EventValue");
            return Some("EventValue<'a>".to_owned());
        }
        self.value_type(at, attribute, "&'a str")
    }

    fn value_type(&mut self, at: At<'_>, attribute: &ResolvedAttribute, text: &str) -> Option<String> {
        let ty = match &attribute.kind {
            AttributeType::Plain(PlainType::String) => text,
            AttributeType::Plain(PlainType::Int) => "i64",
            AttributeType::Plain(PlainType::Double) => "f64",
            AttributeType::Plain(PlainType::Boolean) => "bool",
            AttributeType::Enum(members) => return self.enum_type(at, attribute, members),
            other => {
                let message = format!("attribute `{}` is `{other}`, which no declaration has", attribute.key);
                self.problem(at, message);
                return None;
            }
        };
        Some(ty.to_owned())
    }

    /// The enum of an attribute, written at its first use.
    pub(super) fn enum_type(
        &mut self,
        at: At<'_>,
        attribute: &ResolvedAttribute,
        members: &[EnumMember],
    ) -> Option<String> {
        let words: Option<Vec<&str>> = members.iter().map(word).collect();
        let Some(words) = words else {
            let message =
                format!("attribute `{}` has members that are no text, which no enum has", attribute.key);
            self.problem(at, message);
            return None;
        };
        let is_it = |known: &&EnumType| {
            known.key == attribute.key && known.members == members && known.brief == attribute.brief
        };
        if let Some(known) = self.enums.iter().find(is_it) {
            return Some(known.name.clone());
        }
        let name = self.types.of_type(&attribute.key, "");
        self.enums.push(EnumType {
            key: attribute.key.clone(),
            brief: attribute.brief.clone(),
            members: members.to_vec(),
            name: name.clone(),
        });
        self.write_enum(&name, attribute, members, &words);
        Some(name)
    }

    fn write_enum(
        &mut self,
        name: &str,
        attribute: &ResolvedAttribute,
        members: &[EnumMember],
        words: &[&str],
    ) {
        self.source.import("AttributeValue");
        self.source.item(&attribute.brief, attribute.note.as_deref());
        self.source.line("#[derive(AttributeValue, Clone, Copy, Debug, PartialEq, Eq)]");
        let arguments = Arguments::default().text("key", &attribute.key);
        let promised = arguments.promises(attribute.stability, attribute.deprecated.as_ref());
        self.source.line(&promised.helper("", "attribute").expect("the key is an argument"));
        self.source.line(&format!("pub enum {name} {{"));
        let mut names = Names::default();
        for (member, word) in members.iter().zip(words) {
            let variant = names.of_type(&member.id, "");
            if let Some(brief) = &member.brief {
                self.source.doc("    ", brief, member.note.as_deref());
            }
            if !is_plain_value(word, &variant) {
                self.source.line(&format!("    #[attribute(value = {word:?})]"));
            }
            self.source.line(&format!("    {variant},"));
        }
        self.source.line("}");
    }
}

fn word(member: &EnumMember) -> Option<&str> {
    match &member.value {
        Literal::Text(word) => Some(word),
        _ => None,
    }
}

fn flattened(group: &str, ty: String, names: &mut Names) -> Field {
    Field {
        brief: format!("Those of `{group}`."),
        note: None,
        helper: Some("    #[attribute(flatten)]".to_owned()),
        name: names.of_field(group, ""),
        ty,
    }
}

fn field(attribute: &ResolvedAttribute, ty: String, set: &str, names: &mut Names) -> Field {
    let name = names.of_field(&attribute.key, set);
    let is_derived = format!("{set}.{name}") == attribute.key;
    let key = (!is_derived).then_some(attribute.key.as_str());
    let arguments = Arguments::default()
        .some_text("key", key)
        .promises(attribute.stability, attribute.deprecated.as_ref());
    Field {
        brief: attribute.brief.clone(),
        note: attribute.note.clone(),
        helper: arguments.helper("    ", "attribute"),
        name,
        ty,
    }
}
