//! A registry from what declarations say, set by set.

use std::collections::{BTreeMap, HashMap};

use super::attribute::{
    AttributeDef, AttributeGroup, AttributeRef, AttributeType, AttributeUse, EnumMember, Requirement,
    Visibility,
};
use super::model::{Manifest, Registry, RegistryFile};
use super::signal::{EventDef, MetricDef, SpanDef};
use super::word::Stability;

/// An attribute as one set, event or span declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclaredAttribute {
    /// What is declared of it.
    pub definition: AttributeDef,
    /// Whether it is always there.
    pub requirement: Requirement,
}

impl DeclaredAttribute {
    /// One that is always there.
    pub fn required(definition: AttributeDef) -> Self {
        Self { definition, requirement: Requirement::Required }
    }

    /// One that may be missing.
    pub fn optional(definition: AttributeDef) -> Self {
        Self { definition, requirement: Requirement::Recommended(None) }
    }
}

/// A metric set as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricSet {
    /// Name of the set.
    pub name: String,
    /// What it is about.
    pub brief: String,
    /// Name of the attribute set given at registration.
    pub attributes: Option<String>,
    /// Attributes given with each recording.
    pub varying: Vec<AttributeDef>,
    /// Its metrics, without attributes.
    pub metrics: Vec<MetricDef>,
}

/// Collects declarations. The order in which they come does not matter.
#[derive(Debug)]
pub struct RegistryBuilder {
    manifest: Manifest,
    attribute_sets: BTreeMap<String, (String, Vec<DeclaredAttribute>)>,
    /// Sets can share a name, as two crates can declare what adds up.
    metric_sets: BTreeMap<String, Vec<MetricSet>>,
    events: BTreeMap<String, (EventDef, Vec<DeclaredAttribute>)>,
    spans: BTreeMap<String, (SpanDef, Vec<DeclaredAttribute>)>,
}

impl RegistryBuilder {
    /// A registry without definitions.
    pub fn new(manifest: Manifest) -> Self {
        Self {
            manifest,
            attribute_sets: BTreeMap::new(),
            metric_sets: BTreeMap::new(),
            events: BTreeMap::new(),
            spans: BTreeMap::new(),
        }
    }

    /// Adds an attribute set; the same one may come several times.
    pub fn attribute_set(&mut self, name: &str, brief: &str, attributes: Vec<DeclaredAttribute>) {
        self.attribute_sets.entry(name.to_owned()).or_insert_with(|| (brief.to_owned(), attributes));
    }

    /// Adds a metric set; the same one may come several times.
    pub fn metric_set(&mut self, set: MetricSet) {
        let namesakes = self.metric_sets.entry(set.name.clone()).or_default();
        if !namesakes.contains(&set) {
            namesakes.push(set);
        }
    }

    /// Adds an event, whose attributes are given apart from it.
    pub fn event(&mut self, event: EventDef, attributes: Vec<DeclaredAttribute>) {
        self.events.entry(event.name.clone()).or_insert((event, attributes));
    }

    /// Adds a span, whose attributes are given apart from it.
    pub fn span(&mut self, span: SpanDef, attributes: Vec<DeclaredAttribute>) {
        self.spans.entry(span.id.clone()).or_insert((span, attributes));
    }

    /// The registry: every attribute is defined once, in the first attribute set that declares it, else in the first
    /// file; every other use refers to that.
    pub fn build(self) -> Registry {
        let mut files = Files::default();
        for (name, (brief, attributes)) in self.attribute_sets {
            let attributes = files.uses(&name, attributes);
            files.group(&name, name.clone(), brief, None, attributes);
        }
        for set in self.metric_sets.into_values().flatten() {
            files.metric_set(set);
        }
        for (name, (event, attributes)) in self.events {
            let attributes = files.uses(namespace(&name), attributes);
            files.file(namespace(&name)).events.push(EventDef { attributes, ..event });
        }
        for (name, (span, attributes)) in self.spans {
            let attributes = files.uses(namespace(&name), attributes);
            files.file(namespace(&name)).spans.push(SpanDef { attributes, ..span });
        }
        Registry { manifest: self.manifest, files: files.finish() }
    }
}

/// The name without its last word, or all of it.
fn namespace(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(namespace, _)| namespace)
}

#[derive(Default)]
struct Files {
    files: BTreeMap<String, RegistryFile>,
    /// File and index of each definition.
    defined: HashMap<String, (String, usize)>,
}

impl Files {
    fn file(&mut self, name: &str) -> &mut RegistryFile {
        self.files
            .entry(name.to_owned())
            .or_insert_with(|| RegistryFile { name: name.to_owned(), ..RegistryFile::default() })
    }

    fn group(
        &mut self,
        file: &str,
        id: String,
        brief: String,
        metric_set: Option<String>,
        attributes: Vec<AttributeUse>,
    ) {
        let (stability, note, deprecated) = (Stability::Development, None, None);
        let visibility = Visibility::Public { brief, note, stability, deprecated, metric_set };
        self.file(file).attribute_groups.push(AttributeGroup { id, visibility, attributes });
    }

    fn metric_set(&mut self, set: MetricSet) {
        let mut attributes: Vec<AttributeUse> = set.attributes.map(AttributeUse::Group).into_iter().collect();
        for definition in set.varying {
            let reference = self.reference(&set.name, definition);
            let requirement = Some(Requirement::Required);
            attributes.push(AttributeUse::Ref(AttributeRef { varying: true, requirement, ..reference }));
        }
        let id = self.free_id(&format!("{}.metrics", set.name));
        self.group(&set.name, id.clone(), set.brief, Some(set.name.clone()), attributes);
        let common = vec![AttributeUse::Group(id)];
        let metrics =
            set.metrics.into_iter().map(|metric| MetricDef { attributes: common.clone(), ..metric });
        self.file(&set.name).metrics.extend(metrics);
    }

    /// The id, or one like it if it is taken: an attribute set can have any name.
    fn free_id(&self, id: &str) -> String {
        let is_taken = |id: &str| {
            self.files.values().flat_map(|file| &file.attribute_groups).any(|group| group.id == id)
        };
        let numbered = (2..).map(|number| format!("{id}{number}"));
        let mut ids = std::iter::once(id.to_owned()).chain(numbered);
        ids.find(|id| !is_taken(id)).expect("of endlessly many ids one is free")
    }

    fn uses(&mut self, file: &str, attributes: Vec<DeclaredAttribute>) -> Vec<AttributeUse> {
        let mut uses = Vec::new();
        for DeclaredAttribute { definition, requirement } in attributes {
            let reference = self.reference(file, definition);
            uses.push(AttributeUse::Ref(AttributeRef { requirement: Some(requirement), ..reference }));
        }
        uses
    }

    /// Refers to the definition, which is made here if there is none yet.
    fn reference(&mut self, file: &str, mut declared: AttributeDef) -> AttributeRef {
        let key = declared.key.clone();
        // Not every use of a key has a maximum, and a reference cannot lift that of its definition.
        let values_max = declared.values_max.take();
        let members = member_ids(&declared.kind);
        let here = AttributeRef { key: key.clone(), values_max, members, ..AttributeRef::default() };
        let Some((file, index)) = self.defined.get(&key).cloned() else {
            self.define(file, declared);
            return here;
        };
        let definition = &mut self.file(&file).attributes[index];
        if widen(&mut definition.kind, &declared.kind) {
            return differing(here, definition, declared);
        }
        // It cannot be both: the check will say so, at the second definition.
        self.file(&file).attributes.push(declared);
        here
    }

    fn define(&mut self, file: &str, definition: AttributeDef) {
        let key = definition.key.clone();
        let attributes = &mut self.file(file).attributes;
        attributes.push(definition);
        let index = attributes.len() - 1;
        self.defined.insert(key, (file.to_owned(), index));
    }

    /// Once all members of an enum are known, only those uses name their members that do not have all of them.
    fn finish(mut self) -> Vec<RegistryFile> {
        let definitions = self.files.values().flat_map(|file| &file.attributes);
        let all: HashMap<String, Vec<String>> = definitions
            .filter_map(|definition| Some((definition.key.clone(), member_ids(&definition.kind)?)))
            .collect();
        for file in self.files.values_mut() {
            let groups = file.attribute_groups.iter_mut().flat_map(|group| &mut group.attributes);
            let events = file.events.iter_mut().flat_map(|event| &mut event.attributes);
            let spans = file.spans.iter_mut().flat_map(|span| &mut span.attributes);
            for used in groups.chain(events).chain(spans) {
                if let AttributeUse::Ref(reference) = used
                    && reference.members.as_ref() == all.get(&reference.key)
                {
                    reference.members = None;
                }
            }
        }
        self.files.into_values().collect()
    }
}

fn member_ids(kind: &AttributeType) -> Option<Vec<String>> {
    match kind {
        AttributeType::Enum(members) => Some(members.iter().map(|member| member.id.clone()).collect()),
        _ => None,
    }
}

/// Makes one type hold what another holds, if the two can be one: enums become the union of their members.
fn widen(kind: &mut AttributeType, other: &AttributeType) -> bool {
    let (AttributeType::Enum(members), AttributeType::Enum(others)) = (&mut *kind, other) else {
        return kind == other;
    };
    let clashes =
        |member: &EnumMember| others.iter().any(|other| other.id == member.id && other.value != member.value);
    if members.iter().any(clashes) {
        return false;
    }
    for other in others {
        if !members.iter().any(|member| member.id == other.id) {
            members.push(other.clone());
        }
    }
    true
}

/// The reference with what is declared differently here.
fn differing(here: AttributeRef, definition: &AttributeDef, declared: AttributeDef) -> AttributeRef {
    AttributeRef {
        brief: (declared.brief != definition.brief).then_some(declared.brief),
        note: declared.note.filter(|note| definition.note.as_ref() != Some(note)),
        stability: (declared.stability != definition.stability).then_some(declared.stability),
        deprecated: declared.deprecated.filter(|why| definition.deprecated.as_ref() != Some(why)),
        examples: if declared.examples == definition.examples { Vec::new() } else { declared.examples },
        ..here
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::word::{MetricInstrument, PlainType};

    fn builder() -> RegistryBuilder {
        RegistryBuilder::new(Manifest {
            schema_url: "https://example.com/schemas/1.0.0".to_owned(),
            description: "Edge.".to_owned(),
            stability: Stability::Development,
        })
    }

    fn text(key: &str, brief: &str) -> DeclaredAttribute {
        DeclaredAttribute::required(AttributeDef::new(key, AttributeType::Plain(PlainType::String), brief))
    }

    fn outcome(words: &[&str]) -> AttributeDef {
        let members = words.iter().map(|word| EnumMember::word(word, None)).collect();
        AttributeDef::new("edge.outcome", AttributeType::Enum(members), "What became of it.")
    }

    fn metric_set(name: &str, words: &[&str]) -> MetricSet {
        let metric = MetricDef::new(format!("{name}.seen"), MetricInstrument::Counter, "1", "Seen.");
        MetricSet {
            name: name.to_owned(),
            brief: "Set.".to_owned(),
            attributes: None,
            varying: vec![outcome(words)],
            metrics: vec![metric],
        }
    }

    fn file<'a>(registry: &'a Registry, name: &str) -> &'a RegistryFile {
        registry.files.iter().find(|file| file.name == name).unwrap()
    }

    #[test]
    fn an_attribute_is_defined_once_where_the_first_attribute_set_declares_it() {
        let mut builder = builder();
        builder.event(EventDef::new("a.first", "First."), vec![text("http.route", "Other brief.")]);
        builder.attribute_set("b.route", "Route.", vec![text("http.route", "Brief.")]);
        builder.attribute_set("c.route", "Route.", vec![text("http.route", "Brief.")]);
        let registry = builder.build();
        assert_eq!(file(&registry, "b.route").attributes.len(), 1);
        assert!(file(&registry, "c.route").attributes.is_empty());
        let event = file(&registry, "a");
        assert!(event.attributes.is_empty());
        let AttributeUse::Ref(reference) = &event.events[0].attributes[0] else { panic!("a group") };
        assert_eq!(reference.brief.as_deref(), Some("Other brief."));
    }

    #[test]
    fn enums_of_one_key_are_one_with_all_members() {
        let mut builder = builder();
        builder.metric_set(metric_set("edge.a", &["kept", "dropped"]));
        builder.metric_set(metric_set("edge.b", &["kept", "failed"]));
        let registry = builder.build();
        let definition = &file(&registry, "edge.a").attributes[0];
        assert_eq!(member_ids(&definition.kind).unwrap(), ["kept", "dropped", "failed"]);
        assert!(file(&registry, "edge.b").attributes.is_empty());
        let AttributeUse::Ref(used) = &file(&registry, "edge.b").attribute_groups[0].attributes[0] else {
            panic!("a group")
        };
        assert_eq!(used.members.as_deref(), Some(&["kept".to_owned(), "failed".to_owned()][..]));
    }

    #[test]
    fn the_order_of_declarations_does_not_matter() {
        let (mut one, mut other) = (builder(), builder());
        one.metric_set(metric_set("edge.a", &["kept"]));
        one.attribute_set("b.route", "Route.", vec![text("http.route", "Brief.")]);
        other.attribute_set("b.route", "Route.", vec![text("http.route", "Brief.")]);
        other.metric_set(metric_set("edge.a", &["kept"]));
        other.metric_set(metric_set("edge.a", &["kept"]));
        assert_eq!(one.build(), other.build());
    }
}
