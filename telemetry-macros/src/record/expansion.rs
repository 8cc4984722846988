//! Declared events and spans to code.
//!
//! Constants and statics have names that nobody else has: a pattern, or a field's type, takes one of the user's.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{GenericArgument, ItemStruct, PathArguments, Type};
use telemetry_schema::{RecordAttribute, RecordKind};

use super::model::RecordModel;
use crate::expansion::{check, promise};
use crate::model::AttributeSetModel;

pub(super) fn implementation(item: &ItemStruct, model: &RecordModel) -> TokenStream {
    let own: Vec<String> = item.generics.lifetimes().map(|param| param.lifetime.ident.to_string()).collect();
    let fields = model.declaration.attributes.iter().zip(&model.fields);
    let fields = fields.map(|(attribute, (_, ty))| field_part(attribute, ty, &own));
    let checks = checks(model);
    let own_code = match model.declaration.kind {
        RecordKind::Event => event_impl(item, model),
        RecordKind::Span => span_impl(item, model, &own),
    };
    quote! {
        const _: () = {
            const __TELEMETRY_PARTS: &[::telemetry::__private::FieldPart] = &[#(#fields),*];
            const __TELEMETRY_FIELDS: &[::telemetry::logs::FieldDescriptor] =
                &::telemetry::__private::fields::<{ ::telemetry::__private::fields_len(__TELEMETRY_PARTS) }>(
                    __TELEMETRY_PARTS,
                );
            #checks
            #own_code
        };
    }
}

/// What the keys of other sets clash with is said on the field that comes second. Without sets it has been said.
fn checks(model: &RecordModel) -> TokenStream {
    let attributes = &model.declaration.attributes;
    let first = attributes.iter().position(|attribute| attribute.is_flattened).unwrap_or(attributes.len());
    let checks = (first.max(1)..attributes.len()).map(|index| {
        let problem = quote!(::telemetry::__private::fields_problem(__TELEMETRY_PARTS, #index));
        check(model.spans.key(index), &problem)
    });
    quote!(#(#checks)*)
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

fn event_impl(item: &ItemStruct, model: &RecordModel) -> TokenStream {
    let (vis, ident) = (&item.vis, &item.ident);
    let (generics, arguments, conditions) = item.generics.split_for_impl();
    let level = level(model.grade.as_deref());
    let descriptor = descriptor(
        model,
        &quote!(::telemetry::logs::EventDescriptor),
        &quote!(::telemetry::logs::Level::#level),
    );
    let with_fields = with_fields(model);
    let message = message(model);
    quote! {
        const __TELEMETRY_DESCRIPTOR: ::telemetry::logs::EventDescriptor = #descriptor;
        static __TELEMETRY_EVENT: ::telemetry::__private::EventSite =
            ::telemetry::__private::EventSite::new(__TELEMETRY_DESCRIPTOR);

        ::telemetry::__private::inventory::submit! { ::telemetry::__private::LinkedEvent(&__TELEMETRY_EVENT) }

        #[automatically_derived]
        #[allow(dead_code)]
        impl #generics #ident #arguments #conditions {
            /// Whether it goes anywhere at the moment; one relaxed load.
            #[inline]
            #vis fn is_enabled() -> bool {
                __TELEMETRY_EVENT.is_enabled()
            }

            /// Emits it, if it goes anywhere at the moment.
            #[inline]
            #vis fn emit(&self) {
                if __TELEMETRY_EVENT.is_enabled() {
                    ::telemetry::logs::DeclaredEvent::with_fields(self, |__telemetry_fields| {
                        ::telemetry::__private::emit_declared(&__TELEMETRY_EVENT, #message, __telemetry_fields);
                    });
                }
            }

            /// Makes and emits it, if it goes anywhere at the moment: for fields that cost something.
            #[inline]
            #vis fn emit_with(__telemetry_make: impl ::core::ops::FnOnce() -> Self) {
                if __TELEMETRY_EVENT.is_enabled() {
                    __telemetry_make().emit();
                }
            }
        }

        #[automatically_derived]
        impl #generics ::telemetry::logs::DeclaredEvent for #ident #arguments #conditions {
            const DESCRIPTOR: &'static ::telemetry::logs::EventDescriptor = &__TELEMETRY_DESCRIPTOR;

            #with_fields
        }
    }
}

fn span_impl(item: &ItemStruct, model: &RecordModel, own: &[String]) -> TokenStream {
    let (vis, ident) = (&item.vis, &item.ident);
    let (generics, arguments, conditions) = item.generics.split_for_impl();
    let kind = kind(model.grade.as_deref());
    let descriptor = descriptor(
        model,
        &quote!(::telemetry::trace::SpanDescriptor),
        &quote!(::telemetry::trace::SpanKind::#kind),
    );
    let with_fields = with_fields(model);
    // Which span it is does not depend on what it borrows.
    let declared = with_static(quote!(#ident #arguments), own);
    let keys = model.declaration.attributes.iter().zip(&model.fields);
    let keys = keys.filter(|(attribute, _)| !attribute.is_flattened);
    let keys = keys.map(|(attribute, (field, ty))| span_key(vis, &declared, attribute, field, ty));
    quote! {
        const __TELEMETRY_DESCRIPTOR: &::telemetry::trace::SpanDescriptor = &#descriptor;

        ::telemetry::__private::inventory::submit! { ::telemetry::__private::LinkedSpan(__TELEMETRY_DESCRIPTOR) }

        #[automatically_derived]
        #[allow(dead_code)]
        impl #generics #ident #arguments #conditions {
            #(#keys)*

            /// Starts it as part of the span under way on this thread, or of none.
            #vis fn start(&self) -> ::telemetry::trace::SpanOf<#declared> {
                self.start_in(::telemetry::trace::Parent::Current)
            }

            /// Starts it as part of another span, or of none.
            #vis fn start_in(&self, parent: ::telemetry::trace::Parent<'_>) -> ::telemetry::trace::SpanOf<#declared> {
                ::telemetry::trace::SpanOf::start(self, parent)
            }
        }

        #[automatically_derived]
        impl #generics ::telemetry::trace::DeclaredSpan for #ident #arguments #conditions {
            const DESCRIPTOR: &'static ::telemetry::trace::SpanDescriptor = __TELEMETRY_DESCRIPTOR;

            #with_fields
        }
    }
}

/// The constant that a field is set by.
fn span_key(
    vis: &syn::Visibility,
    declared: &TokenStream,
    attribute: &RecordAttribute,
    field: &Ident,
    ty: &Type,
) -> TokenStream {
    let name = format_ident!("{}", field.unraw().to_string().to_uppercase(), span = field.span());
    let (key, brief) = (attribute.key.as_deref().unwrap_or_default(), &attribute.brief);
    let ty = optional(ty).unwrap_or(ty);
    quote! {
        #[doc = #brief]
        #vis const #name: ::telemetry::trace::SpanAttribute<#declared, #ty> =
            ::telemetry::trace::SpanAttribute::new(#key);
    }
}

/// What an `Option` may hold.
fn optional(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

fn descriptor(model: &RecordModel, ty: &TokenStream, grade: &TokenStream) -> TokenStream {
    let (name, brief) = (&model.declaration.name, &model.declaration.brief);
    let promise = promise(&model.declaration.promise);
    quote! {
        #ty {
            brief: #brief,
            fields: __TELEMETRY_FIELDS,
            #promise
            ..#ty::new(#name, #grade, ::core::module_path!())
        }
    }
}

fn field_part(attribute: &RecordAttribute, ty: &Type, own: &[String]) -> TokenStream {
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

fn with_fields(model: &RecordModel) -> TokenStream {
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

fn message(model: &RecordModel) -> TokenStream {
    let Some(field) = &model.message else { return quote!(::telemetry::logs::EventValue::Absent) };
    quote_spanned!(field.span() => ::telemetry::logs::EventScalar::event_value(&self.#field))
}

fn level(severity: Option<&str>) -> TokenStream {
    match severity {
        Some("trace") => quote!(Trace),
        Some("debug") => quote!(Debug),
        Some("warn") => quote!(Warn),
        Some("error") => quote!(Error),
        _ => quote!(Info),
    }
}

fn kind(kind: Option<&str>) -> TokenStream {
    match kind {
        Some("server") => quote!(Server),
        Some("client") => quote!(Client),
        Some("producer") => quote!(Producer),
        Some("consumer") => quote!(Consumer),
        _ => quote!(Internal),
    }
}

/// A type with `'static` for the lifetimes of the struct: a constant knows no others.
fn with_static(tokens: TokenStream, own: &[String]) -> TokenStream {
    let mut is_lifetime = false;
    let replaced = tokens.into_iter().map(|token| {
        let is_name = std::mem::replace(&mut is_lifetime, is_quote(&token));
        match token {
            TokenTree::Ident(name) if is_name && own.contains(&name.to_string()) => {
                Ident::new("static", name.span()).into()
            }
            TokenTree::Group(group) => group_with_static(&group, own).into(),
            other => other,
        }
    });
    replaced.collect()
}

fn group_with_static(group: &Group, own: &[String]) -> Group {
    let mut replaced = Group::new(group.delimiter(), with_static(group.stream(), own));
    replaced.set_span(group.span());
    replaced
}

fn is_quote(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'')
}
