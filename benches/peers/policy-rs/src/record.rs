//! A log record in memory, given to policy-rs the way its documentation asks: borrowed, nothing computed.

use std::borrow::Cow;
use std::sync::Arc;

use policy_rs::proto::tero::policy::v1::LogField;
use policy_rs::{LogFieldSelector, LogSignal, Matchable};

/// Keys and their values; `None` stands for a value that is not a string. A handful of keys is found faster
/// by comparing them in turn than by hashing.
pub type Attributes = Vec<(String, Option<String>)>;

/// What the records of one scope share.
pub struct Origin {
    pub resource: Attributes,
    pub resource_schema_url: Option<String>,
    pub scope: Attributes,
    pub scope_schema_url: Option<String>,
}

/// One log record; identifiers in lower-case hex.
#[derive(Clone)]
pub struct Record {
    pub origin: Arc<Origin>,
    pub body: Option<String>,
    pub severity_text: Option<String>,
    pub trace_id: Option<String>,
    pub span_id: Option<String>,
    pub event_name: Option<String>,
    pub attributes: Attributes,
}

impl Matchable for Record {
    type Signal = LogSignal;

    fn get_field(&self, field: &LogFieldSelector) -> Option<Cow<'_, str>> {
        let text = match field {
            LogFieldSelector::Simple(field) => self.simple(*field)?,
            LogFieldSelector::LogAttribute(path) => find(&self.attributes, path)?.as_ref()?,
            LogFieldSelector::ResourceAttribute(path) => find(&self.origin.resource, path)?.as_ref()?,
            LogFieldSelector::ScopeAttribute(path) => find(&self.origin.scope, path)?.as_ref()?,
        };
        Some(Cow::Borrowed(text))
    }

    fn field_exists(&self, field: &LogFieldSelector) -> bool {
        match field {
            LogFieldSelector::Simple(field) => self.simple(*field).is_some(),
            LogFieldSelector::LogAttribute(path) => find(&self.attributes, path).is_some(),
            LogFieldSelector::ResourceAttribute(path) => find(&self.origin.resource, path).is_some(),
            LogFieldSelector::ScopeAttribute(path) => find(&self.origin.scope, path).is_some(),
        }
    }
}

impl Record {
    fn simple(&self, field: LogField) -> Option<&String> {
        match field {
            LogField::Body => self.body.as_ref(),
            LogField::SeverityText => self.severity_text.as_ref(),
            LogField::TraceId => self.trace_id.as_ref(),
            LogField::SpanId => self.span_id.as_ref(),
            LogField::EventName => self.event_name.as_ref(),
            LogField::ResourceSchemaUrl => self.origin.resource_schema_url.as_ref(),
            LogField::ScopeSchemaUrl => self.origin.scope_schema_url.as_ref(),
            LogField::Unspecified => None,
        }
    }
}

fn find<'a>(attributes: &'a Attributes, path: &[String]) -> Option<&'a Option<String>> {
    let [key] = path else { return None };
    attributes.iter().find(|(candidate, _)| candidate == key).map(|(_, value)| value)
}
