//! What a policy means, said again in the simplest way, for the properties of metrics and traces.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A condition on an attribute.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    key: String,
    /// Its text; any value will do if there is none.
    text: Option<String>,
}

pub(crate) fn attribute() -> impl Strategy<Value = Attribute> {
    ("[kab]", prop::option::of("[ab]")).prop_map(|(key, text)| Attribute { key, text })
}

impl Attribute {
    /// The matcher that asks this of a selector.
    pub(crate) fn matcher(&self, selector: &str) -> Value {
        match &self.text {
            Some(text) => json!({selector: [self.key], "exact": text}),
            None => json!({selector: [self.key], "exists": true}),
        }
    }

    /// Whether a list has it. Of several with one key the first counts.
    pub(crate) fn is_in(&self, list: &[KeyValue]) -> bool {
        list.iter().find(|entry| entry.key == self.key).is_some_and(|entry| self.is(entry))
    }

    /// Whether any attribute of a list is it.
    pub(crate) fn is_any_of(&self, list: &[KeyValue]) -> bool {
        list.iter().any(|entry| entry.key == self.key && self.is(entry))
    }

    fn is(&self, entry: &KeyValue) -> bool {
        let value = entry.value.as_ref().and_then(|value| value.value.as_ref());
        self.text.as_ref().is_none_or(|text| matches!(value, Some(Any::StringValue(found)) if found == text))
    }
}

/// A matcher on what records share.
#[derive(Debug, Clone)]
pub(crate) enum Shared {
    Resource(Attribute),
    ResourceUrl(String),
    Scope(Attribute),
    ScopeName(String),
    ScopeUrl(String),
}

pub(crate) fn shared() -> impl Strategy<Value = Shared> {
    prop_oneof![
        attribute().prop_map(Shared::Resource),
        "[ab]".prop_map(Shared::ResourceUrl),
        attribute().prop_map(Shared::Scope),
        "[ab]".prop_map(Shared::ScopeName),
        "[ab]".prop_map(Shared::ScopeUrl),
    ]
}

/// A resource and a scope with their schema URLs.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) resource: Option<&'a Resource>,
    pub(crate) resource_url: &'a str,
    pub(crate) scope: Option<&'a InstrumentationScope>,
    pub(crate) scope_url: &'a str,
}

impl Shared {
    /// The matcher, whose fields are those of this signal: `metric_field`, `trace_field`.
    pub(crate) fn matcher(&self, fields: &str) -> Value {
        match self {
            Self::Resource(attribute) => attribute.matcher("resource_attribute"),
            Self::ResourceUrl(text) => json!({fields: "resource_schema_url", "contains": text}),
            Self::Scope(attribute) => attribute.matcher("scope_attribute"),
            Self::ScopeName(text) => json!({fields: "scope_name", "contains": text}),
            Self::ScopeUrl(text) => json!({fields: "scope_schema_url", "contains": text}),
        }
    }

    pub(crate) fn holds(&self, around: Around<'_>) -> bool {
        match self {
            Self::Resource(attribute) => around.resource.is_some_and(|it| attribute.is_in(&it.attributes)),
            Self::ResourceUrl(text) => around.resource_url.contains(text),
            Self::Scope(attribute) => around.scope.is_some_and(|it| attribute.is_in(&it.attributes)),
            Self::ScopeName(text) => around.scope.is_some_and(|it| it.name.contains(text)),
            Self::ScopeUrl(text) => around.scope_url.contains(text),
        }
    }
}

/// A matcher, negated or not.
pub(crate) fn negated(mut matcher: Value, negate: bool) -> Value {
    if negate {
        matcher["negate"] = true.into();
    }
    matcher
}
