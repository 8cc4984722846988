//! What the user wrote, as the declarations that telemetry-schema knows, with the place of every word.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, DataEnum, Field, Ident, ItemStruct, LitStr, Type, Variant};
use telemetry_schema::{
    AttributeDeclaration, AttributeEnumDeclaration, AttributesDeclaration, BucketsDeclaration, Declarer,
    Instrument, MemberDeclaration, MetricDeclaration, MetricsDeclaration, Promise,
};

use crate::input::{self, AttributeArguments, MetricArguments, PromiseArguments, SetArguments};
use crate::mistakes::Mistakes;
use crate::spans::{FieldSpans, PromiseSpans, Spans};

/// A metric set as declared, with the types that only code needs.
pub(crate) struct MetricSetModel {
    pub(crate) declaration: MetricsDeclaration,
    pub(crate) attributes: Option<Type>,
    pub(crate) varying: Option<Type>,
    pub(crate) fields: Vec<(Ident, Type)>,
    pub(crate) spans: Spans,
}

/// An attribute set as declared, with the types that only code needs.
pub(crate) struct AttributeSetModel {
    pub(crate) declaration: AttributesDeclaration,
    pub(crate) fields: Vec<(Ident, Type)>,
    pub(crate) spans: Spans,
}

/// A closed list of words as declared, with the variants that only code needs.
pub(crate) struct AttributeEnumModel {
    pub(crate) declaration: AttributeEnumDeclaration,
    pub(crate) variants: Vec<Ident>,
    /// Whether the discriminants are the places of the variants.
    pub(crate) is_dense: bool,
    pub(crate) spans: Spans,
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
        let SetArguments { attributes, varying, .. } = arguments;
        Self { declaration, attributes, varying, fields, spans }
    }
}

impl AttributeSetModel {
    /// Reads the struct and removes what only the macro understands from it.
    pub(crate) fn read(arguments: SetArguments, item: &mut ItemStruct, mistakes: &mut Mistakes) -> Self {
        let (name, mut spans, brief) = set_words(arguments.name, arguments.is_partial, item, mistakes);
        let mut declaration = AttributesDeclaration { name, brief, attributes: Vec::new() };
        let mut fields = Vec::new();
        for field in input::named_fields(item, mistakes) {
            let known = ["key", "flatten", "stability", "deprecated"];
            let words = input::attribute_arguments(&mut field.attrs, &known, mistakes);
            spans.fields.push(attribute_spans(field_span(field), &words));
            declaration.attributes.push(attribute(field, words));
            fields.extend(field.ident.clone().map(|ident| (ident, field.ty.clone())));
        }
        Self { declaration, fields, spans }
    }
}

impl AttributeEnumModel {
    /// Reads the enum. A derive gets a copy: nothing has to be removed from it.
    pub(crate) fn read(
        ident: &Ident,
        attributes: &[Attribute],
        body: &DataEnum,
        mistakes: &mut Mistakes,
    ) -> Self {
        let known = ["key", "stability", "deprecated"];
        let words = input::attribute_arguments(&mut attributes.to_vec(), &known, mistakes);
        let mut spans = Spans::of_set(ident.span(), words.key.as_ref());
        spans.promise = promise_spans(&words.promise);
        let mut members = Vec::new();
        for variant in &body.variants {
            let (member, places) = member(variant, mistakes);
            members.push(member);
            spans.fields.push(places);
        }
        let declaration = AttributeEnumDeclaration {
            key: words.key.map(|key| key.value()),
            brief: input::brief(attributes),
            promise: promise(&words.promise),
            members,
        };
        let variants = body.variants.iter().map(|variant| variant.ident.clone()).collect();
        let is_dense =
            body.variants.iter().all(|variant| variant.discriminant.is_none() && variant.fields.is_empty());
        Self { declaration, variants, is_dense, spans }
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
    let spans = Spans::of_set(set, name.as_ref());
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
        exemplars: words.exemplars.is_some(),
        promise: promise(&words.promise),
    }
}

fn attribute(field: &Field, words: AttributeArguments) -> AttributeDeclaration {
    AttributeDeclaration {
        field: field_name(field),
        brief: input::brief(&field.attrs),
        promise: promise(&words.promise),
        is_flattened: words.flatten.is_some(),
        key: words.key.map(|key| key.value()),
    }
}

fn member(variant: &Variant, mistakes: &mut Mistakes) -> (MemberDeclaration, FieldSpans) {
    let span = variant.ident.span();
    if !variant.fields.is_empty() {
        mistakes.push(span, "the values of an attribute are variants without fields");
    }
    let words = input::attribute_arguments(&mut variant.attrs.clone(), &["value"], mistakes);
    let value = words.value.as_ref().map(LitStr::span);
    let member = MemberDeclaration {
        variant: variant.ident.unraw().to_string(),
        value: words.value.map(|value| value.value()),
        brief: input::brief(&variant.attrs),
    };
    (member, FieldSpans { name: value, ..FieldSpans::of_field(span) })
}

pub(crate) fn promise(words: &PromiseArguments) -> Promise {
    let text = |word: &Option<LitStr>| word.as_ref().map(LitStr::value);
    Promise { stability: text(&words.stability), deprecated: text(&words.deprecated) }
}

fn metric_spans(field: &Field, words: &MetricArguments) -> FieldSpans {
    let bounds = words.buckets.as_ref().map(|(span, _)| *span);
    FieldSpans {
        name: words.name.as_ref().map(LitStr::span),
        unit: words.unit.as_ref().map(LitStr::span),
        buckets: words.range.as_ref().map(LitStr::span).or(bounds),
        exemplars: words.exemplars,
        promise: promise_spans(&words.promise),
        is_partial: words.is_partial,
        ..FieldSpans::of_field(field_span(field))
    }
}

fn attribute_spans(field: Span, words: &AttributeArguments) -> FieldSpans {
    FieldSpans {
        name: words.key.as_ref().map(LitStr::span),
        promise: promise_spans(&words.promise),
        ..FieldSpans::of_field(field)
    }
}

pub(crate) fn promise_spans(words: &PromiseArguments) -> PromiseSpans {
    let span = |word: &Option<LitStr>| word.as_ref().map(LitStr::span);
    PromiseSpans { stability: span(&words.stability), deprecated: span(&words.deprecated) }
}

/// The instrument, if the type is written by its name and not behind an alias.
fn instrument(ty: &Type) -> Option<Instrument> {
    let Type::Path(path) = ty else { return None };
    Instrument::from_type_name(&path.path.segments.last()?.ident.to_string())
}

pub(crate) fn field_name(field: &Field) -> String {
    let name = field.ident.to_token_stream().to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

fn field_span(field: &Field) -> Span {
    field.ident.as_ref().map_or_else(|| field.span(), Ident::span)
}
