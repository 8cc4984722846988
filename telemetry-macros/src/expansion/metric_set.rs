//! The implementation of a metric set.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Type};
use telemetry_schema::{BucketsDeclaration, Instrument, MetricDeclaration, parse_range};

use super::{check, option, promise};
use crate::model::MetricSetModel;

pub(super) fn implementation(ident: &Ident, model: &MetricSetModel) -> TokenStream {
    let (name, brief) = (&model.declaration.name, &model.declaration.brief);
    let (attributes, varying) = (or_unit(model.attributes.as_ref()), or_unit(model.varying.as_ref()));
    let metrics = || model.declaration.metrics.iter().zip(&model.fields);
    let descriptors =
        metrics().map(|(metric, (_, ty))| descriptor(&model.declaration.full_name(metric), metric, ty));
    let handles = model
        .fields
        .iter()
        .enumerate()
        .map(|(index, (field, ty))| quote_spanned!(ty.span()=> #field: __telemetry_cells.field(#index)));
    let buckets_checks = metrics().filter_map(|(metric, (_, ty))| buckets_check(metric, ty));
    let varying_checks = model.varying.as_ref().map(|ty| varying_checks(ident, ty));
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl ::telemetry::MetricSet for #ident {
            type Attributes = #attributes;
            type Varying = #varying;
            const DESCRIPTOR: &'static ::telemetry::MetricsDescriptor = {
                static DESCRIPTOR: ::telemetry::MetricsDescriptor = ::telemetry::MetricsDescriptor {
                    name: #name,
                    brief: #brief,
                    fields: &[#(#descriptors),*],
                    attributes: <#attributes as ::telemetry::AttributeSet>::DESCRIPTOR,
                    varying: <#varying as ::telemetry::Varying>::FIELDS,
                };
                &DESCRIPTOR
            };

            fn attach(__telemetry_cells: &::telemetry::__private::Cells) -> Self {
                Self { #(#handles),* }
            }
        }

        #(#buckets_checks)*
        #varying_checks

        ::telemetry::__private::inventory::submit! {
            ::telemetry::__private::LinkedMetrics(<#ident as ::telemetry::MetricSet>::DESCRIPTOR)
        }
    }
}

fn or_unit(ty: Option<&Type>) -> TokenStream {
    ty.map_or_else(|| quote!(()), ToTokens::to_token_stream)
}

fn descriptor(name: &str, metric: &MetricDeclaration, ty: &Type) -> TokenStream {
    let unit = metric.unit.as_deref().unwrap_or("1");
    let (brief, exemplars) = (&metric.brief, metric.exemplars);
    let (buckets, promise) = (option(buckets(metric, unit)), promise(&metric.promise));
    quote! {
        ::telemetry::MetricsField {
            name: #name,
            unit: #unit,
            kind: <#ty as ::telemetry::Instrument>::KIND,
            buckets: ::telemetry::__private::buckets_of(<#ty as ::telemetry::Instrument>::KIND, #buckets),
            brief: #brief,
            #promise
            exemplars: #exemplars,
        }
    }
}

/// A name says nothing for certain: it may be an alias. What has been said of another name is not said again, and what
/// has neither buckets nor exemplars is right whatever it is.
fn buckets_check(metric: &MetricDeclaration, ty: &Type) -> Option<TokenStream> {
    let is_plain = metric.buckets.is_none() && !metric.exemplars;
    let is_said = metric.instrument.is_some_and(|instrument| instrument != Instrument::Histogram);
    if is_plain || is_said {
        return None;
    }
    let kind = quote!(<#ty as ::telemetry::Instrument>::KIND);
    Some(check(ty.span(), &quote!(::telemetry::__private::buckets_problem(#kind))))
}

fn varying_checks(ident: &Ident, varying: &Type) -> TokenStream {
    let descriptor = quote!(<#ident as ::telemetry::MetricSet>::DESCRIPTOR);
    let keys = quote! {
        ::telemetry::__private::varying_problem(#descriptor.attributes.attributes, #descriptor.varying)
    };
    let budget = quote! {
        ::telemetry::__private::budget_problem(#descriptor, <#varying as ::telemetry::Varying>::COUNT)
    };
    let (keys, budget) = (check(varying.span(), &keys), check(varying.span(), &budget));
    quote!(#keys #budget)
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
