//! The model as YAML files.

use super::annotation as key;
use super::attribute::{
    AttributeDef, AttributeGroup, AttributeRef, AttributeType, AttributeUse, EnumMember, Requirement,
    Visibility,
};
use super::deprecated::Deprecated;
use super::literal::Literal;
use super::model::{MANIFEST_FILE, Manifest, Registry, RegistryFile};
use super::signal::{Distribution, EventDef, MetricDef, SpanDef};
use super::word::{Stability, Word};
use super::yaml::{Map, Yaml};

/// What every file starts with.
const HEAD: &str =
    "# Generated from the declarations in the code. Do not edit: the next generation overwrites it.\n";

/// The files of a registry: name and content, the manifest first.
pub fn render(registry: &Registry) -> Vec<(String, String)> {
    let manifest = (MANIFEST_FILE.to_owned(), render_manifest(&registry.manifest));
    let files = registry.files.iter().map(|file| (file.file_name(), render_file(file)));
    std::iter::once(manifest).chain(files).collect()
}

fn render_manifest(manifest: &Manifest) -> String {
    // The JSON Schema of the format wants a map here; there is only one key in it.
    let url = Map::default().text("url", &manifest.schema_url);
    let document = Map::default()
        .map("schema_url", url)
        .text("description", &manifest.description)
        .with("stability", word(manifest.stability));
    format!("{HEAD}{}", document.document())
}

fn render_file(file: &RegistryFile) -> String {
    let document = Map::default()
        .text("file_format", "definition/2")
        .list("attributes", maps(&file.attributes, attribute))
        .list("attribute_groups", maps(&file.attribute_groups, group))
        .list("metrics", maps(&file.metrics, metric))
        .list("events", maps(&file.events, event))
        .list("spans", maps(&file.spans, span));
    format!("{HEAD}{}", document.document())
}

fn maps<T>(items: &[T], render: fn(&T) -> Map) -> Vec<Yaml> {
    items.iter().map(|item| Yaml::Map(render(item))).collect()
}

fn word(word: impl Word) -> Yaml {
    Yaml::Text(word.as_str().to_owned())
}

fn attribute(attribute: &AttributeDef) -> Map {
    let annotations = Map::default().some(key::VALUES_MAX, attribute.values_max.map(count));
    let head = Map::default().text("key", &attribute.key);
    let typed = attribute_type(head, &attribute.kind);
    let described = description(typed, &attribute.brief, attribute.note.as_deref());
    let stable = stability(described, attribute.stability, attribute.deprecated.as_ref());
    annotated(stable.list("examples", attribute.examples.iter().map(literal).collect()), annotations)
}

fn count(count: u32) -> Yaml {
    Yaml::Int(count.into())
}

fn attribute_type(map: Map, kind: &AttributeType) -> Map {
    match kind {
        AttributeType::Enum(members) if members.is_empty() => {
            map.map("type", Map::default().with("members", Yaml::Line(Vec::new())))
        }
        AttributeType::Enum(members) => {
            map.map("type", Map::default().list("members", maps(members, member)))
        }
        other => map.text("type", other.to_string()),
    }
}

fn member(member: &EnumMember) -> Map {
    Map::default()
        .text("id", &member.id)
        .with("value", literal(&member.value))
        .some_text("brief", member.brief.as_deref())
        .some_text("note", member.note.as_deref())
        .some("stability", member.stability.map(word))
        .some("deprecated", member.deprecated.as_ref().map(deprecated))
}

fn literal(literal: &Literal) -> Yaml {
    match literal {
        Literal::Text(text) => Yaml::Text(text.clone()),
        Literal::Int(number) => Yaml::Int(*number),
        Literal::Double(number) => Yaml::Double(*number),
        Literal::Bool(truth) => Yaml::Bool(*truth),
    }
}

fn description(map: Map, brief: &str, note: Option<&str>) -> Map {
    map.text("brief", brief).some_text("note", note)
}

fn stability(map: Map, stability: Stability, why: Option<&Deprecated>) -> Map {
    map.with("stability", word(stability)).some("deprecated", why.map(deprecated))
}

fn annotated(map: Map, annotations: Map) -> Map {
    map.map("annotations", Map::default().map(key::ANNOTATION, annotations))
}

fn deprecated(why: &Deprecated) -> Yaml {
    let reason = |reason: &str| Map::default().text("reason", reason);
    Yaml::Map(match why {
        Deprecated::Renamed { to, note } => {
            reason("renamed").text("renamed_to", to).some_text("note", note.as_deref())
        }
        Deprecated::Obsoleted { note } => reason("obsoleted").text("note", note),
        Deprecated::Uncategorized { note } => reason("uncategorized").text("note", note),
        Deprecated::Unspecified { note } => reason("unspecified").text("note", note),
    })
}

fn group(group: &AttributeGroup) -> Map {
    let head = Map::default().text("id", &group.id);
    match &group.visibility {
        Visibility::Internal => {
            head.text("visibility", "internal").list("attributes", uses(&group.attributes))
        }
        Visibility::Public { brief, note, stability: stable, deprecated, metric_set } => {
            let annotations = Map::default().some_text(key::METRIC_SET, metric_set.as_deref());
            let described = description(head.text("visibility", "public"), brief, note.as_deref());
            let stable = stability(described, *stable, deprecated.as_ref());
            annotated(stable, annotations).list("attributes", uses(&group.attributes))
        }
    }
}

fn uses(uses: &[AttributeUse]) -> Vec<Yaml> {
    let one = |used: &AttributeUse| match used {
        AttributeUse::Ref(reference) => attribute_ref(reference),
        AttributeUse::Group(id) => Map::default().text("ref_group", id),
    };
    uses.iter().map(|used| Yaml::Map(one(used))).collect()
}

fn attribute_ref(reference: &AttributeRef) -> Map {
    let members = reference.members.as_ref().map(|ids| ids.iter().cloned().map(Yaml::Text).collect());
    let annotations = Map::default()
        .flag(key::VARYING, reference.varying)
        .some(key::VALUES_MAX, reference.values_max.map(count))
        .some(key::MEMBERS, members.map(Yaml::Line));
    let map = Map::default()
        .text("ref", &reference.key)
        .some("requirement_level", reference.requirement.as_ref().map(requirement))
        .some_text("brief", reference.brief.as_deref())
        .some_text("note", reference.note.as_deref())
        .some("stability", reference.stability.map(word))
        .some("deprecated", reference.deprecated.as_ref().map(deprecated))
        .list("examples", reference.examples.iter().map(literal).collect());
    annotated(map, annotations)
}

fn requirement(requirement: &Requirement) -> Yaml {
    let text = |level: &str| Yaml::Text(level.to_owned());
    match requirement {
        Requirement::Required => text("required"),
        Requirement::Recommended(None) => text("recommended"),
        Requirement::OptIn(None) => text("opt_in"),
        Requirement::ConditionallyRequired(condition) => {
            Yaml::Map(Map::default().text("conditionally_required", condition))
        }
        Requirement::Recommended(Some(why)) => Yaml::Map(Map::default().text("recommended", why)),
        Requirement::OptIn(Some(why)) => Yaml::Map(Map::default().text("opt_in", why)),
    }
}

fn metric(metric: &MetricDef) -> Map {
    let described =
        description(Map::default().text("name", &metric.name), &metric.brief, metric.note.as_deref());
    let measured = described.with("instrument", word(metric.instrument)).text("unit", &metric.unit);
    let stable = stability(measured, metric.stability, metric.deprecated.as_ref());
    annotated(stable, metric_annotations(metric)).list("attributes", uses(&metric.attributes))
}

fn metric_annotations(metric: &MetricDef) -> Map {
    let annotations =
        Map::default().some(key::NUMBER, metric.number.map(word)).flag(key::OBSERVED, metric.observed);
    let line = |numbers: &[f64]| Yaml::Line(numbers.iter().copied().map(Yaml::Double).collect());
    let divided = match &metric.distribution {
        None => annotations,
        Some(Distribution::Adaptive) => annotations.text(key::DISTRIBUTION, key::ADAPTIVE),
        Some(Distribution::Mmsc) => annotations.text(key::DISTRIBUTION, key::MMSC),
        Some(Distribution::Range { low, high }) => annotations.with(key::RANGE, line(&[*low, *high])),
        Some(Distribution::Bounds(bounds)) => annotations.with(key::BUCKETS, line(bounds)),
    };
    divided.flag(key::EXEMPLARS, metric.exemplars)
}

fn event(event: &EventDef) -> Map {
    let annotations = Map::default()
        .some(key::SEVERITY, event.severity.map(word))
        .some_text(key::TARGET, event.target.as_deref());
    let described =
        description(Map::default().text("name", &event.name), &event.brief, event.note.as_deref());
    let stable = stability(described, event.stability, event.deprecated.as_ref());
    annotated(stable, annotations).list("attributes", uses(&event.attributes))
}

fn span(span: &SpanDef) -> Map {
    let annotations = Map::default().some_text(key::TARGET, span.target.as_deref());
    let head = Map::default()
        .text("type", &span.id)
        .with("kind", word(span.kind))
        .map("name", Map::default().text("note", &span.name));
    let described = description(head, &span.brief, span.note.as_deref());
    let stable = stability(described, span.stability, span.deprecated.as_ref());
    annotated(stable, annotations).list("attributes", uses(&span.attributes))
}
