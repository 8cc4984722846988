//! Declarations to code. The item itself is always emitted, mistakes beside it.
//!
//! A pattern takes a constant of the user's for itself, so that variables have names that nobody else has. What the user
//! deprecates is for others to see: the implementations use it silently.

mod attribute_enum;
mod attribute_set;
mod metric_set;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, ItemStruct};
use telemetry_schema::{Promise, STABILITIES};

use crate::input;
use crate::mistakes::Mistakes;
use crate::model::{AttributeEnumModel, AttributeSetModel, MetricSetModel};
use crate::validation;

pub(crate) fn metric_set(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let arguments = input::set_arguments(arguments, &["name", "attributes", "varying"], &mut mistakes);
    let mut item: ItemStruct = match syn::parse2(item.clone()) {
        Ok(item) => item,
        Err(error) => return not_a_struct(&error, item),
    };
    let model = MetricSetModel::read(arguments, &mut item, &mut mistakes);
    validation::report(model.declaration.problems(), &model.spans, &mut mistakes);
    let implementation = is_a_set(&item).then(|| metric_set::implementation(&item.ident, &model));
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
    let implementation = is_a_set(&item).then(|| attribute_set::implementation(&item.ident, &model));
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
    let model = AttributeEnumModel::read(&item.ident, &item.attrs, body, &mut mistakes);
    validation::report(model.declaration.problems(), &model.spans, &mut mistakes);
    let implementation = attribute_enum::implementation(&item.ident, &model);
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

/// What a declaration promises, as fields of its descriptor.
pub(crate) fn promise(promise: &Promise) -> TokenStream {
    let known = promise.stability.as_deref().filter(|word| STABILITIES.contains(word));
    let stability = format_ident!("{}", camel_case(known.unwrap_or(STABILITIES[0])));
    let deprecated = option(promise.deprecated.as_ref());
    quote! {
        stability: ::telemetry::Stability::#stability,
        deprecated: #deprecated,
    }
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    let none = || quote!(::core::option::Option::None);
    value.map_or_else(none, |value| quote!(::core::option::Option::Some(#value)))
}

fn camel_case(word: &str) -> String {
    let mut camel = String::new();
    for part in word.split('_') {
        let (first, rest) = part.split_at(1);
        camel.push_str(&first.to_uppercase());
        camel.push_str(rest);
    }
    camel
}

/// Ends the compilation with the message of a check that is constant, on the user's word.
pub(crate) fn check(span: Span, problem: &TokenStream) -> TokenStream {
    quote_spanned! { span =>
        const _: () = if let ::core::option::Option::Some(__telemetry_problem) = &#problem {
            ::core::panic!("{}", __telemetry_problem.as_str())
        };
    }
}
