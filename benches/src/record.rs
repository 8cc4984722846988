//! OTLP messages in memory as the policy engine sees them: what the peer's records are for policy-rs.

use edge_policy::{Simple, Slots, Source, Value, Wanted, WantedKey};
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};

/// A resource with its schema URL.
#[derive(Debug)]
pub(crate) struct Resource<'a>(pub(crate) &'a ResourceLogs);

/// A scope with its schema URL.
#[derive(Debug)]
pub(crate) struct Scope<'a>(pub(crate) &'a ScopeLogs);

/// A log record.
#[derive(Debug)]
pub(crate) struct Record<'a>(pub(crate) &'a LogRecord);

impl<'a> Source<'a> for Resource<'a> {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        text(Simple::ResourceSchemaUrl, &self.0.schema_url, wanted, slots);
        if let Some(resource) = &self.0.resource {
            attributes(&resource.attributes, wanted, slots);
        }
    }
}

impl<'a> Source<'a> for Scope<'a> {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        text(Simple::ScopeSchemaUrl, &self.0.schema_url, wanted, slots);
        if let Some(scope) = &self.0.scope {
            text(Simple::ScopeName, &scope.name, wanted, slots);
            text(Simple::ScopeVersion, &scope.version, wanted, slots);
            attributes(&scope.attributes, wanted, slots);
        }
    }
}

impl<'a> Source<'a> for Record<'a> {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        text(Simple::SeverityText, &self.0.severity_text, wanted, slots);
        text(Simple::EventName, &self.0.event_name, wanted, slots);
        field(Simple::TraceId, || Some(Value::Bytes(&self.0.trace_id)), wanted, slots);
        field(Simple::SpanId, || Some(Value::Bytes(&self.0.span_id)), wanted, slots);
        let number = || Some(self.0.severity_number).filter(|number| *number != 0);
        field(Simple::SeverityNumber, || Some(Value::Int(number()?.into())), wanted, slots);
        field(Simple::Body, || self.0.body.as_ref().map(|body| value(Some(body))), wanted, slots);
        attributes(&self.0.attributes, wanted, slots);
    }
}

fn text<'a>(name: Simple, text: &'a impl AsRef<str>, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
    field(name, || Some(Value::Text(text.as_ref().as_bytes())), wanted, slots);
}

/// What no policy looks at is not read, as the peer does not read it either.
#[inline]
fn field<'a>(
    name: Simple,
    value: impl FnOnce() -> Option<Value<'a>>,
    wanted: &Wanted,
    slots: &mut Slots<'_, 'a>,
) {
    if let Some(slot) = wanted.simple(name)
        && let Some(value) = value()
    {
        slots.field(slot, value);
    }
}

/// Flat keys alone: no policy of the mix looks into maps.
fn attributes<'a>(attributes: &'a [KeyValue], wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
    if !wanted.has_attributes() {
        return;
    }
    for attribute in attributes {
        let key = wanted.attribute(attribute.key.as_bytes());
        if let Some(slot) = key.and_then(WantedKey::slot) {
            slots.attribute(slot, value(attribute.value.as_ref()));
        }
    }
}

fn value(value: Option<&AnyValue>) -> Value<'_> {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Any::StringValue(text)) => Value::Text(text.as_bytes()),
        Some(Any::BoolValue(flag)) => Value::Bool(*flag),
        Some(Any::IntValue(int)) => Value::Int(*int),
        Some(Any::DoubleValue(double)) => Value::Double(*double),
        Some(Any::BytesValue(bytes)) => Value::Bytes(bytes),
        _ => Value::Other,
    }
}
