//! A registry from what declarations say, set by set.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use super::attribute::{
    AttributeDef, AttributeGroup, AttributeRef, AttributeType, AttributeUse, EnumMember, Requirement,
    Visibility,
};
use super::model::{Manifest, Registry, RegistryFile};
use super::signal::{EventDef, MetricDef, SpanDef};
use super::word::{PlainType, Stability};

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

/// An attribute set as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclaredAttributes {
    /// Name of the set.
    pub name: String,
    /// What it is about.
    pub brief: String,
    /// Its attributes in the order of declaration.
    pub attributes: Vec<DeclaredAttribute>,
}

/// A metric set as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricSet {
    /// Name of the set.
    pub name: String,
    /// What it is about.
    pub brief: String,
    /// The attribute set given at registration.
    pub attributes: Option<DeclaredAttributes>,
    /// Attributes given with each recording.
    pub varying: Vec<AttributeDef>,
    /// Its metrics, without attributes.
    pub metrics: Vec<MetricDef>,
}

/// Collects declarations. The order in which they come does not matter.
#[derive(Debug)]
pub struct RegistryBuilder {
    manifest: Manifest,
    /// Sets can share a name, as two crates can declare what adds up.
    attribute_sets: BTreeMap<String, Vec<DeclaredAttributes>>,
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
    pub fn attribute_set(&mut self, set: DeclaredAttributes) {
        add(self.attribute_sets.entry(set.name.clone()).or_default(), set);
    }

    /// Adds a metric set and its attribute set; the same one may come several times.
    pub fn metric_set(&mut self, set: MetricSet) {
        if let Some(attributes) = set.attributes.clone() {
            self.attribute_set(attributes);
        }
        add(self.metric_sets.entry(set.name.clone()).or_default(), set);
    }

    /// Adds an event, whose attributes are given apart from it. One that is emitted in several places has the
    /// attributes of all; what not every place gives is optional.
    pub fn event(&mut self, event: EventDef, attributes: Vec<DeclaredAttribute>) {
        match self.events.entry(event.name.clone()) {
            Entry::Vacant(entry) => drop(entry.insert((event, attributes))),
            Entry::Occupied(mut entry) => merge_events(entry.get_mut(), event, attributes),
        }
    }

    /// Adds a span, whose attributes are given apart from it.
    pub fn span(&mut self, span: SpanDef, attributes: Vec<DeclaredAttribute>) {
        match self.spans.entry(span.id.clone()) {
            Entry::Vacant(entry) => drop(entry.insert((span, attributes))),
            Entry::Occupied(mut entry) => merge_attributes(&mut entry.get_mut().1, attributes),
        }
    }

    /// The registry: every attribute is defined once, in the first attribute set that declares it, else in the first
    /// file; every other use refers to that.
    pub fn build(self) -> Registry {
        let mut files = Files::default();
        for set in sorted(self.attribute_sets, |set| keys(&set.attributes)) {
            files.attribute_set(set);
        }
        for set in sorted(self.metric_sets, |set| names(&set.metrics)) {
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

fn add<T: PartialEq>(namesakes: &mut Vec<T>, set: T) {
    if !namesakes.contains(&set) {
        namesakes.push(set);
    }
}

/// All sets by name; those of one name by what is in them.
fn sorted<T>(sets: BTreeMap<String, Vec<T>>, content: fn(&T) -> Vec<String>) -> impl Iterator<Item = T> {
    sets.into_values().flat_map(move |mut namesakes| {
        namesakes.sort_by_key(content);
        namesakes
    })
}

fn keys(attributes: &[DeclaredAttribute]) -> Vec<String> {
    attributes.iter().map(|attribute| attribute.definition.key.clone()).collect()
}

fn names(metrics: &[MetricDef]) -> Vec<String> {
    metrics.iter().map(|metric| metric.name.clone()).collect()
}

/// What the places of an event do not agree on is not said of it.
fn merge_events(
    (event, attributes): &mut (EventDef, Vec<DeclaredAttribute>),
    other: EventDef,
    others: Vec<DeclaredAttribute>,
) {
    if event.brief.is_empty() {
        event.brief = other.brief;
    }
    event.severity = event.severity.filter(|severity| other.severity == Some(*severity));
    event.target = event.target.take().filter(|target| other.target.as_ref() == Some(target));
    merge_attributes(attributes, others);
}

fn merge_attributes(attributes: &mut Vec<DeclaredAttribute>, others: Vec<DeclaredAttribute>) {
    let has = |attributes: &[DeclaredAttribute], sought: &DeclaredAttribute| {
        attributes.iter().any(|attribute| attribute.definition.key == sought.definition.key)
    };
    for attribute in attributes.iter_mut().filter(|attribute| !has(&others, attribute)) {
        attribute.requirement = Requirement::Recommended(None);
    }
    for other in others {
        let known = attributes.iter_mut().find(|attribute| attribute.definition.key == other.definition.key);
        match known {
            None => attributes.push(DeclaredAttribute::optional(other.definition)),
            Some(known) => {
                if other.requirement != Requirement::Required {
                    known.requirement = other.requirement;
                }
                if known.definition.brief.is_empty() {
                    known.definition.brief = other.definition.brief;
                }
                if !widen(&mut known.definition.kind, &other.definition.kind) {
                    known.definition.kind = AttributeType::Plain(PlainType::Any);
                }
            }
        }
    }
}

/// The name without its last word, or all of it.
fn namespace(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(namespace, _)| namespace)
}

#[derive(Default)]
struct Files {
    by_name: BTreeMap<String, RegistryFile>,
    /// The id of each attribute set's group.
    attribute_sets: Vec<(DeclaredAttributes, String)>,
    /// File and index of each definition.
    defined: HashMap<String, (String, usize)>,
}

impl Files {
    fn file(&mut self, name: &str) -> &mut RegistryFile {
        self.by_name
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

    fn attribute_set(&mut self, set: DeclaredAttributes) {
        let id = self.free_id(&set.name);
        let attributes = self.uses(&set.name, set.attributes.clone());
        self.group(&set.name, id.clone(), set.brief.clone(), None, attributes);
        self.attribute_sets.push((set, id));
    }

    fn metric_set(&mut self, set: MetricSet) {
        let registered = set.attributes.and_then(|attributes| self.group_of(&attributes));
        let mut attributes: Vec<AttributeUse> = registered.map(AttributeUse::Group).into_iter().collect();
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

    fn group_of(&self, set: &DeclaredAttributes) -> Option<String> {
        self.attribute_sets.iter().find(|(known, _)| known == set).map(|(_, id)| id.clone())
    }

    /// The id, or one like it if it is taken: an attribute set can have any name.
    fn free_id(&self, id: &str) -> String {
        let is_taken = |id: &str| {
            self.by_name.values().flat_map(|file| &file.attribute_groups).any(|group| group.id == id)
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

    /// Refers to the definition, which is made here if there is none yet. Who says nothing of a key says nothing else of
    /// it than others.
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
        if definition.brief.is_empty() {
            definition.brief.clone_from(&declared.brief);
        }
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
        let definitions = self.by_name.values().flat_map(|file| &file.attributes);
        let all: HashMap<String, Vec<String>> = definitions
            .filter_map(|definition| Some((definition.key.clone(), member_ids(&definition.kind)?)))
            .collect();
        for file in self.by_name.values_mut() {
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
        self.by_name.into_values().collect()
    }
}

fn member_ids(kind: &AttributeType) -> Option<Vec<String>> {
    match kind {
        AttributeType::Enum(members) => Some(members.iter().map(|member| member.id.clone()).collect()),
        _ => None,
    }
}

/// Makes one type hold what another holds, if the two can be one: enums become the union of their members, and what is
/// declared anywhere is the type of what is only known by its key.
fn widen(kind: &mut AttributeType, other: &AttributeType) -> bool {
    const UNKNOWN: AttributeType = AttributeType::Plain(PlainType::Any);
    if *other == UNKNOWN {
        return true;
    }
    if *kind == UNKNOWN {
        *kind = other.clone();
        return true;
    }
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
        brief: (!declared.brief.is_empty() && declared.brief != definition.brief).then_some(declared.brief),
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
    use crate::registry::word::{MetricInstrument, Severity};

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

    fn route(name: &str, key: &str) -> DeclaredAttributes {
        let attributes = vec![text(key, "Brief.")];
        DeclaredAttributes { name: name.to_owned(), brief: "Route.".to_owned(), attributes }
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
        builder.attribute_set(route("b.route", "http.route"));
        builder.attribute_set(route("c.route", "http.route"));
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
        one.attribute_set(route("b.route", "http.route"));
        one.attribute_set(route("b.route", "url.path"));
        other.attribute_set(route("b.route", "url.path"));
        other.attribute_set(route("b.route", "http.route"));
        other.metric_set(metric_set("edge.a", &["kept"]));
        other.metric_set(metric_set("edge.a", &["kept"]));
        assert_eq!(one.build(), other.build());
    }

    #[test]
    fn sets_of_one_name_keep_their_own_attributes() {
        let mut builder = builder();
        for key in ["url.path", "http.route"] {
            let set = MetricSet { attributes: Some(route("a", key)), ..metric_set("a", &["kept"]) };
            builder.metric_set(set);
        }
        let registry = builder.build();
        let groups = &file(&registry, "a").attribute_groups;
        let ids: Vec<&str> = groups.iter().map(|group| group.id.as_str()).collect();
        assert_eq!(ids, ["a", "a2", "a.metrics", "a.metrics2"]);
        let first = |group: &AttributeGroup| group.attributes[0].clone();
        assert_eq!(first(&groups[2]), AttributeUse::Group("a2".to_owned()));
        assert_eq!(first(&groups[3]), AttributeUse::Group("a".to_owned()));
    }

    #[test]
    fn an_event_of_several_places_is_what_they_have_in_common() {
        let mut builder = builder();
        let untyped = |key| AttributeDef::new(key, AttributeType::Plain(PlainType::Any), "");
        let event = |severity| EventDef { severity: Some(severity), ..EventDef::new("a.b", "") };
        builder.event(
            event(Severity::Info),
            vec![DeclaredAttribute::required(untyped("x.y")), text("x.z", "Z.")],
        );
        builder.event(event(Severity::Warn), vec![text("x.y", "Y.")]);
        let registry = builder.build();
        let file = file(&registry, "a");
        assert_eq!(file.events[0].severity, None);
        let requirements: Vec<_> = file.events[0]
            .attributes
            .iter()
            .map(|used| match used {
                AttributeUse::Ref(reference) => (reference.key.as_str(), reference.requirement.clone()),
                AttributeUse::Group(_) => panic!("a group"),
            })
            .collect();
        assert_eq!(
            requirements,
            [("x.y", Some(Requirement::Required)), ("x.z", Some(Requirement::Recommended(None)))]
        );
        assert_eq!(file.attributes[0].kind, AttributeType::Plain(PlainType::String));
        assert_eq!(file.attributes[0].brief, "Y.");
    }
}
