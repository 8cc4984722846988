//! Fields that policies can name, and the level of a batch that each lives on.

/// Where in a batch a field lives. Deeper levels see the fields of the shallower ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Shared by everything one source sent.
    Resource,
    /// Shared by everything one instrumentation scope sent.
    Scope,
    /// The log record, metric or span itself.
    Record,
    /// A data point of a metric.
    Point,
}

impl Level {
    /// Number of levels.
    pub const COUNT: usize = 4;

    /// Every level, from the shared to the particular.
    pub const ALL: [Self; Self::COUNT] = [Self::Resource, Self::Scope, Self::Record, Self::Point];
}

/// A well-known field; an empty one counts as missing. Enums are integers: the numbers of OTLP where it has the enum,
/// of the policy protocol where it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Simple {
    /// The log body.
    Body,
    /// The severity as the source spells it.
    SeverityText,
    /// The severity as a number, 1 to 24.
    SeverityNumber,
    /// Trace identifier of a log record or span, 16 bytes.
    TraceId,
    /// Span identifier of a log record or span, 8 bytes.
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
    /// Name of a metric.
    MetricName,
    /// Description of a metric.
    MetricDescription,
    /// Unit of a metric.
    MetricUnit,
    /// Kind of a metric: 1 gauge, 2 sum, 3 histogram, 4 exponential histogram, 5 summary.
    MetricType,
    /// Temporality of a metric: 1 delta, 2 cumulative.
    Temporality,
    /// Name of a span.
    SpanName,
    /// Identifier of a span's parent, 8 bytes.
    ParentSpanId,
    /// W3C trace state of a span.
    TraceState,
    /// Kind of a span: 1 internal, 2 server, 3 client, 4 producer, 5 consumer.
    SpanKind,
    /// Status of a span: 0 unset, 1 ok, 2 error. Always there.
    SpanStatus,
    /// Name of an event of a span; of several any counts.
    SpanEventName,
    /// Trace identifier of a link of a span, 16 bytes; of several any counts.
    LinkTraceId,
}

/// Spelling in policies, number on the wire, and field.
pub(crate) type SimpleTable = &'static [(&'static str, u64, Simple)];

impl Simple {
    /// Number of well-known fields.
    pub const COUNT: usize = 22;

    /// What `log_field` can name. Numbers above 1000 are ours, out of the protocol's way.
    pub(crate) const LOG: SimpleTable = &[
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

    /// What `metric_field` can name.
    pub(crate) const METRIC: SimpleTable = &[
        ("name", 1, Self::MetricName),
        ("description", 2, Self::MetricDescription),
        ("unit", 3, Self::MetricUnit),
        ("resource_schema_url", 10, Self::ResourceSchemaUrl),
        ("scope_schema_url", 11, Self::ScopeSchemaUrl),
        ("scope_name", 12, Self::ScopeName),
        ("scope_version", 13, Self::ScopeVersion),
    ];

    /// What `trace_field` can name.
    pub(crate) const TRACE: SimpleTable = &[
        ("name", 1, Self::SpanName),
        ("trace_id", 2, Self::TraceId),
        ("span_id", 3, Self::SpanId),
        ("parent_span_id", 4, Self::ParentSpanId),
        ("trace_state", 5, Self::TraceState),
        ("resource_schema_url", 10, Self::ResourceSchemaUrl),
        ("scope_schema_url", 11, Self::ScopeSchemaUrl),
        ("scope_name", 12, Self::ScopeName),
        ("scope_version", 13, Self::ScopeVersion),
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
        matches!(self, Self::TraceId | Self::SpanId | Self::ParentSpanId | Self::LinkTraceId)
    }

    /// Whether a transform may write text into it: identifiers and numbers can only be removed.
    pub const fn is_writable(self) -> bool {
        !self.is_identifier() && !matches!(self, Self::SeverityNumber)
    }

    /// Whether a record can have several values of it.
    pub const fn is_many(self) -> bool {
        matches!(self, Self::SpanEventName | Self::LinkTraceId)
    }
}

/// A selector: what a matcher looks at or a transform acts on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Field {
    /// A well-known field.
    Simple(Simple),
    /// An attribute of the level: one segment is a flat key, more walk nested maps. Never empty.
    Attribute(Level, Box<[String]>),
    /// An attribute of any event of a span. Never empty.
    EventAttribute(Box<[String]>),
}

impl Field {
    /// The level the field lives on.
    pub fn level(&self) -> Level {
        match self {
            Self::Simple(simple) => simple.level(),
            Self::Attribute(level, _) => *level,
            Self::EventAttribute(_) => Level::Record,
        }
    }

    /// Whether a record can have several values of it, any of which may satisfy a condition.
    pub fn is_many(&self) -> bool {
        match self {
            Self::Simple(simple) => simple.is_many(),
            Self::Attribute(..) => false,
            Self::EventAttribute(_) => true,
        }
    }
}
