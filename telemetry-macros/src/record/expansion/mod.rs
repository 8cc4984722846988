//! Declared events and spans to code.
//!
//! Constants and statics have names that nobody else has: a pattern, or a field's type, takes one of the user's.

mod event;
mod fields;
mod lifetime;
mod span;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemStruct;
use telemetry_schema::RecordKind;

pub(crate) use fields::{set_impl, word_impl};

use super::model::RecordModel;
use crate::expansion::promise;

pub(super) fn implementation(item: &ItemStruct, model: &RecordModel) -> TokenStream {
    let own: Vec<String> = item.generics.lifetimes().map(|param| param.lifetime.ident.to_string()).collect();
    let fields = model.declaration.attributes.iter().zip(&model.fields);
    let fields = fields.map(|(attribute, (_, ty))| fields::part(attribute, ty, &own));
    let checks = fields::checks(model);
    let own_code = match model.declaration.kind {
        RecordKind::Event => event::implementation(item, model),
        RecordKind::Span => span::implementation(item, model, &own),
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
