//! What the user wrote, as the declaration that telemetry-schema knows, with the place of every word.

use proc_macro2::Span;
use syn::{Field, Fields, GenericParam, Ident, ItemStruct, LitStr, Type};
use telemetry_schema::{Part, Problem, RecordAttribute, RecordDeclaration, RecordKind};

use super::input::{self, RecordArguments};
use crate::input::{attribute_arguments, brief};
use crate::mistakes::Mistakes;
use crate::model::{field_name, promise, promise_spans};
use crate::spans::{FieldSpans, Spans};
use crate::validation;

/// The keys that an attribute takes.
const ATTRIBUTE_KEYS: [&str; 4] = ["key", "flatten", "stability", "deprecated"];

/// An event or a span as declared, with what only code needs.
pub(super) struct RecordModel {
    pub(super) declaration: RecordDeclaration,
    /// The severity of an event, the kind of a span.
    pub(super) grade: Option<String>,
    /// The attributes, in the order of the declaration.
    pub(super) fields: Vec<(Ident, Type)>,
    /// The field that a person reads.
    pub(super) message: Option<Ident>,
    pub(super) spans: Spans,
}

/// Whether there is anything that an implementation could be about.
pub(super) fn is_a_record(item: &ItemStruct) -> bool {
    let is_lifetime = |param: &GenericParam| matches!(param, GenericParam::Lifetime(_));
    !matches!(item.fields, Fields::Unnamed(_)) && item.generics.params.iter().all(is_lifetime)
}

impl RecordModel {
    /// Reads the struct and removes what only the macro understands from it.
    pub(super) fn read(
        kind: RecordKind,
        arguments: RecordArguments,
        item: &mut ItemStruct,
        mistakes: &mut Mistakes,
    ) -> Self {
        tell_missing(kind, &arguments, item.ident.span(), mistakes);
        let mut spans = Spans::of_set(item.ident.span(), arguments.name.as_ref());
        spans.promise = promise_spans(&arguments.promise);
        let declaration = RecordDeclaration {
            kind,
            name: arguments.name.map(|name| name.value()).unwrap_or_default(),
            brief: brief(&item.attrs),
            promise: promise(&arguments.promise),
            attributes: Vec::new(),
        };
        let mut model =
            Self { declaration, grade: arguments.grade, fields: Vec::new(), message: None, spans };
        for field in input::fields(kind, item, mistakes) {
            model.read_field(field, mistakes);
        }
        model
    }

    fn read_field(&mut self, field: &mut Field, mistakes: &mut Mistakes) {
        let Some(ident) = field.ident.clone() else { return };
        if input::is_message(&mut field.attrs, mistakes) {
            self.read_message(ident, mistakes);
            return;
        }
        let before = mistakes.count();
        let words = attribute_arguments(&mut field.attrs, &ATTRIBUTE_KEYS, mistakes);
        self.spans.fields.push(FieldSpans {
            name: words.key.as_ref().map(LitStr::span),
            promise: promise_spans(&words.promise),
            is_partial: mistakes.count() > before,
            ..FieldSpans::of_field(ident.span())
        });
        self.declaration.attributes.push(RecordAttribute {
            field: field_name(field),
            key: words.key.map(|key| key.value()),
            brief: brief(&field.attrs),
            promise: promise(&words.promise),
            is_flattened: words.flatten.is_some(),
        });
        self.fields.push((ident, field.ty.clone()));
    }

    fn read_message(&mut self, ident: Ident, mistakes: &mut Mistakes) {
        if self.declaration.kind == RecordKind::Span {
            mistakes.push(ident.span(), "a span has no message: make it an attribute, or an event");
        } else if let Some(first) = &self.message {
            mistakes.push(ident.span(), format!("the message is already field `{first}`"));
        } else {
            self.message = Some(ident);
        }
    }

    /// Adds what is wrong with the declaration to the mistakes.
    pub(super) fn report(&self, mistakes: &mut Mistakes) {
        let mut problems = self.declaration.problems();
        problems.retain(|problem| !self.is_keyless_by_mistake(problem));
        validation::report(problems, &self.spans, mistakes);
    }

    /// Whether a key is missing only because it was not understood, which has been said.
    fn is_keyless_by_mistake(&self, problem: &Problem) -> bool {
        let field = problem.place.field.map(|index| &self.spans.fields[index]);
        problem.place.part == Part::Name
            && field.is_some_and(|field| field.is_partial && field.name.is_none())
    }
}

fn tell_missing(kind: RecordKind, arguments: &RecordArguments, record: Span, mistakes: &mut Mistakes) {
    if arguments.is_partial {
        return;
    }
    let one = kind.one();
    if arguments.name.is_none() {
        let message = format!("{one} needs a name: `name = \"...\"` in lower-case words joined by dots");
        mistakes.push(record, message);
    }
    // A span without a kind is internal.
    if kind == RecordKind::Event && arguments.grade.is_none() {
        let message =
            "an event needs a severity: `severity = \"info\"`, or `trace`, `debug`, `warn`, `error`";
        mistakes.push(record, message);
    }
}
