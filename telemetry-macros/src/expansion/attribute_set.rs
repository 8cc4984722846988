//! The implementation of an attribute set.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Type};
use telemetry_schema::AttributeDeclaration;

use super::{check, promise};
use crate::model::AttributeSetModel;

pub(super) fn implementation(ident: &Ident, model: &AttributeSetModel) -> TokenStream {
    let (name, brief) = (&model.declaration.name, &model.declaration.brief);
    let (attributes, values) = if attributes(model).any(|(attribute, _)| attribute.is_flattened) {
        (nested_descriptors(model), nested_values(model))
    } else {
        (flat_descriptors(model), flat_values(model))
    };
    let checks = checks(ident, model);
    let in_records = crate::record::set_impl(ident, model);
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl ::telemetry::AttributeSet for #ident {
            const DESCRIPTOR: &'static ::telemetry::AttributesDescriptor = &::telemetry::AttributesDescriptor {
                name: #name,
                brief: #brief,
                attributes: #attributes,
            };

            fn values(self) -> ::std::vec::Vec<::telemetry::Scalar> {
                #values
            }
        }

        #in_records
        #checks
    }
}

fn attributes(model: &AttributeSetModel) -> impl Iterator<Item = (&AttributeDeclaration, &(Ident, Type))> {
    model.declaration.attributes.iter().zip(&model.fields)
}

fn flat_descriptors(model: &AttributeSetModel) -> TokenStream {
    let descriptors = attributes(model).map(|(attribute, (_, ty))| descriptor(model, attribute, ty));
    quote!(&[#(#descriptors),*])
}

fn descriptor(model: &AttributeSetModel, attribute: &AttributeDeclaration, ty: &Type) -> TokenStream {
    let (key, brief) = (model.declaration.full_key(attribute), &attribute.brief);
    let promise = promise(&attribute.promise);
    quote! {
        ::telemetry::AttributeField {
            key: #key,
            kind: <#ty as ::telemetry::AttributeValue>::KIND,
            brief: #brief,
            #promise
        }
    }
}

/// The attributes of other sets are known only when they have been compiled: then the lists are put together.
fn nested_descriptors(model: &AttributeSetModel) -> TokenStream {
    let parts = attributes(model).map(|(attribute, (_, ty))| {
        if attribute.is_flattened {
            return attributes_of(ty);
        }
        let descriptor = descriptor(model, attribute, ty);
        quote!(&[#descriptor])
    });
    quote! {{
        const __TELEMETRY_PARTS: &[&[::telemetry::AttributeField]] = &[#(#parts),*];
        const __TELEMETRY_ALL: [::telemetry::AttributeField; ::telemetry::__private::flattened_len(__TELEMETRY_PARTS)] =
            ::telemetry::__private::flattened(__TELEMETRY_PARTS);
        &__TELEMETRY_ALL
    }}
}

fn attributes_of(set: &Type) -> TokenStream {
    quote_spanned!(set.span() => <#set as ::telemetry::AttributeSet>::DESCRIPTOR.attributes)
}

fn flat_values(model: &AttributeSetModel) -> TokenStream {
    let values = model.fields.iter().map(|(field, ty)| value(field, ty));
    quote!(::std::vec![#(#values),*])
}

fn value(field: &Ident, ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> ::telemetry::AttributeValue::scalar(&self.#field))
}

fn nested_values(model: &AttributeSetModel) -> TokenStream {
    let pushed = attributes(model).map(|(attribute, (field, ty))| {
        if attribute.is_flattened {
            let of_set = quote_spanned!(ty.span()=> ::telemetry::AttributeSet::values(self.#field));
            quote!(__telemetry_values.extend(#of_set);)
        } else {
            let value = value(field, ty);
            quote!(__telemetry_values.push(#value);)
        }
    });
    quote! {
        let mut __telemetry_values = ::std::vec::Vec::new();
        #(#pushed)*
        __telemetry_values
    }
}

/// What the keys of other sets clash with is said on the field that comes second.
fn checks(ident: &Ident, model: &AttributeSetModel) -> TokenStream {
    let lengths = attributes(model).map(|(attribute, (field, ty))| {
        let (name, attributes) = (field.to_string(), attributes_of(ty));
        if attribute.is_flattened {
            quote!((#name, #attributes.len(), true))
        } else {
            quote!((#name, 1, false))
        }
    });
    let lengths = quote!(&[#(#lengths),*]);
    let first = attributes(model).position(|(attribute, _)| attribute.is_flattened);
    let second = first.map_or(0, |first| first.max(1))..first.map_or(0, |_| model.fields.len());
    let checks = second.map(|index| {
        let problem = quote! {
            ::telemetry::__private::flattened_problem(
                <#ident as ::telemetry::AttributeSet>::DESCRIPTOR.attributes,
                #lengths,
                #index,
            )
        };
        check(model.spans.key(index), &problem)
    });
    quote!(#(#checks)*)
}
