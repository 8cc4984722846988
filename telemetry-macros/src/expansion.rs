//! Declarations to code. The item itself is always emitted, mistakes beside it.
//!
//! A pattern takes a constant of the user's for itself, so that variables have names that nobody else has.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DeriveInput, Fields, Ident, ItemStruct, Type};
use telemetry_schema::{BucketsDeclaration, MetricDeclaration, parse_range};

use crate::input::{self, Mistakes};
use crate::model::{AttributeSetModel, MetricSetModel};
use crate::validation;

pub(crate) fn metric_set(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let arguments = input::set_arguments(arguments, &["name", "attributes"], &mut mistakes);
    let mut item: ItemStruct = match syn::parse2(item.clone()) {
        Ok(item) => item,
        Err(error) => return not_a_struct(&error, item),
    };
    let model = MetricSetModel::read(arguments, &mut item, &mut mistakes);
    validation::report(model.declaration.problems(), &model.spans, &mut mistakes);
    let implementation = is_a_set(&item).then(|| metric_set_impl(&item.ident, &model, mistakes.is_empty()));
    let mistakes = mistakes.into_tokens();
    quote! { #item #implementation #mistakes }
}

pub(crate) fn attribute_set(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let arguments = input::set_arguments(arguments, &["name"], &mut mistakes);
    let mut item: ItemStruct = match syn::parse2(item.clone()) {
        Ok(item) => item,
        Err(error) => return not_a_struct(&error, item),
    };
    let model = AttributeSetModel::read(arguments, &mut item, &mut mistakes);
    validation::report(model.declaration.problems(), &model.spans, &mut mistakes);
    let implementation = is_a_set(&item).then(|| attribute_set_impl(&item.ident, &model));
    let mistakes = mistakes.into_tokens();
    quote! { #item #implementation #mistakes }
}

pub(crate) fn attribute_value(item: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.into_compile_error(),
    };
    let Data::Enum(body) = &item.data else {
        mistakes.push(item.ident.span(), "the values of an attribute are the variants of an enum");
        return mistakes.into_tokens();
    };
    if !item.generics.params.is_empty() {
        mistakes.push(
            item.generics.span(),
            "an enum of attribute values cannot be generic, its words are constants",
        );
        return mistakes.into_tokens();
    }
    if body.variants.is_empty() {
        mistakes.push(item.ident.span(), "an attribute needs at least one value: give the enum a variant");
        return mistakes.into_tokens();
    }
    let words = enum_words(body, &mut mistakes);
    let implementation = attribute_value_impl(&item.ident, &words);
    let mistakes = mistakes.into_tokens();
    quote! { #implementation #mistakes }
}

fn not_a_struct(error: &syn::Error, item: &TokenStream) -> TokenStream {
    let mistake = error.to_compile_error();
    quote! { #item #mistake }
}

/// Without named fields, or with parameters, there is nothing that an implementation could be about.
fn is_a_set(item: &ItemStruct) -> bool {
    matches!(item.fields, Fields::Named(_)) && item.generics.params.is_empty()
}

fn metric_set_impl(ident: &Ident, model: &MetricSetModel, is_right: bool) -> TokenStream {
    let (name, brief) = (&model.declaration.name, &model.declaration.brief);
    let attributes = model.attributes.as_ref().map_or_else(|| quote!(()), |ty| quote!(#ty));
    let metrics = &model.declaration.metrics;
    let descriptors = metrics.iter().zip(&model.fields).map(|(metric, (_, ty))| {
        metric_descriptor(&model.declaration.full_name(metric), metric, ty, is_right)
    });
    let handles = model
        .fields
        .iter()
        .enumerate()
        .map(|(index, (field, _))| quote!(#field: __telemetry_cells.field(#index)));
    quote! {
        #[automatically_derived]
        impl ::telemetry::MetricSet for #ident {
            type Attributes = #attributes;
            type Varying = ();
            const DESCRIPTOR: &'static ::telemetry::MetricsDescriptor = {
                static DESCRIPTOR: ::telemetry::MetricsDescriptor = ::telemetry::MetricsDescriptor {
                    name: #name,
                    brief: #brief,
                    fields: &[#(#descriptors),*],
                    attributes: <#attributes as ::telemetry::AttributeSet>::DESCRIPTOR,
                    varying: <() as ::telemetry::Varying>::FIELDS,
                };
                &DESCRIPTOR
            };

            fn attach(__telemetry_cells: &::telemetry::__private::Cells) -> Self {
                Self { #(#handles),* }
            }
        }

        ::telemetry::__private::inventory::submit! {
            ::telemetry::__private::LinkedMetrics(<#ident as ::telemetry::MetricSet>::DESCRIPTOR)
        }
    }
}

fn metric_descriptor(name: &str, metric: &MetricDeclaration, ty: &Type, is_right: bool) -> TokenStream {
    let unit = metric.unit.as_deref().unwrap_or("1");
    let brief = &metric.brief;
    let (buckets, has_buckets) = match buckets(metric, unit) {
        Some(buckets) => (quote!(::core::option::Option::Some(#buckets)), true),
        None => (quote!(::core::option::Option::None), false),
    };
    // A name says nothing for certain: it may be an alias. What has been said on the user's word is not said again.
    let check = (is_right || metric.instrument.is_none()).then(|| field_check(ty, has_buckets));
    quote! {{
        #check
        ::telemetry::MetricsField {
            name: #name,
            unit: #unit,
            kind: <#ty as ::telemetry::Instrument>::KIND,
            buckets: ::telemetry::__private::buckets_of(<#ty as ::telemetry::Instrument>::KIND, #buckets),
            brief: #brief,
            stability: ::telemetry::Stability::Development,
            deprecated: ::core::option::Option::None,
            exemplars: false,
        }
    }}
}

fn field_check(ty: &Type, has_buckets: bool) -> TokenStream {
    quote_spanned! { ty.span() =>
        if let ::core::option::Option::Some(__telemetry_problem) =
            ::telemetry::__private::field_problem(<#ty as ::telemetry::Instrument>::KIND, #has_buckets)
        {
            ::core::panic!("{}", __telemetry_problem)
        }
    }
}

fn buckets(metric: &MetricDeclaration, unit: &str) -> Option<TokenStream> {
    match metric.buckets.as_ref()? {
        BucketsDeclaration::Range(range) => {
            let (low, high) = parse_range(range, unit).ok()?;
            Some(quote!(::telemetry::Buckets::range(#low, #high)))
        }
        BucketsDeclaration::Bounds(bounds) => Some(quote!(::telemetry::Buckets::Bounds(&[#(#bounds),*]))),
    }
}

fn attribute_set_impl(ident: &Ident, model: &AttributeSetModel) -> TokenStream {
    let (name, brief) = (&model.declaration.name, &model.declaration.brief);
    let descriptors = model.declaration.attributes.iter().zip(&model.fields).map(|(attribute, (_, ty))| {
        let (key, brief) = (model.declaration.full_key(attribute), &attribute.brief);
        quote!(::telemetry::AttributeField {
            key: #key,
            kind: <#ty as ::telemetry::AttributeValue>::KIND,
            brief: #brief,
            stability: ::telemetry::Stability::Development,
            deprecated: ::core::option::Option::None,
        })
    });
    let fields = model.fields.iter().map(|(field, _)| field);
    quote! {
        #[automatically_derived]
        impl ::telemetry::AttributeSet for #ident {
            const DESCRIPTOR: &'static ::telemetry::AttributesDescriptor = &::telemetry::AttributesDescriptor {
                name: #name,
                brief: #brief,
                attributes: &[#(#descriptors),*],
            };

            fn values(self) -> ::std::vec::Vec<::telemetry::Scalar> {
                ::std::vec![#(::telemetry::AttributeValue::scalar(&self.#fields)),*]
            }
        }
    }
}

fn attribute_value_impl(ident: &Ident, words: &[(Ident, String)]) -> TokenStream {
    let variants = words.iter().map(|(variant, _)| variant);
    let values: Vec<_> = words.iter().map(|(_, word)| word).collect();
    let ids = words.iter().map(|(variant, _)| snake_case(variant));
    quote! {
        #[automatically_derived]
        impl #ident {
            /// The word that exporters show.
            pub const fn as_str(&self) -> &'static str {
                match self { #(Self::#variants { .. } => #values),* }
            }
        }

        #[automatically_derived]
        impl ::telemetry::AttributeValue for #ident {
            const KIND: ::telemetry::AttributeKind = ::telemetry::AttributeKind::Enum(&[
                #(::telemetry::EnumMember { id: #ids, value: #values, brief: "" }),*
            ]);

            fn scalar(&self) -> ::telemetry::Scalar {
                ::telemetry::Scalar::Word(self.as_str())
            }
        }
    }
}

fn enum_words(item: &DataEnum, mistakes: &mut Mistakes) -> Vec<(Ident, String)> {
    let mut words: Vec<(Ident, String)> = Vec::new();
    for variant in &item.variants {
        if !variant.fields.is_empty() {
            mistakes.push(variant.ident.span(), "the values of an attribute are variants without fields");
        }
        let given = input::attribute_argument(&mut variant.attrs.clone(), "value", mistakes);
        let span = given.as_ref().map_or_else(|| variant.ident.span(), syn::LitStr::span);
        let word = given.map_or_else(|| snake_case(&variant.ident), |word| word.value());
        if word.is_empty() {
            mistakes.push(span, "a value is empty: for Prometheus that is no label at all");
        }
        if let Some((first, _)) = words.iter().find(|(_, taken)| *taken == word) {
            mistakes.push(span, format!("value `{word}` is already taken by `{first}`"));
        }
        words.push((variant.ident.clone(), word));
    }
    words
}

/// `HttpServer` and `HTTPServer` are `http_server`: a word starts at a capital after a small letter or a digit, and
/// at the last capital of several.
fn snake_case(variant: &Ident) -> String {
    let letters: Vec<char> = variant.unraw().to_string().chars().collect();
    let mut word = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(index + 1);
        let starts = before.is_some_and(|before| {
            before != '_' && (!before.is_uppercase() || after.is_some_and(|after| after.is_lowercase()))
        });
        if letter.is_uppercase() && starts {
            word.push('_');
        }
        word.extend(letter.to_lowercase());
    }
    word
}
