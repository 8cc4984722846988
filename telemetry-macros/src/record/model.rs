//! What the user wrote, as the declaration that telemetry-schema knows, with the place of every word.

use proc_macro2::Span;
use syn::{Field, Fields, GenericParam, Ident, ItemStruct, LitStr, Type};
use telemetry_schema::{Part, Place, RecordAttribute, RecordDeclaration, RecordKind};

use super::input::{self, FieldArguments, Promises, RecordArguments};
use crate::input::{Mistakes, brief};
use crate::model::field_name;

/// An event or a span as declared, with what only code needs.
pub(super) struct RecordModel {
    pub(super) declaration: RecordDeclaration,
    /// The severity of an event, the kind of a span.
    pub(super) grade: Option<String>,
    pub(super) promises: Promises,
    /// The attributes, in the order of the declaration.
    pub(super) fields: Vec<RecordField>,
    /// The field that a person reads.
    pub(super) message: Option<Ident>,
    name: Option<Span>,
    record: Span,
}

/// The field of an attribute.
pub(super) struct RecordField {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    pub(super) promises: Promises,
    key: Option<Span>,
    /// Some of it was not understood, which has been said.
    is_partial: bool,
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
        let record = item.ident.span();
        tell_missing(kind, &arguments, record, mistakes);
        let name = arguments.name.as_ref().map(LitStr::span);
        let declaration = RecordDeclaration {
            kind,
            name: arguments.name.map(|name| name.value()).unwrap_or_default(),
            brief: brief(&item.attrs),
            attributes: Vec::new(),
        };
        let RecordArguments { grade, promises, .. } = arguments;
        let mut model =
            Self { declaration, grade, promises, fields: Vec::new(), message: None, name, record };
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
        let FieldArguments { key, promises, is_partial } = input::field_arguments(&mut field.attrs, mistakes);
        self.declaration.attributes.push(RecordAttribute {
            field: field_name(field),
            key: key.as_ref().map(LitStr::value),
            brief: brief(&field.attrs),
        });
        let key = key.as_ref().map(LitStr::span);
        self.fields.push(RecordField { ident, ty: field.ty.clone(), promises, key, is_partial });
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

    /// Adds what is wrong with the declaration, unless it is nothing but the consequence of what has been said.
    pub(super) fn report(&self, mistakes: &mut Mistakes) {
        let problems = self.declaration.problems();
        for problem in problems.into_iter().filter(|problem| !self.is_consequence(problem.place)) {
            mistakes.push(self.span_of(problem.place), problem.message);
        }
    }

    fn is_consequence(&self, place: Place) -> bool {
        let is_name = place.part == Part::Name;
        match place.field.map(|index| &self.fields[index]) {
            Some(field) => is_name && field.is_partial && field.key.is_none(),
            None => is_name && self.name.is_none(),
        }
    }

    /// The user's word that a problem is about.
    fn span_of(&self, place: Place) -> Span {
        let (name, owner) = match place.field.map(|index| &self.fields[index]) {
            Some(field) => (field.key, field.ident.span()),
            None => (self.name, self.record),
        };
        if place.part == Part::Name { name.unwrap_or(owner) } else { owner }
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
        mistakes.push(
            record,
            "an event needs a severity: `severity = \"info\"`, or `trace`, `debug`, `warn`, `error`",
        );
    }
}
