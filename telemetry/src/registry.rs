//! What the whole program declares, as a semantic registry.
//!
//! Every declaration that is linked is in it, whether anything of it is registered or not.

// The words of the registry go by their names here, those of descriptors by `descriptor::`: some are the same.
pub use telemetry_schema::registry::*;

use crate::buckets::Buckets;
use crate::descriptor::{
    self, AttributeField, AttributeKind, AttributesDescriptor, InstrumentKind, MetricsDescriptor,
    MetricsField,
};
use crate::linked;
use crate::logs::{EventDescriptor, FieldDescriptor, Level};
use crate::trace::{self, SpanDescriptor};

/// What stands for the brief that nobody wrote: events and their fields need none where they are emitted.
const BY_NAME_ALONE: &str = "Described by its name alone.";

/// The registry of everything that is linked into the program.
///
/// ```
/// use telemetry::registry::{Manifest, Stability, render};
///
/// let manifest = Manifest {
///     schema_url: "https://example.com/schemas/app/1.0.0".to_owned(),
///     description: "What the app emits.".to_owned(),
///     stability: Stability::Development,
/// };
/// let files = render(&telemetry::registry(manifest));
/// assert_eq!(files[0].0, "manifest.yaml");
/// assert!(files.iter().any(|(name, text)| {
///     name == "telemetry.pipeline.yaml" && text.contains("telemetry.pipeline.rejected")
/// }));
/// ```
pub fn registry(manifest: Manifest) -> Registry {
    let mut builder = RegistryBuilder::new(manifest);
    for set in linked::metric_sets() {
        builder.metric_set(metric_set(set));
    }
    for descriptor in linked::events() {
        builder.event(event(descriptor), fields(descriptor.fields));
    }
    for descriptor in linked::spans() {
        builder.span(span(descriptor), fields(descriptor.fields));
    }
    described(builder.build())
}

/// With a brief for everything.
fn described(mut registry: Registry) -> Registry {
    for file in &mut registry.files {
        let attributes = file.attributes.iter_mut().map(|attribute| &mut attribute.brief);
        let events = file.events.iter_mut().map(|event| &mut event.brief);
        let spans = file.spans.iter_mut().map(|span| &mut span.brief);
        for brief in attributes.chain(events).chain(spans).filter(|brief| brief.is_empty()) {
            BY_NAME_ALONE.clone_into(brief);
        }
    }
    registry
}

fn event(event: &EventDescriptor) -> EventDef {
    EventDef {
        stability: stability(event.stability),
        deprecated: event.deprecated.map(Deprecated::from_text),
        severity: Some(severity(event.level)),
        target: Some(event.target.to_owned()),
        ..EventDef::new(event.name, event.brief)
    }
}

fn span(span: &SpanDescriptor) -> SpanDef {
    SpanDef {
        stability: stability(span.stability),
        deprecated: span.deprecated.map(Deprecated::from_text),
        target: Some(span.target.to_owned()),
        ..SpanDef::new(span.name, span_kind(span.kind), span.brief)
    }
}

fn fields(fields: &[FieldDescriptor]) -> Vec<DeclaredAttribute> {
    let requirement = |field: &FieldDescriptor| {
        if field.is_required { Requirement::Required } else { Requirement::Recommended(None) }
    };
    fields
        .iter()
        .map(|field| DeclaredAttribute {
            definition: attribute(&field.attribute),
            requirement: requirement(field),
        })
        .collect()
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Trace => Severity::Trace,
        Level::Debug => Severity::Debug,
        Level::Info => Severity::Info,
        Level::Warn => Severity::Warn,
        Level::Error => Severity::Error,
    }
}

fn span_kind(kind: trace::SpanKind) -> SpanKind {
    match kind {
        trace::SpanKind::Internal => SpanKind::Internal,
        trace::SpanKind::Client => SpanKind::Client,
        trace::SpanKind::Server => SpanKind::Server,
        trace::SpanKind::Producer => SpanKind::Producer,
        trace::SpanKind::Consumer => SpanKind::Consumer,
    }
}

fn metric_set(set: &MetricsDescriptor) -> MetricSet {
    MetricSet {
        name: set.name.to_owned(),
        brief: set.brief.to_owned(),
        attributes: attribute_set(set.attributes),
        varying: set.varying.iter().map(attribute).collect(),
        metrics: set.fields.iter().map(metric).collect(),
    }
}

/// Nothing for `()`.
fn attribute_set(set: &AttributesDescriptor) -> Option<DeclaredAttributes> {
    let declared = set.attributes.iter().map(|field| DeclaredAttribute::required(attribute(field)));
    (!set.name.is_empty()).then(|| DeclaredAttributes {
        name: set.name.to_owned(),
        brief: set.brief.to_owned(),
        attributes: declared.collect(),
    })
}

fn attribute(field: &AttributeField) -> AttributeDef {
    AttributeDef {
        stability: stability(field.stability),
        deprecated: field.deprecated.map(Deprecated::from_text),
        values_max: values_max(field.kind),
        ..AttributeDef::new(field.key, attribute_type(field.kind), field.brief)
    }
}

fn attribute_type(kind: AttributeKind) -> AttributeType {
    AttributeType::Plain(match kind {
        AttributeKind::Text | AttributeKind::Open { .. } => PlainType::String,
        AttributeKind::Int => PlainType::Int,
        AttributeKind::Double => PlainType::Double,
        AttributeKind::Bool => PlainType::Boolean,
        AttributeKind::Any => PlainType::Any,
        AttributeKind::Enum(members) => return AttributeType::Enum(members.iter().map(member).collect()),
    })
}

fn values_max(kind: AttributeKind) -> Option<u32> {
    match kind {
        AttributeKind::Open { max } => Some(u32::try_from(max).unwrap_or(u32::MAX)),
        _ => None,
    }
}

fn member(member: &descriptor::EnumMember) -> EnumMember {
    let brief = (!member.brief.is_empty()).then_some(member.brief);
    EnumMember { id: member.id.to_owned(), ..EnumMember::word(member.value, brief) }
}

fn metric(field: &MetricsField) -> MetricDef {
    let Shape { instrument, number, observed } = shape(field.kind);
    MetricDef {
        stability: stability(field.stability),
        deprecated: field.deprecated.map(Deprecated::from_text),
        number,
        observed,
        distribution: distribution(field),
        exemplars: field.exemplars,
        ..MetricDef::new(field.name, instrument, field.unit, field.brief)
    }
}

/// An instrument in the words of the registry.
struct Shape {
    instrument: MetricInstrument,
    number: Option<Number>,
    observed: bool,
}

fn shape(kind: InstrumentKind) -> Shape {
    use InstrumentKind as Kind;
    use MetricInstrument::{Counter, Gauge, Histogram, UpDownCounter};
    let (instrument, number, observed) = match kind {
        Kind::CounterU64 => (Counter, Some(Number::U64), false),
        Kind::CounterF64 => (Counter, Some(Number::F64), false),
        Kind::UpDownCounterI64 => (UpDownCounter, Some(Number::I64), false),
        Kind::UpDownCounterF64 => (UpDownCounter, Some(Number::F64), false),
        Kind::ObserveCounterU64 => (Counter, Some(Number::U64), true),
        Kind::ObserveCounterF64 => (Counter, Some(Number::F64), true),
        Kind::ObserveUpDownCounterI64 => (UpDownCounter, Some(Number::I64), true),
        Kind::ObserveUpDownCounterF64 => (UpDownCounter, Some(Number::F64), true),
        Kind::GaugeU64 => (Gauge, Some(Number::U64), false),
        Kind::GaugeI64 => (Gauge, Some(Number::I64), false),
        Kind::GaugeF64 => (Gauge, Some(Number::F64), false),
        Kind::Mmsc | Kind::Histogram => (Histogram, None, false),
    };
    Shape { instrument, number, observed }
}

fn distribution(field: &MetricsField) -> Option<Distribution> {
    if field.kind == InstrumentKind::Mmsc {
        return Some(Distribution::Mmsc);
    }
    field.buckets.map(|buckets| match buckets {
        Buckets::Adaptive => Distribution::Adaptive,
        Buckets::Range(range) => Distribution::Range { low: range.low(), high: range.high() },
        Buckets::Bounds(bounds) => Distribution::Bounds(bounds.to_vec()),
    })
}

fn stability(stability: descriptor::Stability) -> Stability {
    match stability {
        descriptor::Stability::Development => Stability::Development,
        descriptor::Stability::Alpha => Stability::Alpha,
        descriptor::Stability::Beta => Stability::Beta,
        descriptor::Stability::ReleaseCandidate => Stability::ReleaseCandidate,
        descriptor::Stability::Stable => Stability::Stable,
    }
}
