//! Where the messages of opentelemetry/proto/logs/v1/logs.proto keep the fields that policies name.

use edge_policy::Simple;

/// A message: number and JSON name of each well-known field, and of the attribute list.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) simple: &'static [(u32, &'static str, Simple)],
    pub(super) attributes: Option<(u32, &'static str)>,
}

impl Layout {
    pub(super) fn by_number(&self, number: u32) -> Option<Simple> {
        self.simple.iter().find(|(known, _, _)| *known == number).map(|(_, _, simple)| *simple)
    }

    pub(super) fn by_name(&self, name: &[u8]) -> Option<Simple> {
        self.simple.iter().find(|(_, known, _)| is_named(name, known)).map(|(_, _, simple)| *simple)
    }
}

pub(super) static RESOURCE_LOGS: Layout =
    Layout { simple: &[(3, "schemaUrl", Simple::ResourceSchemaUrl)], attributes: None };

pub(super) static RESOURCE: Layout = Layout { simple: &[], attributes: Some((1, "attributes")) };

pub(super) static SCOPE_LOGS: Layout =
    Layout { simple: &[(3, "schemaUrl", Simple::ScopeSchemaUrl)], attributes: None };

pub(super) static SCOPE: Layout = Layout {
    simple: &[(1, "name", Simple::ScopeName), (2, "version", Simple::ScopeVersion)],
    attributes: Some((3, "attributes")),
};

pub(super) static RECORD: Layout = Layout {
    simple: &[
        (2, "severityNumber", Simple::SeverityNumber),
        (3, "severityText", Simple::SeverityText),
        (5, "body", Simple::Body),
        (9, "traceId", Simple::TraceId),
        (10, "spanId", Simple::SpanId),
        (12, "eventName", Simple::EventName),
    ],
    attributes: Some((6, "attributes")),
};

/// Whether a JSON key is `camel` or its original spelling in snake case, which parsers of the mapping accept.
pub(super) fn is_named(key: &[u8], camel: &str) -> bool {
    if key == camel.as_bytes() {
        return true;
    }
    let mut key = key.iter();
    let matches = camel.bytes().all(|letter| {
        let is = |expected: u8, next: Option<&u8>| next == Some(&expected);
        if letter.is_ascii_uppercase() {
            is(b'_', key.next()) && is(letter.to_ascii_lowercase(), key.next())
        } else {
            is(letter, key.next())
        }
    });
    matches && key.next().is_none()
}
