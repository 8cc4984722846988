//! The arguments of events, spans and their fields, word by word with their places.

use proc_macro2::TokenStream;
use syn::spanned::Spanned;
use syn::{Attribute, Field, Fields, GenericParam, ItemStruct, LitStr, Meta};
use telemetry_schema::{RecordKind, SEVERITIES, SPAN_KINDS, word_problem};

use crate::arguments::{self, Argument};
use crate::input::PromiseArguments;
use crate::mistakes::Mistakes;

/// The arguments of an event or a span.
#[derive(Default)]
pub(super) struct RecordArguments {
    pub(super) name: Option<LitStr>,
    /// The severity of an event, the kind of a span; known to be one.
    pub(super) grade: Option<String>,
    pub(super) promise: PromiseArguments,
    /// Something was not understood: what is missing may just be that.
    pub(super) is_partial: bool,
}

/// What the severity or kind is called, and the words for it.
fn grades(kind: RecordKind) -> (&'static str, &'static [&'static str]) {
    match kind {
        RecordKind::Event => ("severity", &SEVERITIES),
        RecordKind::Span => ("kind", &SPAN_KINDS),
    }
}

pub(super) fn record_arguments(
    kind: RecordKind,
    tokens: TokenStream,
    mistakes: &mut Mistakes,
) -> RecordArguments {
    let mut read = RecordArguments::default();
    let before = mistakes.count();
    let (grade, grades) = grades(kind);
    for argument in arguments::of_macro(tokens, mistakes) {
        match argument.key.to_string().as_str() {
            "name" => read.name = argument.value(mistakes),
            "stability" => read.promise.stability = argument.value(mistakes),
            "deprecated" => read.promise.deprecated = argument.value(mistakes),
            key if key == grade => read.grade = word(grade, argument, grades, mistakes),
            _ => argument.unknown(&["name", grade, "stability", "deprecated"], mistakes),
        }
    }
    read.is_partial = mistakes.count() > before;
    read
}

fn word(what: &str, argument: Argument, known: &[&str], mistakes: &mut Mistakes) -> Option<String> {
    let word: LitStr = argument.value(mistakes)?;
    let problem = word_problem(what, &word.value(), known);
    if let Some(problem) = &problem {
        mistakes.push(word.span(), problem);
    }
    problem.is_none().then(|| word.value())
}

/// Reads and removes the `#[message]` of a field; whether it is there.
pub(super) fn is_message(attributes: &mut Vec<Attribute>, mistakes: &mut Mistakes) -> bool {
    let given: Vec<_> = attributes.extract_if(.., |attribute| attribute.path().is_ident("message")).collect();
    for given in given.iter().filter(|given| !matches!(given.meta, Meta::Path(_))) {
        mistakes.push(given.meta.span(), "write `#[message]`: it has no arguments");
    }
    if !given.is_empty() {
        for other in attributes.extract_if(.., |attribute| attribute.path().is_ident("attribute")) {
            mistakes.push(other.path().span(), "a message is no attribute: it has no key");
        }
    }
    !given.is_empty()
}

/// The fields of a struct; a mistake and none for what cannot be a record.
pub(super) fn fields<'a>(
    kind: RecordKind,
    item: &'a mut ItemStruct,
    mistakes: &mut Mistakes,
) -> Vec<&'a mut Field> {
    for param in item.generics.params.iter().filter(|param| !matches!(param, GenericParam::Lifetime(_))) {
        let message =
            format!("{} can only be generic over lifetimes, its descriptor is one constant", kind.one());
        mistakes.push(param.span(), message);
    }
    let span = item.ident.span();
    match &mut item.fields {
        Fields::Named(fields) => {
            fields.named.iter_mut().for_each(|field| refuse_condition(kind, field, mistakes));
            fields.named.iter_mut().collect()
        }
        Fields::Unit => Vec::new(),
        Fields::Unnamed(_) => {
            mistakes.push(span, format!("{} is a struct with named fields, or with none", kind.one()));
            Vec::new()
        }
    }
}

fn refuse_condition(kind: RecordKind, field: &mut Field, mistakes: &mut Mistakes) {
    for condition in field.attrs.extract_if(.., |attribute| attribute.path().is_ident("cfg")) {
        let one = kind.one();
        let message = format!("a field of {one} cannot be conditional: put `#[cfg]` on {one} of its own");
        mistakes.push(condition.span(), message);
    }
}
