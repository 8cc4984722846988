//! The implementation of a closed list of words.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;
use telemetry_schema::MemberDeclaration;

use super::promise;
use crate::model::AttributeEnumModel;

pub(super) fn implementation(ident: &Ident, model: &AttributeEnumModel) -> TokenStream {
    let variants = &model.variants;
    let values: Vec<_> = model.declaration.members.iter().map(MemberDeclaration::value).collect();
    let members = model.declaration.members.iter().map(member);
    let varying = model.declaration.key.as_deref().map(|key| varying(ident, key, model, &values));
    let in_records = crate::record::word_impl(ident);
    quote! {
        #in_records

        #[automatically_derived]
        #[allow(deprecated)]
        impl #ident {
            /// The word that exporters show.
            pub const fn as_str(&self) -> &'static str {
                match self { #(Self::#variants { .. } => #values),* }
            }
        }

        #[automatically_derived]
        impl ::telemetry::AttributeValue for #ident {
            const KIND: ::telemetry::AttributeKind = ::telemetry::AttributeKind::Enum(&[#(#members),*]);

            fn scalar(&self) -> ::telemetry::Scalar {
                ::telemetry::Scalar::Word(self.as_str())
            }

            #[inline]
            fn field_value(&self) -> ::telemetry::logs::EventValue<'_> {
                ::telemetry::logs::EventValue::Text(self.as_str())
            }
        }

        #varying
    }
}

fn member(member: &MemberDeclaration) -> TokenStream {
    let (id, value, brief) = (member.id(), member.value(), &member.brief);
    quote!(::telemetry::EnumMember { id: #id, value: #value, brief: #brief })
}

fn varying(ident: &Ident, key: &str, model: &AttributeEnumModel, values: &[String]) -> TokenStream {
    let (brief, promise) = (&model.declaration.brief, promise(&model.declaration.promise));
    let (count, index) = (values.len(), index(model));
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl ::telemetry::VaryingAttribute for #ident {
            const FIELD: ::telemetry::AttributeField = ::telemetry::AttributeField {
                key: #key,
                kind: <Self as ::telemetry::AttributeValue>::KIND,
                brief: #brief,
                #promise
            };
            const COUNT: usize = #count;
            type Points<P: 'static> = [P; #count];

            #[inline]
            fn index(self) -> usize {
                #index
            }

            fn scalar_at(__telemetry_index: usize) -> ::telemetry::Scalar {
                ::telemetry::Scalar::Word([#(#values),*][__telemetry_index])
            }
        }
    }
}

/// The discriminant is the place, unless the user has other plans for it.
fn index(model: &AttributeEnumModel) -> TokenStream {
    if model.is_dense {
        return quote!(self as usize);
    }
    let (variants, places) = (&model.variants, 0..model.variants.len());
    quote!(match self { #(Self::#variants { .. } => #places),* })
}
