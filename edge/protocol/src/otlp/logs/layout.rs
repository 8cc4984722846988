//! Where the messages of opentelemetry/proto/logs/v1/logs.proto keep the fields that policies name.

use edge_policy::Simple;

/// A message: number and JSON name of each well-known field, and of the attribute list.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) simple: &'static [(u32, &'static str, Simple)],
    pub(super) attributes: Option<(u32, &'static str)>,
    /// The well-known fields again, by number.
    numbers: [Option<Simple>; 16],
}

impl Layout {
    const fn new(
        simple: &'static [(u32, &'static str, Simple)],
        attributes: Option<(u32, &'static str)>,
    ) -> Self {
        let mut numbers = [None; 16];
        let mut index = 0;
        while index < simple.len() {
            numbers[simple[index].0 as usize] = Some(simple[index].2);
            index += 1;
        }
        Self { simple, attributes, numbers }
    }

    #[inline]
    pub(super) fn by_number(&self, number: u32) -> Option<Simple> {
        *self.numbers.get(number as usize)?
    }

    pub(super) fn by_name(&self, name: &[u8]) -> Option<Simple> {
        self.simple.iter().find(|(_, known, _)| is_named(name, known)).map(|(_, _, simple)| *simple)
    }
}

pub(super) static RESOURCE_LOGS: Layout = Layout::new(&[(3, "schemaUrl", Simple::ResourceSchemaUrl)], None);

pub(super) static RESOURCE: Layout = Layout::new(&[], Some((1, "attributes")));

pub(super) static SCOPE_LOGS: Layout = Layout::new(&[(3, "schemaUrl", Simple::ScopeSchemaUrl)], None);

pub(super) static SCOPE: Layout = Layout::new(
    &[(1, "name", Simple::ScopeName), (2, "version", Simple::ScopeVersion)],
    Some((3, "attributes")),
);

pub(super) static RECORD: Layout = Layout::new(
    &[
        (2, "severityNumber", Simple::SeverityNumber),
        (3, "severityText", Simple::SeverityText),
        (5, "body", Simple::Body),
        (9, "traceId", Simple::TraceId),
        (10, "spanId", Simple::SpanId),
        (12, "eventName", Simple::EventName),
    ],
    Some((6, "attributes")),
);

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
