//! Fields: their descriptors, their values, and what attribute sets and enums need to be among them.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;
use telemetry_schema::RecordAttribute;

use super::lifetime::with_static;
use crate::expansion::{check, promise};
use crate::model::AttributeSetModel;
use crate::record::model::RecordModel;

pub(super) fn part(attribute: &RecordAttribute, ty: &Type, own: &[String]) -> TokenStream {
    if attribute.is_flattened {
        return quote_spanned! { ty.span() =>
            ::telemetry::__private::FieldPart::Set(<#ty as ::telemetry::AttributeSet>::DESCRIPTOR.attributes)
        };
    }
    let descriptor = field_descriptor(attribute, ty, own);
    quote!(::telemetry::__private::FieldPart::One(#descriptor))
}

fn field_descriptor(attribute: &RecordAttribute, ty: &Type, own: &[String]) -> TokenStream {
    let (key, brief) = (attribute.key.as_deref().unwrap_or_default(), &attribute.brief);
    let promise = promise(&attribute.promise);
    let span = ty.span();
    let ty = with_static(ty.to_token_stream(), own);
    let scalar = quote_spanned!(span => <#ty as ::telemetry::logs::EventScalar>);
    quote! {
        ::telemetry::logs::FieldDescriptor {
            attribute: ::telemetry::AttributeField {
                key: #key,
                kind: #scalar::KIND,
                brief: #brief,
                #promise
            },
            is_required: #scalar::IS_REQUIRED,
        }
    }
}

/// What the keys of other sets clash with is said on the field that comes second. Without sets it has been said.
pub(super) fn checks(model: &RecordModel) -> TokenStream {
    let attributes = &model.declaration.attributes;
    let first = attributes.iter().position(|attribute| attribute.is_flattened).unwrap_or(attributes.len());
    let checks = (first.max(1)..attributes.len()).map(|index| {
        let problem = quote!(::telemetry::__private::fields_problem(__TELEMETRY_PARTS, #index));
        check(model.spans.key(index), &problem)
    });
    quote!(#(#checks)*)
}

pub(super) fn with_fields(model: &RecordModel) -> TokenStream {
    let has_sets = model.declaration.attributes.iter().any(|attribute| attribute.is_flattened);
    let body = if has_sets { put_together(model) } else { written(model) };
    quote! {
        #[inline]
        fn with_fields<__TelemetryResult>(
            &self,
            __telemetry_then: impl ::core::ops::FnOnce(&[::telemetry::logs::EventField<'_>]) -> __TelemetryResult,
        ) -> __TelemetryResult {
            #body
        }
    }
}

fn written(model: &RecordModel) -> TokenStream {
    let fields = model.declaration.attributes.iter().zip(&model.fields).map(|(attribute, (field, ty))| {
        let (key, value) = (attribute.key.as_deref().unwrap_or_default(), value(field, ty));
        quote!(::telemetry::logs::EventField { key: #key, value: #value })
    });
    quote!(__telemetry_then(&[#(#fields),*]))
}

/// How many fields there are is known only when the sets have been compiled.
fn put_together(model: &RecordModel) -> TokenStream {
    let filled = model.declaration.attributes.iter().zip(&model.fields).map(|(attribute, (field, ty))| {
        if attribute.is_flattened {
            return filled(field, ty);
        }
        let (key, value) = (attribute.key.as_deref().unwrap_or_default(), value(field, ty));
        quote!(__telemetry_slots.put(#key, #value);)
    });
    quote! {
        let mut __telemetry_fields = [::telemetry::__private::EMPTY_SLOT; __TELEMETRY_FIELDS.len()];
        {
            let __telemetry_slots = &mut ::telemetry::logs::Slots::new(&mut __telemetry_fields);
            #(#filled)*
        }
        __telemetry_then(&__telemetry_fields)
    }
}

fn value(field: &Ident, ty: &Type) -> TokenStream {
    quote_spanned!(ty.span() => ::telemetry::logs::EventScalar::event_value(&self.#field))
}

/// What makes an attribute set one that events and spans can have in the place of a field.
pub(crate) fn set_impl(ident: &Ident, model: &AttributeSetModel) -> TokenStream {
    let fields = model.declaration.attributes.iter().zip(&model.fields).map(|(attribute, (field, ty))| {
        if attribute.is_flattened {
            return filled(field, ty);
        }
        let key = model.declaration.full_key(attribute);
        quote_spanned! { ty.span() =>
            __telemetry_slots.put(#key, ::telemetry::AttributeValue::field_value(&self.#field));
        }
    });
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl ::telemetry::logs::FieldSet for #ident {
            fn fill<'__telemetry>(
                &'__telemetry self,
                __telemetry_slots: &mut ::telemetry::logs::Slots<'_, '__telemetry>,
            ) {
                #(#fields)*
            }
        }
    }
}

fn filled(field: &Ident, ty: &Type) -> TokenStream {
    quote_spanned!(ty.span() => ::telemetry::logs::FieldSet::fill(&self.#field, &mut *__telemetry_slots);)
}

/// What makes an enum of words a type that fields of events and spans can have.
pub(crate) fn word_impl(ident: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl ::telemetry::logs::EventScalar for #ident {
            const KIND: ::telemetry::AttributeKind = <Self as ::telemetry::AttributeValue>::KIND;

            #[inline]
            fn event_value(&self) -> ::telemetry::logs::EventValue<'_> {
                ::telemetry::AttributeValue::field_value(self)
            }
        }
    }
}
