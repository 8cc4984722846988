//! `key = value` and `flag` between commas, read one by one, so that a slip in one does not hide the others.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Meta, Token, Type};
use telemetry_schema::unknown_key;

use crate::mistakes::Mistakes;

/// `key = value`, the value an expression or a type; or `key` alone.
pub(crate) struct Argument {
    pub(crate) key: Ident,
    value: Option<TokenStream>,
}

impl Argument {
    /// The value.
    pub(crate) fn value<T: Parse>(self, mistakes: &mut Mistakes) -> Option<T> {
        let Some(value) = self.value else {
            let message = format!("`{key}` needs a value: `{key} = ...`", key = self.key);
            mistakes.push(self.key.span(), message);
            return None;
        };
        parsed(value, mistakes)
    }

    /// Where the flag stands.
    pub(crate) fn flag(self, mistakes: &mut Mistakes) -> Span {
        if let Some(value) = self.value {
            mistakes.push(value.span(), format!("`{}` is a flag: it takes no value", self.key));
        }
        self.key.span()
    }

    /// The bounds of buckets, and where they stand.
    pub(crate) fn bounds(self, mistakes: &mut Mistakes) -> Option<(Span, Vec<f64>)> {
        let array: syn::ExprArray = self.value(mistakes)?;
        let bounds = array.elems.iter().map(bound).collect::<syn::Result<Vec<f64>>>();
        bounds.map(|bounds| (array.span(), bounds)).map_err(|error| mistakes.absorb(error)).ok()
    }

    /// Says that nobody knows the key.
    pub(crate) fn unknown(&self, known: &[&str], mistakes: &mut Mistakes) {
        mistakes.push(self.key.span(), unknown_key(&self.key.to_string(), known));
    }
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.parse()?;
        if input.is_empty() {
            return Ok(Self { key, value: None });
        }
        input.parse::<Token![=]>()?;
        let value = if input.peek(syn::token::Bracket) || input.peek(Lit) {
            let expr: Expr = input.parse()?;
            quote::quote!(#expr)
        } else {
            let ty: Type = input.parse()?;
            quote::quote!(#ty)
        };
        Ok(Self { key, value: Some(value) })
    }
}

/// The arguments of a macro, each key once.
pub(crate) fn of_macro(tokens: TokenStream, mistakes: &mut Mistakes) -> Vec<Argument> {
    let read = arguments(tokens, mistakes);
    unique(read, mistakes)
}

/// The arguments of the helper attributes `name`, each key once; removes the attributes.
pub(crate) fn of_helpers(
    attributes: &mut Vec<Attribute>,
    name: &str,
    mistakes: &mut Mistakes,
) -> Vec<Argument> {
    let mut read = Vec::new();
    for helper in attributes.extract_if(.., |attribute| attribute.path().is_ident(name)) {
        match helper.meta {
            Meta::List(list) => read.extend(arguments(list.tokens, mistakes)),
            other => mistakes.push(other.span(), format!("write `#[{name}(...)]`")),
        }
    }
    unique(read, mistakes)
}

/// Without the arguments whose key was given before.
fn unique(arguments: Vec<Argument>, mistakes: &mut Mistakes) -> Vec<Argument> {
    let mut unique: Vec<Argument> = Vec::new();
    for argument in arguments {
        if unique.iter().any(|other| other.key == argument.key) {
            mistakes.push(argument.key.span(), format!("`{}` is given twice", argument.key));
        } else {
            unique.push(argument);
        }
    }
    unique
}

fn arguments(tokens: TokenStream, mistakes: &mut Mistakes) -> Vec<Argument> {
    pieces(tokens).into_iter().filter_map(|piece| parsed(piece, mistakes)).collect()
}

/// The tokens between commas.
fn pieces(tokens: TokenStream) -> Vec<TokenStream> {
    let mut pieces = vec![TokenStream::new()];
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => pieces.push(TokenStream::new()),
            _ => pieces.last_mut().expect("there is always one").extend([token]),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn parsed<T: Parse>(tokens: TokenStream, mistakes: &mut Mistakes) -> Option<T> {
    syn::parse2(tokens).map_err(|error| mistakes.absorb(error)).ok()
}

fn bound(element: &Expr) -> syn::Result<f64> {
    match element {
        Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => finite(number.base10_parse()?, number.span()),
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => finite(number.base10_parse()?, number.span()),
        Expr::Unary(syn::ExprUnary { op: syn::UnOp::Neg(_), expr, .. }) => bound(expr).map(|bound| -bound),
        other => Err(syn::Error::new(other.span(), "a bound is a number literal")),
    }
}

/// A literal can be beyond the largest number; there is no token for what it would become.
fn finite(bound: f64, span: Span) -> syn::Result<f64> {
    if bound.is_finite() { Ok(bound) } else { Err(syn::Error::new(span, "a bound must be finite")) }
}
