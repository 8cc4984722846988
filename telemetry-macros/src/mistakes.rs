//! Mistakes are collected instead of stopping at one.

use proc_macro2::{Span, TokenStream};

/// All mistakes found so far.
#[derive(Default)]
pub(crate) struct Mistakes {
    all: Option<syn::Error>,
    count: usize,
}

impl Mistakes {
    pub(crate) fn push(&mut self, span: Span, message: impl std::fmt::Display) {
        self.absorb(syn::Error::new(span, message));
    }

    pub(crate) fn absorb(&mut self, error: syn::Error) {
        self.count += 1;
        match &mut self.all {
            Some(all) => all.combine(error),
            None => self.all = Some(error),
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn into_tokens(self) -> TokenStream {
        self.all.map(syn::Error::into_compile_error).unwrap_or_default()
    }
}
