//! Where OpenTelemetry's messages keep the fields that policies name.

use edge_policy::{Level, Simple};

/// A message: number and JSON name of each well-known field, and of the attribute list.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) simple: &'static [(u32, &'static str, Simple)],
    pub(super) attributes: Option<(u32, &'static str)>,
    /// The well-known fields again, by number.
    numbers: [Option<Simple>; 16],
}

impl Layout {
    pub(super) const fn new(
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

/// What a `ResourceX` or a `ScopeX` shares with all that it holds.
#[derive(Debug)]
pub(super) struct Shared {
    /// JSON name of the message.
    pub(super) name: &'static str,
    pub(super) layout: Layout,
    /// Its schema URL, which stands beside the message.
    pub(super) schema_url: Simple,
}

impl Shared {
    pub(super) fn of(level: Level) -> &'static Self {
        if level == Level::Resource { &RESOURCE } else { &SCOPE }
    }
}

/// Field number of every `ExportXServiceRequest`.
pub(super) const RESOURCES: u32 = 1;

/// Field numbers of every `ResourceX` and `ScopeX`.
pub(super) const SHARED: u32 = 1;
pub(super) const CHILDREN: u32 = 2;
pub(super) const SCHEMA_URL: u32 = 3;

/// JSON name of field 3.
pub(super) const SCHEMA_URL_NAME: &str = "schemaUrl";

static RESOURCE: Shared = Shared {
    name: "resource",
    layout: Layout::new(&[], Some((1, "attributes"))),
    schema_url: Simple::ResourceSchemaUrl,
};

static SCOPE: Shared = Shared {
    name: "scope",
    layout: Layout::new(
        &[(1, "name", Simple::ScopeName), (2, "version", Simple::ScopeVersion)],
        Some((3, "attributes")),
    ),
    schema_url: Simple::ScopeSchemaUrl,
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
