//! Types as constants see them.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};

/// A type with `'static` for the lifetimes of the struct: a constant knows no others.
pub(super) fn with_static(tokens: TokenStream, own: &[String]) -> TokenStream {
    let mut is_lifetime = false;
    let replaced = tokens.into_iter().map(|token| {
        let is_name = std::mem::replace(&mut is_lifetime, is_quote(&token));
        match token {
            TokenTree::Ident(name) if is_name && own.contains(&name.to_string()) => {
                Ident::new("static", name.span()).into()
            }
            TokenTree::Group(group) => group_with_static(&group, own).into(),
            other => other,
        }
    });
    replaced.collect()
}

fn group_with_static(group: &Group, own: &[String]) -> Group {
    let mut replaced = Group::new(group.delimiter(), with_static(group.stream(), own));
    replaced.set_span(group.span());
    replaced
}

fn is_quote(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'')
}
