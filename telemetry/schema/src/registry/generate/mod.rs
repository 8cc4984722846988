//! Rust declarations from a registry: their descriptors give the same registry again.

mod attributes;
mod metrics;
mod names;
mod source;

use std::collections::HashMap;

use super::attribute::{AttributeUse, EnumMember};
use super::model::{Registry, RegistryFile};
use super::problem::RegistryProblem;
use super::resolve::{ResolvedAttribute, Resolver};
use super::signal::{EventDef, SpanDef};
use super::word::Severity;
use names::Names;
use source::{Arguments, Source};

/// Writes a registry as Rust source against the crate `telemetry`: attribute sets, enums, metric sets, events, spans.
///
/// Says everything that has no Rust declaration, such as attributes that hold lists. What the SDK says about itself it
/// declares itself: that is left out.
pub fn generate(registry: &Registry) -> Result<String, Vec<RegistryProblem>> {
    let mut generator = Generator {
        resolver: Resolver::new(registry),
        source: Source::default(),
        types: Names::default(),
        sets: HashMap::new(),
        enums: Vec::new(),
        problems: Vec::new(),
    };
    generator.attribute_sets(&registry.files);
    generator.metric_sets(&registry.files);
    for file in &registry.files {
        for (index, event) in file.events.iter().enumerate().filter(|(_, event)| !is_sdks_own(&event.name)) {
            generator.event(file, index, event);
        }
        for (index, span) in file.spans.iter().enumerate().filter(|(_, span)| !is_sdks_own(&span.id)) {
            generator.span(file, index, span);
        }
    }
    if generator.problems.is_empty() { Ok(generator.source.finish()) } else { Err(generator.problems) }
}

fn is_sdks_own(name: &str) -> bool {
    name.starts_with("telemetry.")
}

struct Generator<'a> {
    resolver: Resolver<'a>,
    source: Source,
    types: Names,
    /// Types of the attribute sets by the id of their group.
    sets: HashMap<String, String>,
    enums: Vec<EnumType>,
    problems: Vec<RegistryProblem>,
}

/// An enum that has been written.
struct EnumType {
    key: String,
    brief: String,
    members: Vec<EnumMember>,
    name: String,
}

/// Where something is, for what has no Rust declaration.
#[derive(Clone, Copy)]
struct At<'a> {
    file: &'a RegistryFile,
    place: &'a str,
}

impl Generator<'_> {
    fn problem(&mut self, at: At<'_>, message: String) {
        let problem = RegistryProblem { file: at.file.file_name(), place: at.place.to_owned(), message };
        self.problems.push(problem);
    }

    fn event(&mut self, file: &RegistryFile, index: usize, event: &EventDef) {
        let attributes = self.resolver.attributes_of(&event.attributes);
        let place = format!("events[{index}]");
        let fields = self.borrowed_fields(At { file, place: &place }, &attributes);
        let severity = event.severity.unwrap_or(Severity::Info);
        let arguments = Arguments::default()
            .text("name", &event.name)
            .text("severity", &severity.to_string())
            .promises(event.stability, event.deprecated.as_ref());
        let name = self.types.of_type(&event.name, "Event");
        self.source.import("event");
        self.source.item(&event.brief, event.note.as_deref());
        self.write_struct(arguments.helper("", "event"), &name, &fields);
    }

    fn span(&mut self, file: &RegistryFile, index: usize, span: &SpanDef) {
        let attributes = self.resolver.attributes_of(&span.attributes);
        let place = format!("spans[{index}]");
        let fields = self.borrowed_fields(At { file, place: &place }, &attributes);
        let arguments = Arguments::default()
            .text("name", &span.id)
            .text("kind", &span.kind.to_string())
            .promises(span.stability, span.deprecated.as_ref());
        let name = self.types.of_type(&span.id, "Span");
        self.source.import("span");
        self.source.item(&span.brief, span.note.as_deref());
        self.write_struct(arguments.helper("", "span"), &name, &fields);
    }

    fn write_struct(&mut self, helper: Option<String>, name: &str, fields: &[Field]) {
        if let Some(helper) = helper {
            self.source.line(&helper);
        }
        let lifetime = if fields.iter().any(|field| field.ty.contains("'a")) { "<'a>" } else { "" };
        if fields.is_empty() {
            self.source.line(&format!("pub struct {name} {{}}"));
            return;
        }
        self.source.line(&format!("pub struct {name}{lifetime} {{"));
        for field in fields {
            self.source.doc("    ", &field.brief, field.note.as_deref());
            if let Some(helper) = &field.helper {
                self.source.line(helper);
            }
            self.source.line(&format!("    pub {}: {},", field.name, field.ty));
        }
        self.source.line("}");
    }
}

/// A field of a struct.
struct Field {
    brief: String,
    note: Option<String>,
    helper: Option<String>,
    name: String,
    ty: String,
}

/// Uses without those that vary by recording.
fn is_given_at_registration(used: &AttributeUse) -> bool {
    !matches!(used, AttributeUse::Ref(reference) if reference.varying)
}

/// Attributes that vary by recording.
fn varying(attributes: &[ResolvedAttribute]) -> impl Iterator<Item = &ResolvedAttribute> {
    attributes.iter().filter(|attribute| attribute.varying)
}
