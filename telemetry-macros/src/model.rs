//! What the user wrote, as the declarations that telemetry-schema knows, with the place of every word.

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Field, Ident, ItemStruct, LitStr, Type};
use telemetry_schema::{
    AttributeDeclaration, AttributesDeclaration, BucketsDeclaration, Declarer, Instrument, MetricDeclaration,
    MetricsDeclaration, Part, Place,
};

use crate::input::{self, MetricArguments, Mistakes, SetArguments};

/// A metric set as declared, with the types that only code needs.
pub(crate) struct MetricSetModel {
    pub(crate) declaration: MetricsDeclaration,
    pub(crate) attributes: Option<Type>,
    pub(crate) fields: Vec<(Ident, Type)>,
    pub(crate) spans: Spans,
}

/// An attribute set as declared, with the types that only code needs.
pub(crate) struct AttributeSetModel {
    pub(crate) declaration: AttributesDeclaration,
    pub(crate) fields: Vec<(Ident, Type)>,
    pub(crate) spans: Spans,
}

/// Where each word of a declaration stands; a word left out has the place of its field.
pub(crate) struct Spans {
    set_name: Span,
    set: Span,
    /// The name of the set is missing, or was not understood, which has been said.
    is_nameless: bool,
    fields: Vec<FieldSpans>,
}

struct FieldSpans {
    field: Span,
    name: Option<Span>,
    unit: Option<Span>,
    buckets: Option<Span>,
    /// Some of it was not understood, which has been said.
    is_partial: bool,
}

impl MetricSetModel {
    /// Reads the struct and removes what only the macro understands from it.
    pub(crate) fn read(arguments: SetArguments, item: &mut ItemStruct, mistakes: &mut Mistakes) -> Self {
        let (name, mut spans, brief) = set_words(arguments.name, arguments.is_partial, item, mistakes);
        let mut declaration = MetricsDeclaration { name, brief, metrics: Vec::new(), declarer: declarer() };
        let mut fields = Vec::new();
        for field in input::named_fields(item, mistakes) {
            let words = input::metric_arguments(field, mistakes);
            spans.fields.push(metric_spans(field, &words));
            let metric = metric(field, words, mistakes);
            declaration.metrics.push(metric);
            fields.extend(field.ident.clone().map(|ident| (ident, field.ty.clone())));
        }
        Self { declaration, attributes: arguments.attributes, fields, spans }
    }
}

impl AttributeSetModel {
    /// Reads the struct and removes what only the macro understands from it.
    pub(crate) fn read(arguments: SetArguments, item: &mut ItemStruct, mistakes: &mut Mistakes) -> Self {
        let (name, mut spans, brief) = set_words(arguments.name, arguments.is_partial, item, mistakes);
        let mut declaration = AttributesDeclaration { name, brief, attributes: Vec::new() };
        let mut fields = Vec::new();
        for field in input::named_fields(item, mistakes) {
            let key = input::attribute_argument(&mut field.attrs, "key", mistakes);
            let name = key.as_ref().map(LitStr::span);
            spans.fields.push(FieldSpans {
                field: field_span(field),
                name,
                unit: None,
                buckets: None,
                is_partial: false,
            });
            declaration.attributes.push(AttributeDeclaration {
                field: field_name(field),
                key: key.map(|key| key.value()),
                brief: input::brief(&field.attrs),
            });
            fields.extend(field.ident.clone().map(|ident| (ident, field.ty.clone())));
        }
        Self { declaration, fields, spans }
    }
}

impl Spans {
    /// Whether a problem with it may be nothing but the consequence of a mistake that has been said.
    pub(crate) fn is_consequence(&self, place: Place) -> bool {
        let Some(field) = place.field.map(|index| &self.fields[index]) else {
            return self.is_nameless && place.part == Part::Name;
        };
        let is_missing = match place.part {
            Part::Name | Part::Brief => false,
            Part::Unit => field.unit.is_none(),
            Part::Buckets => field.buckets.is_none() || field.unit.is_none(),
        };
        field.is_partial && is_missing
    }

    /// The user's word that a problem is about.
    pub(crate) fn of(&self, place: Place) -> Span {
        let Some(field) = place.field.map(|index| &self.fields[index]) else {
            return if place.part == Part::Name { self.set_name } else { self.set };
        };
        let word = match place.part {
            Part::Name => field.name,
            Part::Brief => None,
            Part::Unit => field.unit,
            Part::Buckets => field.buckets,
        };
        word.unwrap_or(field.field)
    }
}

/// Cargo says whose code this is; without Cargo it is a user's.
fn declarer() -> Declarer {
    match std::env::var("CARGO_PKG_NAME") {
        Ok(package) if package == "telemetry" || package == "telemetry-otlp" => Declarer::Sdk,
        _ => Declarer::User,
    }
}

fn set_words(
    name: Option<LitStr>,
    is_partial: bool,
    item: &ItemStruct,
    mistakes: &mut Mistakes,
) -> (String, Spans, String) {
    let set = item.ident.span();
    if name.is_none() && !is_partial {
        mistakes.push(set, "a set needs a name: `name = \"...\"` in lower-case words joined by dots");
    }
    let spans = Spans {
        set_name: name.as_ref().map_or(set, LitStr::span),
        set,
        is_nameless: name.is_none(),
        fields: Vec::new(),
    };
    // Stands in for the missing name, so that the fields are still checked.
    let name = name.map_or_else(|| "unnamed".to_owned(), |name| name.value());
    (name, spans, input::brief(&item.attrs))
}

fn metric(field: &Field, words: MetricArguments, mistakes: &mut Mistakes) -> MetricDeclaration {
    if let (Some(range), Some(_)) = (&words.range, &words.buckets) {
        mistakes.push(range.span(), "write either `range` or `buckets`");
    }
    let range = words.range.map(|range| BucketsDeclaration::Range(range.value()));
    let bounds = words.buckets.map(|(_, bounds)| BucketsDeclaration::Bounds(bounds));
    MetricDeclaration {
        field: field_name(field),
        name: words.name.map(|name| name.value()),
        brief: input::brief(&field.attrs),
        unit: words.unit.map(|unit| unit.value()),
        instrument: instrument(&field.ty),
        buckets: range.or(bounds),
    }
}

fn metric_spans(field: &Field, words: &MetricArguments) -> FieldSpans {
    let bounds = words.buckets.as_ref().map(|(span, _)| *span);
    FieldSpans {
        field: field_span(field),
        name: words.name.as_ref().map(LitStr::span),
        unit: words.unit.as_ref().map(LitStr::span),
        buckets: words.range.as_ref().map(LitStr::span).or(bounds),
        is_partial: words.is_partial,
    }
}

/// The instrument, if the type is written by its name and not behind an alias.
fn instrument(ty: &Type) -> Option<Instrument> {
    let Type::Path(path) = ty else { return None };
    Instrument::from_type_name(&path.path.segments.last()?.ident.to_string())
}

fn field_name(field: &Field) -> String {
    let name = field.ident.to_token_stream().to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

fn field_span(field: &Field) -> Span {
    field.ident.as_ref().map_or_else(|| field.span(), Ident::span)
}
