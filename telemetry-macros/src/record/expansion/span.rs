//! The implementation of a declared span.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{GenericArgument, ItemStruct, PathArguments, Type};
use telemetry_schema::RecordAttribute;

use super::descriptor;
use super::fields::with_fields;
use super::lifetime::with_static;
use crate::record::model::RecordModel;

pub(super) fn implementation(item: &ItemStruct, model: &RecordModel, own: &[String]) -> TokenStream {
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
        #[allow(deprecated)]
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

fn kind(kind: Option<&str>) -> TokenStream {
    match kind {
        Some("server") => quote!(Server),
        Some("client") => quote!(Client),
        Some("producer") => quote!(Producer),
        Some("consumer") => quote!(Consumer),
        _ => quote!(Internal),
    }
}
