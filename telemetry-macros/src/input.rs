//! Tokens to what the user wrote, word by word with its place. Collects mistakes instead of stopping at one.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Field, Fields, Ident, ItemStruct, Lit, LitStr, Meta, Token, Type};
use telemetry_schema::unknown_key;

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

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_none()
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn into_tokens(self) -> TokenStream {
        self.all.map(syn::Error::into_compile_error).unwrap_or_default()
    }
}

/// `name = "..."` and `attributes = Type` of a set.
#[derive(Default)]
pub(crate) struct SetArguments {
    pub(crate) name: Option<LitStr>,
    pub(crate) attributes: Option<Type>,
    /// Something was not understood: what is missing may just be that.
    pub(crate) is_partial: bool,
}

/// `unit = "..."` and the like of one metric.
#[derive(Default)]
pub(crate) struct MetricArguments {
    pub(crate) name: Option<LitStr>,
    pub(crate) unit: Option<LitStr>,
    pub(crate) range: Option<LitStr>,
    pub(crate) buckets: Option<(Span, Vec<f64>)>,
    /// Something was not understood: what is missing may just be that.
    pub(crate) is_partial: bool,
}

/// `key = value`, the value an expression or a type.
pub(crate) struct Argument {
    pub(crate) key: Ident,
    pub(crate) value: TokenStream,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.parse()?;
        input.parse::<Token![=]>()?;
        let value = if input.peek(syn::token::Bracket) || input.peek(Lit) {
            let expr: Expr = input.parse()?;
            quote::quote!(#expr)
        } else {
            let ty: Type = input.parse()?;
            quote::quote!(#ty)
        };
        Ok(Self { key, value })
    }
}

/// Reads the arguments of a set; `known` are the keys that this kind of set takes.
pub(crate) fn set_arguments(tokens: TokenStream, known: &[&str], mistakes: &mut Mistakes) -> SetArguments {
    let mut read = SetArguments::default();
    let before = mistakes.count;
    for argument in unique(arguments(tokens, mistakes), mistakes) {
        match argument.key.to_string().as_str() {
            "name" => read.name = parsed(argument.value, mistakes),
            "attributes" if known.contains(&"attributes") => {
                read.attributes = parsed(argument.value, mistakes);
            }
            unknown => mistakes.push(argument.key.span(), unknown_key(unknown, known)),
        }
    }
    read.is_partial = mistakes.count > before;
    read
}

/// Reads and removes the `#[metric(...)]` of a field.
pub(crate) fn metric_arguments(field: &mut Field, mistakes: &mut Mistakes) -> MetricArguments {
    let mut read = MetricArguments::default();
    let before = mistakes.count;
    for argument in unique(helper_arguments(&mut field.attrs, "metric", mistakes), mistakes) {
        match argument.key.to_string().as_str() {
            "name" => read.name = parsed(argument.value, mistakes),
            "unit" => read.unit = parsed(argument.value, mistakes),
            "range" => read.range = parsed(argument.value, mistakes),
            "buckets" => read.buckets = bounds(argument.value, mistakes),
            unknown => {
                let known = ["name", "unit", "range", "buckets"];
                mistakes.push(argument.key.span(), unknown_key(unknown, &known));
            }
        }
    }
    read.is_partial = mistakes.count > before;
    read
}

/// Reads and removes the one text argument `key` of `#[attribute(...)]`.
pub(crate) fn attribute_argument(
    attributes: &mut Vec<Attribute>,
    key: &str,
    mistakes: &mut Mistakes,
) -> Option<LitStr> {
    let mut read = None;
    for argument in unique(helper_arguments(attributes, "attribute", mistakes), mistakes) {
        if argument.key == key {
            read = parsed(argument.value, mistakes);
        } else {
            mistakes.push(argument.key.span(), unknown_key(&argument.key.to_string(), &[key]));
        }
    }
    read
}

/// Without the arguments whose key was given before.
pub(crate) fn unique(arguments: Vec<Argument>, mistakes: &mut Mistakes) -> Vec<Argument> {
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

/// The named fields of a struct; a mistake and none for the other shapes.
pub(crate) fn named_fields<'a>(item: &'a mut ItemStruct, mistakes: &mut Mistakes) -> Vec<&'a mut Field> {
    let span = item.ident.span();
    if !item.generics.params.is_empty() {
        mistakes.push(item.generics.span(), "a set cannot be generic, its descriptor is one constant");
    }
    let Fields::Named(fields) = &mut item.fields else {
        mistakes.push(span, "a set is a struct with named fields");
        return Vec::new();
    };
    for field in &mut fields.named {
        for condition in field.attrs.extract_if(.., |attribute| attribute.path().is_ident("cfg")) {
            mistakes.push(
                condition.span(),
                "a field of a set cannot be conditional: put `#[cfg]` on a set of its own",
            );
        }
    }
    fields.named.iter_mut().collect()
}

/// The first paragraph of the doc comment, on one line.
pub(crate) fn brief(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(doc_text).flat_map(|text| doc_lines(&text));
    let lines = lines.skip_while(String::is_empty);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The lines of one doc attribute; a block comment has several, with a column of stars that is not part of them.
fn doc_lines(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_starred =
        lines.len() > 1 && lines[1..].iter().all(|line| line.is_empty() || line.starts_with('*'));
    let bare = |line: &str| if is_starred { line.trim_start_matches('*').trim() } else { line }.to_owned();
    match lines.split_first() {
        Some((first, rest)) => {
            std::iter::once((*first).to_owned()).chain(rest.iter().map(|line| bare(line))).collect()
        }
        None => vec![String::new()],
    }
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { return None };
    attribute.path().is_ident("doc").then(|| text.value())
}

pub(crate) fn helper_arguments(
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
    read
}

/// Reads argument by argument, so that a slip in one does not hide the others.
pub(crate) fn arguments(tokens: TokenStream, mistakes: &mut Mistakes) -> Vec<Argument> {
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

pub(crate) fn parsed<T: Parse>(tokens: TokenStream, mistakes: &mut Mistakes) -> Option<T> {
    syn::parse2(tokens).map_err(|error| mistakes.absorb(error)).ok()
}

fn bounds(tokens: TokenStream, mistakes: &mut Mistakes) -> Option<(Span, Vec<f64>)> {
    let array: syn::ExprArray = parsed(tokens, mistakes)?;
    let bounds = array.elems.iter().map(bound).collect::<syn::Result<Vec<f64>>>();
    bounds.map(|bounds| (array.span(), bounds)).map_err(|error| mistakes.absorb(error)).ok()
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
