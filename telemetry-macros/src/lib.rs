//! Macros of the telemetry SDK: tokens in, telemetry-schema decides, code out.
//!
//! Holds no naming rules of its own. On a mistake the type is still emitted, so that only the mistake is reported.

mod arguments;
mod expansion;
mod input;
mod mistakes;
mod model;
mod record;
mod spans;
mod validation;

use proc_macro::TokenStream;

/// Makes a struct of instruments a metric set: `#[metric_set(name = "...", attributes = Type, varying = Enum)]`.
///
/// Attributes are given at registration, `varying` per recording: an enum with a key of its own or a tuple of up to
/// four. Each field takes `#[metric(unit = "...")]`, a histogram also `range = "10us..60s"` or `buckets = [..]`, and
/// `exemplars`; the name of a metric is the name of the set and of the field, unless `name = "..."` overrides it.
/// `stability = "stable"` and `deprecated = "use x"` say how far it can be relied on. Doc comments are briefs.
#[proc_macro_attribute]
pub fn metric_set(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expansion::metric_set(arguments.into(), &item.into()).into()
}

/// Makes a struct an attribute set: `#[attribute_set(name = "...")]`.
///
/// The key of an attribute is the name of the set and of the field, unless `#[attribute(key = "...")]` overrides it.
/// `#[attribute(flatten)]` puts the attributes of another set in the place of a field. `stability` and `deprecated` are
/// as for metrics.
#[proc_macro_attribute]
pub fn attribute_set(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expansion::attribute_set(arguments.into(), &item.into()).into()
}

/// Makes an enum of unit variants the closed list of words that an attribute takes.
///
/// The word is the variant in snake case, unless `#[attribute(value = "...")]` overrides it. With
/// `#[attribute(key = "...")]` on the enum it is an attribute by itself, which metric sets can vary by.
#[proc_macro_derive(AttributeValue, attributes(attribute))]
pub fn attribute_value(item: TokenStream) -> TokenStream {
    expansion::attribute_value(item.into()).into()
}

/// Makes a struct an event: `#[event(name = "...", severity = "warn")]`, and gives it `emit`.
///
/// Each field takes `#[attribute(key = "...")]`, or `#[attribute(flatten)]` for the attributes of a set; an `Option` is
/// left out when it is `None`. One field may be the `#[message]` that a person reads. `stability = "..."` and
/// `deprecated = "..."` go to the event or to a field. Doc comments are briefs.
#[proc_macro_attribute]
pub fn event(arguments: TokenStream, item: TokenStream) -> TokenStream {
    record::event(arguments.into(), &item.into()).into()
}

/// Makes a struct a span: `#[span(name = "...", kind = "server")]`, and gives it `start`, and for each field a constant
/// in capitals to set it by later.
///
/// Each field takes `#[attribute(key = "...")]`, or `#[attribute(flatten)]` for the attributes of a set; an `Option` is
/// left out when it is `None`. `stability = "..."` and `deprecated = "..."` go to the span or to a field. Without a kind
/// it is internal. Doc comments are briefs.
#[proc_macro_attribute]
pub fn span(arguments: TokenStream, item: TokenStream) -> TokenStream {
    record::span(arguments.into(), &item.into()).into()
}
