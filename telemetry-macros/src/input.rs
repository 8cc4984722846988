//! Tokens to what the user wrote, word by word with its place. Collects mistakes instead of stopping at one.

use proc_macro2::{Span, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Field, Fields, Ident, ItemStruct, Lit, LitStr, Meta, Token, Type};
use telemetry_schema::unknown_key;

/// All mistakes found so far.
#[derive(Default)]
pub(crate) struct Mistakes(Option<syn::Error>);

impl Mistakes {
    pub(crate) fn push(&mut self, span: Span, message: impl std::fmt::Display) {
        self.absorb(syn::Error::new(span, message));
    }

    pub(crate) fn absorb(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.map(syn::Error::into_compile_error).unwrap_or_default()
    }
}

/// `name = "..."` and `attributes = Type` of a set.
#[derive(Default)]
pub(crate) struct SetArguments {
    pub(crate) name: Option<LitStr>,
    pub(crate) attributes: Option<Type>,
}

/// `unit = "..."` and the like of one metric.
#[derive(Default)]
pub(crate) struct MetricArguments {
    pub(crate) name: Option<LitStr>,
    pub(crate) unit: Option<LitStr>,
    pub(crate) range: Option<LitStr>,
    pub(crate) buckets: Option<(Span, Vec<f64>)>,
}

/// `key = value`, the value an expression or a type.
struct Argument {
    key: Ident,
    value: TokenStream,
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
    for argument in arguments(tokens, mistakes) {
        match argument.key.to_string().as_str() {
            "name" => read.name = parsed(argument.value, mistakes),
            "attributes" if known.contains(&"attributes") => {
                read.attributes = parsed(argument.value, mistakes);
            }
            unknown => mistakes.push(argument.key.span(), unknown_key(unknown, known)),
        }
    }
    read
}

/// Reads and removes the `#[metric(...)]` of a field.
pub(crate) fn metric_arguments(field: &mut Field, mistakes: &mut Mistakes) -> MetricArguments {
    let mut read = MetricArguments::default();
    for argument in helper_arguments(&mut field.attrs, "metric", mistakes) {
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
    read
}

/// Reads and removes the one text argument `key` of `#[attribute(...)]`.
pub(crate) fn attribute_argument(
    attributes: &mut Vec<Attribute>,
    key: &str,
    mistakes: &mut Mistakes,
) -> Option<LitStr> {
    let mut read = None;
    for argument in helper_arguments(attributes, "attribute", mistakes) {
        if argument.key == key {
            read = parsed(argument.value, mistakes);
        } else {
            mistakes.push(argument.key.span(), unknown_key(&argument.key.to_string(), &[key]));
        }
    }
    read
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
    fields.named.iter_mut().collect()
}

/// The first paragraph of the doc comment, on one line.
pub(crate) fn brief(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(doc_line);
    let lines = lines.map(|line| line.trim().to_owned()).skip_while(String::is_empty);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { return None };
    attribute.path().is_ident("doc").then(|| text.value())
}

fn helper_arguments(attributes: &mut Vec<Attribute>, name: &str, mistakes: &mut Mistakes) -> Vec<Argument> {
    let mut read = Vec::new();
    for helper in attributes.extract_if(.., |attribute| attribute.path().is_ident(name)) {
        match helper.meta {
            Meta::List(list) => read.extend(arguments(list.tokens, mistakes)),
            other => mistakes.push(other.span(), format!("write `#[{name}(...)]`")),
        }
    }
    read
}

fn arguments(tokens: TokenStream, mistakes: &mut Mistakes) -> Vec<Argument> {
    match Punctuated::<Argument, Token![,]>::parse_terminated.parse2(tokens) {
        Ok(arguments) => arguments.into_iter().collect(),
        Err(error) => {
            mistakes.absorb(error);
            Vec::new()
        }
    }
}

fn parsed<T: Parse>(tokens: TokenStream, mistakes: &mut Mistakes) -> Option<T> {
    syn::parse2(tokens).map_err(|error| mistakes.absorb(error)).ok()
}

fn bounds(tokens: TokenStream, mistakes: &mut Mistakes) -> Option<(Span, Vec<f64>)> {
    let array: syn::ExprArray = parsed(tokens, mistakes)?;
    let bounds = array.elems.iter().map(bound).collect::<syn::Result<Vec<f64>>>();
    bounds.map(|bounds| (array.span(), bounds)).map_err(|error| mistakes.absorb(error)).ok()
}

fn bound(element: &Expr) -> syn::Result<f64> {
    match element {
        Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => number.base10_parse(),
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse(),
        Expr::Unary(syn::ExprUnary { op: syn::UnOp::Neg(_), expr, .. }) => bound(expr).map(|bound| -bound),
        other => Err(syn::Error::new(other.span(), "a bound is a number literal")),
    }
}
