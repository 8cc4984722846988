//! Enums of OpenTelemetry's messages, as JSON may spell them.

use edge_policy::Simple;

/// An enum: what all its names begin with, and how they go on, by number.
#[derive(Debug)]
pub(super) struct Enumeration {
    prefix: &'static str,
    names: &'static [&'static str],
}

static SEVERITY_NUMBER: Enumeration = Enumeration {
    prefix: "SEVERITY_NUMBER_",
    names: &[
        "UNSPECIFIED",
        "TRACE",
        "TRACE2",
        "TRACE3",
        "TRACE4",
        "DEBUG",
        "DEBUG2",
        "DEBUG3",
        "DEBUG4",
        "INFO",
        "INFO2",
        "INFO3",
        "INFO4",
        "WARN",
        "WARN2",
        "WARN3",
        "WARN4",
        "ERROR",
        "ERROR2",
        "ERROR3",
        "ERROR4",
        "FATAL",
        "FATAL2",
        "FATAL3",
        "FATAL4",
    ],
};

static TEMPORALITY: Enumeration =
    Enumeration { prefix: "AGGREGATION_TEMPORALITY_", names: &["UNSPECIFIED", "DELTA", "CUMULATIVE"] };

static SPAN_KIND: Enumeration = Enumeration {
    prefix: "SPAN_KIND_",
    names: &["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"],
};

static SPAN_STATUS: Enumeration = Enumeration { prefix: "STATUS_CODE_", names: &["UNSET", "OK", "ERROR"] };

impl Enumeration {
    /// The enum that a well-known field is of.
    pub(super) fn of(field: Simple) -> Option<&'static Self> {
        match field {
            Simple::SeverityNumber => Some(&SEVERITY_NUMBER),
            Simple::Temporality => Some(&TEMPORALITY),
            Simple::SpanKind => Some(&SPAN_KIND),
            Simple::SpanStatus => Some(&SPAN_STATUS),
            _ => None,
        }
    }

    /// The number of a name.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        let name = name.strip_prefix(self.prefix)?;
        (0..).zip(self.names).find(|(_, known)| **known == name).map(|(number, _)| number)
    }
}

/// Whether an enum field of that number is missing: zero says that nothing was said, but for a status, which it is.
pub(super) fn is_missing(field: Simple, number: i64) -> bool {
    number == 0 && field != Simple::SpanStatus
}
