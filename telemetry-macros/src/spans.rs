//! Where each word of a declaration stands; a word left out has the place of its field, or of its set.

use proc_macro2::Span;
use syn::LitStr;
use telemetry_schema::{Part, Place};

/// The places of the words of a set.
pub(crate) struct Spans {
    name: Span,
    set: Span,
    /// The name of the set is missing, or was not understood, which has been said.
    is_nameless: bool,
    pub(crate) promise: PromiseSpans,
    pub(crate) fields: Vec<FieldSpans>,
}

/// The places of the words of a field.
pub(crate) struct FieldSpans {
    pub(crate) field: Span,
    pub(crate) name: Option<Span>,
    pub(crate) unit: Option<Span>,
    pub(crate) buckets: Option<Span>,
    pub(crate) exemplars: Option<Span>,
    pub(crate) promise: PromiseSpans,
    /// Some of it was not understood, which has been said.
    pub(crate) is_partial: bool,
}

/// The places of what is promised.
#[derive(Default, Clone, Copy)]
pub(crate) struct PromiseSpans {
    pub(crate) stability: Option<Span>,
    pub(crate) deprecated: Option<Span>,
}

impl Spans {
    pub(crate) fn of_set(set: Span, name: Option<&LitStr>) -> Self {
        Self {
            name: name.map_or(set, LitStr::span),
            set,
            is_nameless: name.is_none(),
            promise: PromiseSpans::default(),
            fields: Vec::new(),
        }
    }

    /// Whether a problem with it may be nothing but the consequence of a mistake that has been said.
    pub(crate) fn is_consequence(&self, place: Place) -> bool {
        let Some(field) = place.field.map(|index| &self.fields[index]) else {
            return self.is_nameless && place.part == Part::Name;
        };
        let is_missing = match place.part {
            Part::Unit => field.unit.is_none(),
            Part::Buckets => field.buckets.is_none() || field.unit.is_none(),
            Part::Name | Part::Brief | Part::Exemplars | Part::Stability | Part::Deprecated => false,
        };
        field.is_partial && is_missing
    }

    /// The key of a field.
    pub(crate) fn key(&self, field: usize) -> Span {
        self.fields[field].of(Part::Name)
    }

    /// The user's word that a problem is about.
    pub(crate) fn of(&self, place: Place) -> Span {
        match place.field {
            Some(index) => self.fields[index].of(place.part),
            None if place.part == Part::Name => self.name,
            None => self.promise.of(place.part).unwrap_or(self.set),
        }
    }
}

impl FieldSpans {
    pub(crate) fn of_field(field: Span) -> Self {
        Self {
            field,
            name: None,
            unit: None,
            buckets: None,
            exemplars: None,
            promise: PromiseSpans::default(),
            is_partial: false,
        }
    }

    fn of(&self, part: Part) -> Span {
        let word = match part {
            Part::Name => self.name,
            Part::Unit => self.unit,
            Part::Buckets => self.buckets,
            Part::Exemplars => self.exemplars,
            Part::Brief | Part::Stability | Part::Deprecated => self.promise.of(part),
        };
        word.unwrap_or(self.field)
    }
}

impl PromiseSpans {
    fn of(self, part: Part) -> Option<Span> {
        match part {
            Part::Stability => self.stability,
            Part::Deprecated => self.deprecated,
            _ => None,
        }
    }
}
