//! Tokens to what the user wrote, word by word with its place.

use proc_macro2::{Span, TokenStream};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Field, Fields, ItemStruct, Lit, LitStr, Meta, Type};

use crate::arguments;
use crate::mistakes::Mistakes;

/// The keys that metrics take.
const METRIC_KEYS: [&str; 7] = ["name", "unit", "range", "buckets", "exemplars", "stability", "deprecated"];

/// `name = "..."`, `attributes = Type` and `varying = Type` of a set.
#[derive(Default)]
pub(crate) struct SetArguments {
    pub(crate) name: Option<LitStr>,
    pub(crate) attributes: Option<Type>,
    pub(crate) varying: Option<Type>,
    /// Something was not understood: what is missing may just be that.
    pub(crate) is_partial: bool,
}

/// `unit = "..."` and the like of one metric.
#[derive(Default)]
pub(crate) struct MetricArguments {
    pub(crate) name: Option<LitStr>,
    pub(crate) unit: Option<LitStr>,
    pub(crate) range: Option<LitStr>,
    pub(crate) buckets: Option<(Span, Vec<f64>)>,
    pub(crate) exemplars: Option<Span>,
    pub(crate) promise: PromiseArguments,
    /// Something was not understood: what is missing may just be that.
    pub(crate) is_partial: bool,
}

/// `key = "..."` and the like of one attribute, `value = "..."` of one of its words.
#[derive(Default)]
pub(crate) struct AttributeArguments {
    pub(crate) key: Option<LitStr>,
    pub(crate) value: Option<LitStr>,
    pub(crate) flatten: Option<Span>,
    pub(crate) promise: PromiseArguments,
}

/// `stability = "..."` and `deprecated = "..."`.
#[derive(Default)]
pub(crate) struct PromiseArguments {
    pub(crate) stability: Option<LitStr>,
    pub(crate) deprecated: Option<LitStr>,
}

/// Reads the arguments of a set; `known` are the keys that this kind of set takes.
pub(crate) fn set_arguments(tokens: TokenStream, known: &[&str], mistakes: &mut Mistakes) -> SetArguments {
    let mut read = SetArguments::default();
    let before = mistakes.count();
    for argument in arguments::of_macro(tokens, mistakes) {
        match argument.key.to_string().as_str() {
            key if !known.contains(&key) => argument.unknown(known, mistakes),
            "name" => read.name = argument.value(mistakes),
            "attributes" => read.attributes = argument.value(mistakes),
            "varying" => read.varying = argument.value(mistakes),
            _ => argument.unknown(known, mistakes),
        }
    }
    read.is_partial = mistakes.count() > before;
    read
}

/// Reads and removes the `#[metric(...)]` of a field.
pub(crate) fn metric_arguments(field: &mut Field, mistakes: &mut Mistakes) -> MetricArguments {
    let mut read = MetricArguments::default();
    let before = mistakes.count();
    for argument in arguments::of_helpers(&mut field.attrs, "metric", mistakes) {
        match argument.key.to_string().as_str() {
            "name" => read.name = argument.value(mistakes),
            "unit" => read.unit = argument.value(mistakes),
            "range" => read.range = argument.value(mistakes),
            "buckets" => read.buckets = argument.bounds(mistakes),
            "exemplars" => read.exemplars = Some(argument.flag(mistakes)),
            "stability" => read.promise.stability = argument.value(mistakes),
            "deprecated" => read.promise.deprecated = argument.value(mistakes),
            _ => argument.unknown(&METRIC_KEYS, mistakes),
        }
    }
    read.is_partial = mistakes.count() > before;
    read
}

/// Reads and removes the `#[attribute(...)]` of an attribute or a word; `known` are the keys that it takes.
pub(crate) fn attribute_arguments(
    attributes: &mut Vec<Attribute>,
    known: &[&str],
    mistakes: &mut Mistakes,
) -> AttributeArguments {
    let mut read = AttributeArguments::default();
    for argument in arguments::of_helpers(attributes, "attribute", mistakes) {
        match argument.key.to_string().as_str() {
            key if !known.contains(&key) => argument.unknown(known, mistakes),
            "key" => read.key = argument.value(mistakes),
            "value" => read.value = argument.value(mistakes),
            "flatten" => read.flatten = Some(argument.flag(mistakes)),
            "stability" => read.promise.stability = argument.value(mistakes),
            "deprecated" => read.promise.deprecated = argument.value(mistakes),
            _ => argument.unknown(known, mistakes),
        }
    }
    read
}

/// The named fields of a struct; a mistake and none for the other shapes.
pub(crate) fn named_fields<'a>(item: &'a mut ItemStruct, mistakes: &mut Mistakes) -> Vec<&'a mut Field> {
    let span = item.ident.span();
    if !item.generics.params.is_empty() {
        mistakes.push(item.generics.span(), "a set cannot be generic, its descriptor is one constant");
    }
    let Fields::Named(fields) = &mut item.fields else {
        mistakes.push(span, "a set is a struct with named fields");
        return Vec::new();
    };
    for field in &mut fields.named {
        for condition in field.attrs.extract_if(.., |attribute| attribute.path().is_ident("cfg")) {
            mistakes.push(
                condition.span(),
                "a field of a set cannot be conditional: put `#[cfg]` on a set of its own",
            );
        }
    }
    fields.named.iter_mut().collect()
}

/// The first paragraph of the doc comment, on one line.
pub(crate) fn brief(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(doc_text).flat_map(|text| doc_lines(&text));
    let lines = lines.skip_while(String::is_empty);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The lines of one doc attribute; a block comment has several, with a column of stars that is not part of them.
fn doc_lines(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_starred =
        lines.len() > 1 && lines[1..].iter().all(|line| line.is_empty() || line.starts_with('*'));
    let bare = |line: &str| if is_starred { line.trim_start_matches('*').trim() } else { line }.to_owned();
    match lines.split_first() {
        Some((first, rest)) => {
            std::iter::once((*first).to_owned()).chain(rest.iter().map(|line| bare(line))).collect()
        }
        None => vec![String::new()],
    }
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { return None };
    attribute.path().is_ident("doc").then(|| text.value())
}
