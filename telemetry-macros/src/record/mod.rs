//! Events and spans: structs whose fields are the attributes of one record.

mod expansion;
mod input;
mod model;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemStruct;
use telemetry_schema::RecordKind;

pub(crate) use expansion::{set_impl, word_impl};

use crate::mistakes::Mistakes;
use model::RecordModel;

pub(crate) fn event(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    record(RecordKind::Event, arguments, item)
}

pub(crate) fn span(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    record(RecordKind::Span, arguments, item)
}

fn record(kind: RecordKind, arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let arguments = input::record_arguments(kind, arguments, &mut mistakes);
    let mut item: ItemStruct = match syn::parse2(item.clone()) {
        Ok(item) => item,
        Err(error) => {
            let mistake = error.into_compile_error();
            return quote! { #item #mistake };
        }
    };
    let model = RecordModel::read(kind, arguments, &mut item, &mut mistakes);
    model.report(&mut mistakes);
    let implementation = model::is_a_record(&item).then(|| expansion::implementation(&item, &model));
    let mistakes = mistakes.into_tokens();
    quote! { #item #implementation #mistakes }
}
