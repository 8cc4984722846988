//! Fields that policies can name, and the level of a batch that each lives on.

/// Where in a batch a field lives. Deeper levels see the fields of the shallower ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Shared by everything one source sent.
    Resource,
    /// Shared by everything one instrumentation scope sent.
    Scope,
    /// The record itself.
    Record,
}

impl Level {
    /// Every level, from the shared to the particular.
    pub const ALL: [Self; 3] = [Self::Resource, Self::Scope, Self::Record];
}

/// A well-known field; an empty one counts as missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Simple {
    /// The log body.
    Body,
    /// The severity as the source spells it.
    SeverityText,
    /// The severity as a number, 1 to 24.
    SeverityNumber,
    /// Trace identifier, 16 bytes.
    TraceId,
    /// Span identifier, 8 bytes.
    SpanId,
    /// Name of the event a log record tells of.
    EventName,
    /// Schema URL of the resource.
    ResourceSchemaUrl,
    /// Schema URL of the scope.
    ScopeSchemaUrl,
    /// Name of the instrumentation scope.
    ScopeName,
    /// Version of the instrumentation scope.
    ScopeVersion,
}

impl Simple {
    /// Number of well-known fields.
    pub const COUNT: usize = 10;

    /// Spelling in policies, number on the wire, and field. Numbers above 1000 are ours, out of the protocol's way.
    pub(crate) const LOG: [(&'static str, u64, Self); Self::COUNT] = [
        ("body", 1, Self::Body),
        ("severity_text", 2, Self::SeverityText),
        ("trace_id", 3, Self::TraceId),
        ("span_id", 4, Self::SpanId),
        ("event_name", 5, Self::EventName),
        ("resource_schema_url", 10, Self::ResourceSchemaUrl),
        ("scope_schema_url", 11, Self::ScopeSchemaUrl),
        ("severity_number", 1006, Self::SeverityNumber),
        ("scope_name", 1012, Self::ScopeName),
        ("scope_version", 1013, Self::ScopeVersion),
    ];

    /// The level the field lives on.
    pub const fn level(self) -> Level {
        match self {
            Self::ResourceSchemaUrl => Level::Resource,
            Self::ScopeSchemaUrl | Self::ScopeName | Self::ScopeVersion => Level::Scope,
            _ => Level::Record,
        }
    }

    /// Whether string literals for it are hexadecimal.
    pub const fn is_identifier(self) -> bool {
        matches!(self, Self::TraceId | Self::SpanId)
    }

    /// Whether a transform may write text into it: identifiers and numbers can only be removed.
    pub const fn is_writable(self) -> bool {
        !self.is_identifier() && !matches!(self, Self::SeverityNumber)
    }
}

/// A selector: what a matcher looks at or a transform acts on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Field {
    /// A well-known field.
    Simple(Simple),
    /// An attribute of the level: one segment is a flat key, more walk nested maps. Never empty.
    Attribute(Level, Box<[String]>),
}

impl Field {
    /// The level the field lives on.
    pub fn level(&self) -> Level {
        match self {
            Self::Simple(simple) => simple.level(),
            Self::Attribute(level, _) => *level,
        }
    }
}
