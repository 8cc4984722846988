//! The implementation of a declared event.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ItemStruct;

use super::descriptor;
use super::fields::with_fields;
use crate::record::model::RecordModel;

pub(super) fn implementation(item: &ItemStruct, model: &RecordModel) -> TokenStream {
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
        #[allow(deprecated)]
        impl #generics ::telemetry::logs::DeclaredEvent for #ident #arguments #conditions {
            const DESCRIPTOR: &'static ::telemetry::logs::EventDescriptor = &__TELEMETRY_DESCRIPTOR;

            #with_fields
        }
    }
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
